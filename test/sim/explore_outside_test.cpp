// explore_outside_test.cpp - what a test shares with its explorations: objects of the library in static
// variables and in those of the caller, and hooks. They are set back after each run, as the library is.
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <memory>
#include <mutex>
#include <utility>

#include "sim/faults.hpp"
#include "thrum/sim.hpp"
#include "thrum/thrum.hpp"

using faults::run_together;
using thrum::sim::explore;
using thrum::sim::Options;
using thrum::sim::Report;

namespace {

thrum::Lock first;
thrum::Lock second;

void lock_both(thrum::Lock& one, thrum::Lock& other) {
  const std::lock_guard<thrum::Lock> hold_one(one);
  const std::lock_guard<thrum::Lock> hold_other(other);
}

int crash_in_small_frames(int depth) {
  const volatile int some[4] = {depth};
  const volatile int more[4] = {depth};
  if (depth != 0) return crash_in_small_frames(depth - 1) + some[1] + more[1];
  static_cast<void>(raise(SIGFPE));
  return some[0] + more[0];
}

void use_large_frame() {
  volatile char large[16384];
  for (volatile char& byte : large) byte = 1;
}

template <class Test>
void check_proved(Test test, const Options& options = Options()) {
  const Report report = explore(options, test);
  INFO(report.text);
  CHECK(report.proved());
}

}  // namespace

TEST_CASE("static locks that a fault leaves held are free for the next exploration", "[explore]") {
  const Report found =
      explore([] { run_together([] { lock_both(first, second); }, [] { lock_both(second, first); }); });
  CHECK(found.outcome == THRUM_SIM_DEADLOCK);
  CHECK_FALSE(first.locked());
  CHECK_FALSE(second.locked());
  const auto in_order = [] { lock_both(first, second); };
  check_proved([&] { run_together(in_order, in_order); });
}

TEST_CASE("static locks that a run which is cut leaves held are free for the next run", "[explore]") {
  Options options;
  options.reduce = 1;
  const Report report = explore(options, [] {
    const auto in_order = [] {
      lock_both(first, second);
      lock_both(first, second);
    };
    run_together(in_order, in_order);
  });
  INFO(report.text);
  CHECK(report.cut > 0);
  CHECK(report.proved());
}

TEST_CASE("objects of the caller's are set back after each run", "[explore]") {
  thrum::Lock lock;
  thrum::RLock rlock;
  thrum::Event event;
  thrum::Semaphore semaphore(1);
  thrum::RWLock rwlock;
  thrum::Once once;
  thrum::Latch latch(1);
  thrum::Queue<int> queue(2);
  thrum::SimpleQueue<int> unbounded;
  queue.put(7);
  unbounded.put(8);
  check_proved([&] {
    THRUM_SIM_ASSERT(lock.acquire(0));
    rlock.acquire();
    rlock.acquire();
    THRUM_SIM_ASSERT(!event.is_set());
    event.set();
    THRUM_SIM_ASSERT(semaphore.acquire(0));
    rwlock.acquire_write();
    int calls = 0;
    once.call([&] { ++calls; });
    THRUM_SIM_ASSERT(calls == 1);
    THRUM_SIM_ASSERT(!latch.try_wait());
    latch.count_down();
    queue.put(9);
    THRUM_SIM_ASSERT(queue.get() == 7 && queue.qsize() == 1);
    for (int i = 0; i != 100; ++i) unbounded.put(i);
    THRUM_SIM_ASSERT(unbounded.get() == 8);
    run_together([] { lock_both(first, second); });
  });
  CHECK(lock.acquire(0));
  lock.release();
  run_together([&] {
    CHECK(rlock.acquire(0));
    rlock.release();
    CHECK(rwlock.acquire_write(0));
    rwlock.release_write();
  });
  CHECK_FALSE(event.is_set());
  CHECK(semaphore.acquire(0));
  CHECK_FALSE(latch.try_wait());
  CHECK(queue.qsize() == 1);
  CHECK(queue.get() == 7);
  CHECK(unbounded.qsize() == 1);
  CHECK(unbounded.get() == 8);
  int calls = 0;
  once.call([&] { ++calls; });
  CHECK(calls == 1);
}

TEST_CASE("a stack that was left with small variables on it can have large ones", "[explore]") {
  // What AddressSanitizer has marked between the small ones is no fault then.
  CHECK(explore([] { static_cast<void>(crash_in_small_frames(100)); }).outcome == THRUM_SIM_CRASH);
  check_proved(use_large_frame);
}

TEST_CASE("hooks that are set before an exploration are set after it", "[explore]") {
  const auto captured = std::make_shared<int>(0);
  thrum::ThreadHooks hooks;
  hooks.start = [captured] { ++*captured; };
  thrum::set_thread_hooks(std::move(hooks));
  const thrum::ExceptHook before =
      thrum::set_excepthook([captured](const thrum::ExceptHookArgs&) { ++*captured; });
  const Report report = explore([] {
    thrum::ThreadHooks others;
    others.start = [] {};
    thrum::set_thread_hooks(std::move(others));
    thrum::set_excepthook([](const thrum::ExceptHookArgs&) {});
    run_together([] { lock_both(first, second); }, [] { lock_both(second, first); });
  });
  CHECK(report.outcome == THRUM_SIM_DEADLOCK);
  CHECK(captured.use_count() == 3);
  *captured = 0;
  run_together([] {});
  thrum::excepthook({});
  CHECK(*captured == 2);
  thrum::set_thread_hooks({});
  thrum::set_excepthook(before);
  CHECK(captured.use_count() == 1);
}

TEST_CASE("of two that set hooks at once one wins, in whole and reduced explorations", "[explore][hooks]") {
  for (const int reduce : {0, 1}) {
    CAPTURE(reduce);
    Options options;
    options.reduce = reduce;
    check_proved(
        [] {
          int calls = 0;
          const auto set = [&] {
            thrum::ThreadHooks hooks;
            hooks.start = [&] { ++calls; };
            thrum::set_thread_hooks(std::move(hooks));
          };
          run_together(set, set);
          calls = 0;
          run_together([] {});
          const int called = calls;
          thrum::set_thread_hooks({});
          THRUM_SIM_ASSERT(called == 1);
        },
        options);
  }
}
