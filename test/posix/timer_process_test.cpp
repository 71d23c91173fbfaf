// timer_process_test.cpp - timers and the forks of the process.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <string>
#include <vector>

#include "posix/forked.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "support/thread_sanitizer.hpp"
#include "thrum/thrum.hpp"

using support::Ending;
using support::eventually;
using support::run_forked;

namespace {

std::vector<thrum::Timer> pending_timers(std::size_t count, double interval) {
  std::vector<thrum::Timer> timers;
  timers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    timers.emplace_back(interval + 0.001 * static_cast<double>(i * 7919 % count), [] {}).start();
  }
  return timers;
}

}  // namespace

TEST_CASE("a forked child's timers have ended, and new ones fire", "[timer][fork]") {
  std::atomic<int> calls{0};
  std::vector<thrum::Timer> timers = pending_timers(100, 1000);
  thrum::Timer created(0, [&] { calls.fetch_add(1); });
  thrum::Event entered;
  thrum::Event leave;
  thrum::Timer running(0, [&] {
    entered.set();
    leave.wait();
  });
  running.start();
  entered.wait();
  const Ending ending = run_forked([&] {
    for (thrum::Timer& timer : timers) {
      CHILD_REQUIRE(!timer.is_alive());
      CHILD_REQUIRE(timer.join());
      timer.cancel();
    }
    CHILD_REQUIRE(!running.is_alive());
    CHILD_REQUIRE(running.join());
    timers.clear();
    if (!support::thread_sanitized) {
      created.start();
      CHILD_REQUIRE(created.join());
      CHILD_REQUIRE(calls == 1);
      std::vector<thrum::Timer> more = pending_timers(100, 0.001);
      for (thrum::Timer& timer : more) CHILD_REQUIRE(timer.join());
    }
    // Nothing is left that could hold it back.
    thrum::shutdown();
  });
  CHECK(ending.how == "exit 0");
  for (thrum::Timer& timer : timers) {
    CHECK(timer.is_alive());
    timer.cancel();
  }
  leave.set();
  CHECK(running.join());
  CHECK(calls == 0);
}

TEST_CASE("a timer's function forks: in the child its thread is the main one", "[timer][fork]") {
  Ending ending;
  thrum::Timer* self = nullptr;
  thrum::Timer timer(0, [&] {
    ending = run_forked([&] {
      CHILD_REQUIRE(self->is_alive());
      CHILD_REQUIRE(thrum::main_thread() == self->thread());
      self->cancel();
      CHILD_REQUIRE(self->is_alive());
    });
  });
  self = &timer;
  timer.start();
  timer.join();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("a process forks while timers start, fire and end", "[timer][fork][stress]") {
  std::atomic<bool> over{false};
  support::Crew crew(2, [&] {
    for (int turn = 0; !over; ++turn) {
      thrum::Timer timer(turn % 3 == 0 ? 1e-5 : 1000, [] {});
      timer.start();
      if (turn % 3 != 0) timer.cancel();
      timer.join();
    }
  });
  const int forks = support::scaled(100);
  int clean = 0;
  for (int i = 0; i < forks; ++i) {
    const Ending ending = run_forked([] {
      thrum_timer timer{0};
      CHILD_REQUIRE(thrum_timer_create(
                        &timer, 1e-5, [](void*) {}, nullptr) == THRUM_OK);
      // A sanitizer's memory may be locked for ever: another thread was being started at the fork.
      if (!support::sanitized) {
        CHILD_REQUIRE(thrum_timer_start(timer) == THRUM_OK);
        CHILD_REQUIRE(thrum_timer_join(timer, THRUM_FOREVER) == THRUM_OK);
      }
      CHILD_REQUIRE(thrum_timer_destroy(timer) == THRUM_OK);
    });
    if (ending.how == "exit 0") ++clean;
  }
  over = true;
  crew.join();
  CHECK(clean == forks);
}
