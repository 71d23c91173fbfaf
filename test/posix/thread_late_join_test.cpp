// thread_late_join_test.cpp - a thread that joins itself in destructors that come after its end, while
// another waits for it.
#include <pthread.h>

#include <catch2/catch_test_macros.hpp>

#include "core/self/registry.hpp"
#include "support/eventually.hpp"
#include "thrum/thrum.h"

namespace {

pthread_key_t key;
thrum_thread own;
thrum_status joined;

/// Whether the thread has ended as far as the library knows, and another waits for the rest of it.
bool is_awaited() {
  const thrum::Registry registry;
  return thrum::Registry::find(own.id)->reaping;
}

void join_self(void* arg) {
  int alive = 0;
  static_cast<void>(thrum_thread_is_alive(own, &alive));
  if (alive != 0) {
    pthread_setspecific(key, arg);
    return;
  }
  support::eventually(is_awaited);
  joined = thrum_thread_join(own, 0);
}

}  // namespace

TEST_CASE("a thread that joins itself after its end, while another joins it, is told so", "[thread][key]") {
  // A key that is made after the library's: its destructor comes after it in each round.
  thrum_thread self{};
  REQUIRE(thrum_current_thread(&self) == THRUM_OK);
  REQUIRE(pthread_key_create(&key, join_self) == 0);
  joined = THRUM_OK;
  const auto arm = [](void* arg) { pthread_setspecific(key, arg); };
  REQUIRE(thrum_thread_create(&own, nullptr, arm, &own) == THRUM_OK);
  REQUIRE(thrum_thread_start(own) == THRUM_OK);
  CHECK(thrum_thread_join(own, THRUM_FOREVER) == THRUM_OK);
  CHECK(joined == THRUM_E_SELF);
  CHECK(thrum_thread_destroy(own) == THRUM_OK);
  pthread_key_delete(key);
}
