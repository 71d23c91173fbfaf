// exit_handler_test.cpp - the handler of the exit in the child of a fork. What the parent has registered is
// there still, and the lock of the system's list may be a lost thread's: so it is not registered again.
#include <catch2/catch_test_macros.hpp>

#include "posix/forked.hpp"
#include "support/refusal.hpp"
#include "support/thread_sanitizer.hpp"
#include "thrum/thrum.hpp"

using support::handlers_registered;
using support::run_forked;

namespace {

void do_nothing(void*) {}

}  // namespace

TEST_CASE("a forked child registers no second handler for its exit", "[fork][exit][refused]") {
  thrum::Thread thread([] {});
  thread.start();
  thread.join();
  const auto ending = run_forked([] {
    const int before = handlers_registered;
    thrum_timer timer{0};
    CHILD_REQUIRE(thrum_register_atexit(do_nothing, nullptr) == THRUM_OK);
    CHILD_REQUIRE(thrum_timer_create(&timer, 1000, do_nothing, nullptr) == THRUM_OK);
    if (!support::thread_sanitized) {
      thrum::Thread first([] {});
      first.start();
      CHILD_REQUIRE(first.join());
      CHILD_REQUIRE(thrum_timer_start(timer) == THRUM_OK);
    }
    CHILD_REQUIRE(handlers_registered == before);
  });
  CHECK(ending.how == "exit 0");
}
