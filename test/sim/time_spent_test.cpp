// time_spent_test.cpp - what only a clock that is not the system's can tell: when timers call, and what calls
// with one timeout for several waits make of it.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/durations.hpp"
#include "support/raised.hpp"
#include "thrum/sim.h"
#include "thrum/thrum.hpp"

using support::duration_of;
using support::kSecond;
using support::Later;
using support::raised;

TEST_CASE("timers call at their times, in the order of these", "[time][timer]") {
  struct Called {
    int timer;
    std::uint64_t time;
    bool operator==(const Called& other) const { return timer == other.timer && time == other.time; }
  };
  std::vector<Called> called;
  const std::uint64_t start = thrum_sim_now();
  const auto call = [&](int timer) {
    return [&called, start, timer] { called.push_back({timer, thrum_sim_now() - start}); };
  };
  thrum::Timer last(7200, call(3));
  thrum::Timer first(0.25, call(1));
  thrum::Timer second(3600, call(2));
  thrum::Timer never(5000, call(4));
  last.start();
  first.start();
  second.start();
  never.start();
  second.join();
  never.cancel();
  last.join();
  CHECK(called == std::vector<Called>{{1, kSecond / 4}, {2, 3600 * kSecond}, {3, 7200 * kSecond}});
  first.join();
  never.join();
}

TEST_CASE("wait_for spends its time over all its waits", "[time][condition]") {
  thrum::Condition condition;
  std::vector<std::uint64_t> looked;
  const std::uint64_t start = thrum_sim_now();
  condition.acquire();
  {
    // Notified at 1, 2 and 4 s, in vain.
    const auto notify = [&] {
      condition.acquire();
      condition.notify();
      condition.release();
    };
    const Later first(1, notify);
    const Later second(2, notify);
    const Later third(4, notify);
    CHECK_FALSE(condition.wait_for(
        [&] {
          looked.push_back((thrum_sim_now() - start) / kSecond);
          return false;
        },
        5));
    CHECK(thrum_sim_now() - start == 5 * kSecond);
    condition.release();
  }
  CHECK(looked == std::vector<std::uint64_t>{0, 1, 2, 4, 5});
}

TEST_CASE("a condition's wait that is notified too late takes as long as the lock is held",
          "[time][condition]") {
  thrum::Condition condition;
  thrum::Event never;
  condition.acquire();
  thrum::Thread holder([&] {
    condition.acquire();
    never.wait(7);
    condition.release();
  });
  holder.start();
  CHECK(duration_of([&] { CHECK_FALSE(condition.wait(2)); }) == 7 * kSecond);
  condition.release();
  holder.join();
}

TEST_CASE("as_completed and wait share one timeout", "[time][future]") {
  thrum::ThreadPool pool(3);
  std::vector<thrum::Future<int>> futures;
  for (const int seconds : {3, 1, 9}) {
    futures.push_back(pool.submit([seconds] {
      thrum::Event().wait(seconds);
      return seconds;
    }));
  }
  const std::uint64_t start = thrum_sim_now();
  std::vector<int> completed;
  CHECK(raised<thrum::TimeoutError>([&] {
          for (auto& future : thrum::as_completed(futures, 5)) {
            completed.push_back(future.result());
            CHECK(thrum_sim_now() - start == static_cast<std::uint64_t>(completed.back()) * kSecond);
          }
        }) == THRUM_TIMEOUT);
  CHECK(thrum_sim_now() - start == 5 * kSecond);
  CHECK(completed == std::vector<int>{1, 3});
  CHECK(futures[2].result() == 9);
  CHECK(thrum_sim_now() - start == 9 * kSecond);
}

TEST_CASE("a barrier's own timeout is that of each wait", "[time][barrier]") {
  thrum::Barrier barrier(
      3, [] {}, 4);
  std::uint64_t first = 0;
  thrum::Thread early(
      [&] { first = duration_of([&] { CHECK_THROWS_AS(barrier.wait(), thrum::BrokenBarrierError); }); });
  early.start();
  thrum::Event().wait(3);
  // The first breaks it for both.
  CHECK(duration_of([&] { CHECK_THROWS_AS(barrier.wait(), thrum::BrokenBarrierError); }) == kSecond);
  early.join();
  CHECK(first == 4 * kSecond);
}

TEST_CASE("many waits end in the order of their times", "[time]") {
  thrum::Event never;
  std::vector<int> order;
  std::vector<thrum::Thread> threads;
  constexpr int count = 50;
  for (int index = 0; index < count; ++index) {
    // Each of 0 to 49 once.
    const int seconds = index * 7 % count;
    threads.emplace_back([&order, &never, seconds] {
      never.wait(seconds + 1);
      order.push_back(seconds);
    });
  }
  const std::uint64_t start = thrum_sim_now();
  for (thrum::Thread& thread : threads) thread.start();
  for (const thrum::Thread& thread : threads) thread.join();
  CHECK(thrum_sim_now() - start == count * kSecond);
  for (int place = 0; place < count; ++place) CHECK(order[static_cast<std::size_t>(place)] == place);
}

TEST_CASE("the clocks of std::chrono show virtual time", "[time]") {
  using std::chrono::steady_clock;
  const auto before = steady_clock::now();
  thrum::Lock lock;
  lock.acquire();
  CHECK_FALSE(std::unique_lock(lock, std::defer_lock).try_lock_for(std::chrono::hours(2)));
  CHECK(steady_clock::now() - before == std::chrono::hours(2));
}

TEST_CASE("threads that wait in loops get to the time that others wait for", "[time]") {
  thrum::Event event;
  const Later later(3600, [&] { event.set(); });
  CHECK(duration_of([&] {
          while (!event.is_set()) std::this_thread::yield();
        }) >= 3600 * kSecond);
}

TEST_CASE("so do those that ask again and again", "[time]") {
  thrum::Event event;
  const Later later(0.1, [&] { event.set(); });
  CHECK(duration_of([&] {
          while (!event.wait(0)) {
          }
        }) >= kSecond / 10);
}
