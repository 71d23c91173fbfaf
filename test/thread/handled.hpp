// handled.hpp - threads by their handles, as the tests of them make them and look at them.
#ifndef THRUM_TEST_THREAD_HANDLED_HPP
#define THRUM_TEST_THREAD_HANDLED_HPP

#include <algorithm>
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "thrum/event.hpp"
#include "thrum/thread.hpp"

namespace support {

/// What a thread does while a test looks at it: says that it runs, and waits to be let go.
struct Gate {
  thrum::Event entered;
  thrum::Event open;

  static void pass(void* gate) {
    static_cast<Gate*>(gate)->entered.set();
    static_cast<Gate*>(gate)->open.wait();
  }
};

inline thrum_thread created(void (*target)(void*), void* arg, const thrum_thread_options* options = nullptr) {
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(&thread, options, target, arg) == THRUM_OK);
  REQUIRE(thread.id != 0);
  return thread;
}

inline thrum_thread started(void (*target)(void*), void* arg) {
  const thrum_thread thread = created(target, arg);
  REQUIRE(thrum_thread_start(thread) == THRUM_OK);
  return thread;
}

inline bool is_alive(thrum_thread thread) {
  int alive = -1;
  CHECK(thrum_thread_is_alive(thread, &alive) == THRUM_OK);
  return alive == 1;
}

inline std::uint64_t ident(thrum_thread thread) {
  std::uint64_t ident = 0;
  CHECK(thrum_thread_ident(thread, &ident) == THRUM_OK);
  return ident;
}

/// Whether every function refuses the handle and leaves what it was given alone.
inline bool is_stale(thrum_thread thread) {
  int flag = -7;
  std::uint64_t number = 7;
  char name[] = "untouched";
  std::size_t length = 7;
  const std::array<thrum_status, 12> statuses{
      thrum_thread_start(thread),
      thrum_thread_join(thread, 0),
      thrum_thread_join(thread, thrum::no_timeout),
      thrum_thread_is_alive(thread, &flag),
      thrum_thread_destroy(thread),
      thrum_thread_detach(thread),
      thrum_thread_name(thread, name, sizeof name, &length),
      thrum_thread_set_name(thread, "name"),
      thrum_thread_daemon(thread, &flag),
      thrum_thread_set_daemon(thread, 1),
      thrum_thread_ident(thread, &number),
      thrum_thread_native_id(thread, &number),
  };
  return std::all_of(statuses.begin(), statuses.end(),
                     [](auto status) { return status == THRUM_E_HANDLE; }) &&
         flag == -7 && number == 7 && length == 7 && name == std::string("untouched");
}

}  // namespace support

#endif
