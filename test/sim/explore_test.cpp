// explore_test.cpp - thrum/sim.h and sim.hpp: what explorations find.
#include <cassert>
#include <memory>
#include <mutex>
#include <stdexcept>

#include <catch2/catch_test_macros.hpp>

#include "sim/faults.hpp"
#include "thrum/sim.hpp"
#include "thrum/thrum.hpp"

using faults::contains;
using faults::deadlock;
using faults::find;
using faults::lose_update;
using faults::lose_wakeup;
using faults::run_together;
using thrum::sim::explore;
using thrum::sim::Options;
using thrum::sim::Report;

namespace {

/// A sanitizer would find it first.
__attribute__((no_sanitize("undefined"))) void write_to(int* pointer) { *pointer = 8; }

/// Writes through a pointer that another thread may have cleared.
void crash() {
  auto number = std::make_unique<int>(7);
  run_together(
      [&] {
        thrum_sim_yield();
        int* volatile pointer = number.get();
        write_to(pointer);
      },
      [&] { number.reset(); });
}

void misuse() {
  thrum::Lock lock;
  lock.acquire();
  lock.release();
  thrum_lock handle{0};
  thrum_lock_create(&handle);
  thrum_lock_release(handle);
}

void loop_for_ever() {
  thrum::Event event;
  while (!event.is_set()) {
  }
}

void wait_in_loop_for_ever() {
  thrum::Event event;
  while (!event.is_set()) thrum_sim_yield();
}

void leak() {
  thrum_lock lock{0};
  thrum_lock_create(&lock);
}

void assert_in_thread() {
  run_together([] { assert(thrum_sim_exploring() == 0); });
}

}  // namespace

TEST_CASE("a deadlock is found, and told", "[explore]") {
  const Report found = find(THRUM_SIM_DEADLOCK, deadlock);
  INFO(found.text);
  CHECK(contains(found.text, "acquire pepper, held by"));
  CHECK(contains(found.text, "acquire salt, held by"));
  CHECK(contains(found.text, "THRUM_SIM_REPLAY="));
}

TEST_CASE("a wake-up that is lost is found", "[explore]") {
  const Report found = find(THRUM_SIM_LOST_WAKEUP, lose_wakeup);
  INFO(found.text);
  CHECK(contains(found.text, "waits in wait condition 1"));
}

TEST_CASE("an assertion that fails is found", "[explore]") {
  const Report found = find(THRUM_SIM_FAILURE, lose_update);
  INFO(found.text);
  CHECK(contains(found.text, "faults.hpp:"));
  CHECK(contains(found.text, "count == 2"));
}

TEST_CASE("an assertion of the C library's is found in a thread", "[explore]") {
#if !defined(NDEBUG)
  find(THRUM_SIM_FAILURE, assert_in_thread);
#endif
}

TEST_CASE("exceptions are found, in the test and in a thread", "[explore]") {
  const Report in_test = find(THRUM_SIM_FAILURE, [] { throw std::runtime_error("the test threw"); });
  CHECK(contains(in_test.text, "the test threw"));
  find(THRUM_SIM_FAILURE, [] { throw 42; });
  const Report in_thread =
      find(THRUM_SIM_FAILURE, [] { run_together([] { throw std::runtime_error("the thread threw"); }); });
  CHECK(contains(in_thread.text, "the thread threw"));
}

TEST_CASE("a crash is found", "[explore]") {
  const Report found = find(THRUM_SIM_CRASH, crash);
  CHECK(contains(found.text, "Segmentation fault"));
}

TEST_CASE("a misuse is found, and may be allowed", "[explore]") {
  const Report found = find(THRUM_SIM_MISUSE, misuse, [] {
    Options options;
    options.allow_leaks = 1;
    return options;
  }());
  CHECK(contains(found.text, "thrum_lock_release answered THRUM_E_NOT_HELD"));
  Options options;
  options.allow_misuse = 1;
  options.allow_leaks = 1;
  CHECK(explore(options, misuse).clean());
}

