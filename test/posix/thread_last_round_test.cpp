// thread_last_round_test.cpp - destructors of keys that come after the one that tells of a thread's end.
#include <pthread.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "thrum/thrum.hpp"

namespace {

/// Asks for the calling thread once that has ended as far as the library knows.
struct Asking {
  Asking() { REQUIRE(pthread_key_create(&key, ask) == 0); }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;
  ~Asking() { pthread_key_delete(key); }

  static void ask(void* arg) {
    auto* asking = static_cast<Asking*>(arg);
    int alive = 0;
    static_cast<void>(thrum_thread_is_alive(asking->own, &alive));
    if (alive != 0) {
      pthread_setspecific(asking->key, asking);
      return;
    }
    asking->status = thrum_current_thread(&asking->found);
    asking->found_ident = thrum_get_ident();
    asking->joined = thrum_thread_join(asking->own, 0);
  }

  pthread_key_t key{};
  thrum_thread own{0};
  thrum_thread found{0};
  std::uint64_t own_ident = 0;
  std::uint64_t found_ident = 0;
  thrum_status status = THRUM_E_VALUE;
  thrum_status joined = THRUM_E_VALUE;
};

void arm(void* arg) {
  auto* asking = static_cast<Asking*>(arg);
  asking->own_ident = thrum_get_ident();
  pthread_setspecific(asking->key, asking);
}

}  // namespace

TEST_CASE("after its end a thread is not the one that has ended", "[thread][key]") {
  // A key that is made after the library's: its destructor comes after it in each round.
  static_cast<void>(thrum::current_thread());
  Asking asking;
  REQUIRE(thrum_thread_create(&asking.own, nullptr, arm, &asking) == THRUM_OK);
  REQUIRE(thrum_thread_start(asking.own) == THRUM_OK);
  CHECK(thrum_thread_join(asking.own, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(asking.status == THRUM_OK);
  CHECK(asking.found.id != asking.own.id);
  CHECK(asking.found_ident != asking.own_ident);
  // It would wait for itself all the same.
  CHECK(asking.joined == THRUM_E_SELF);
  CHECK(thrum_thread_destroy(asking.own) == THRUM_OK);
}