TEST_CASE("a livelock is found", "[explore]") {
  Options options;
  options.steps = 1000;
  find(THRUM_SIM_LIVELOCK, loop_for_ever, options);
  find(THRUM_SIM_LIVELOCK, wait_in_loop_for_ever, options);
}

TEST_CASE("a leak is found, and may be allowed", "[explore]") {
  const Report found = find(THRUM_SIM_LEAK, leak);
  CHECK(contains(found.text, "lock"));
  Options options;
  options.allow_leaks = 1;
  CHECK(explore(options, leak).clean());
}

TEST_CASE("a test that is another each time is found", "[explore]") {
  static int turns;
  turns = 0;
  const Report found = explore([] {
    const auto yield = [] { thrum_sim_yield(); };
    if (turns++ % 2 == 0) run_together(yield, yield);
  });
  CHECK(found.outcome == THRUM_SIM_NONDETERMINISM);
}

TEST_CASE("a test whose first run is another one at the end is found", "[explore]") {
  // Each run begins as the one before has left it, and yet all go the same ways when there is a choice.
  static int runs;
  runs = 0;
  Report found = explore([] {
    thrum::Lock lock;
    run_together([&] { const std::lock_guard guard(lock); });
    if (runs++ != 0) lock.acquire();
  });
  INFO(found.text);
  CHECK(found.outcome == THRUM_SIM_NONDETERMINISM);
  CHECK_FALSE(found.proved());
  CHECK_FALSE(found.complete);
  CHECK(found.replay.empty());
  CHECK(contains(found.text, "made again at the end"));
  // One that ends sooner, one that fails, and one that does not end.
  runs = 0;
  CHECK(explore([] {
          thrum::Lock lock;
          if (runs++ == 0) lock.acquire();
        }).outcome == THRUM_SIM_NONDETERMINISM);
  runs = 0;
  found = explore([] { THRUM_SIM_ASSERT(runs++ == 0); });
  INFO(found.text);
  CHECK(found.outcome == THRUM_SIM_NONDETERMINISM);
  CHECK(contains(found.text, "runs++ == 0"));
  runs = 0;
  CHECK(explore([] {
          thrum::Event event;
          if (runs++ == 0) event.set();
          event.wait();
        }).outcome == THRUM_SIM_NONDETERMINISM);
}

TEST_CASE("the first run is made again where runs are drawn by lot, too", "[explore]") {
  static int runs;
  Options options;
  options.runs = 5;
  for (const thrum_sim_strategy strategy : {THRUM_SIM_RANDOM, THRUM_SIM_PCT}) {
    options.strategy = strategy;
    runs = 0;
    const auto yield = [] { thrum_sim_yield(); };
    CHECK(explore(options, [&] { run_together(yield, yield), ++runs; }).clean());
    CHECK(runs == 6);
    runs = 0;
    CHECK(explore(options, [&] {
            run_together(yield, yield);
            if (++runs == 6) thrum::Event().set();
          }).outcome == THRUM_SIM_NONDETERMINISM);
  }
}

TEST_CASE("what is right is clean", "[explore]") {
  const Report report = explore([] {
    thrum::Lock lock;
    int count = 0;
    const auto increment = [&] {
      const std::lock_guard<thrum::Lock> guard(lock);
      const int before = count;
      thrum_sim_yield();
      count = before + 1;
    };
    run_together(increment, increment);
    THRUM_SIM_ASSERT(count == 2);
  });
  INFO(report.text);
  CHECK(report.clean());
  CHECK(report.complete);
  CHECK(report.proved());
  CHECK(contains(report.text, "there are no others with at most 2 preemptions"));
  CHECK(report.runs > 1);
  CHECK(report.replay.empty());
  CHECK(report.longest > 1);
  CHECK(report.seconds >= 0);
}
