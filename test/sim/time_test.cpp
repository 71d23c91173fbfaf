// time_test.cpp - what only a clock that is not the system's can tell: when exactly a wait ends.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/raised.hpp"
#include "thrum/sim.h"
#include "thrum/thrum.hpp"

namespace {

using support::raised;

constexpr std::uint64_t kSecond = 1000000000;

/// The virtual nanoseconds that a call takes.
template <class Call>
std::uint64_t duration_of(Call call) {
  const std::uint64_t start = thrum_sim_now();
  call();
  return thrum_sim_now() - start;
}

/// Does something `seconds` from now, in a thread of its own.
class Later {
 public:
  template <class Function>
  Later(double seconds, Function function)
      : thread_([this, seconds, function] {
          never_.wait(seconds);
          function();
        }) {
    thread_.start();
  }
  Later(const Later&) = delete;
  Later& operator=(const Later&) = delete;
  ~Later() { thread_.join(); }

 private:
  thrum::Event never_;
  thrum::Thread thread_;
};

/// Has a thread hold something until this ends.
template <class Acquire, class Release>
class HeldElsewhere {
 public:
  HeldElsewhere(Acquire acquire, Release release)
      : thread_([this, acquire, release] {
          acquire();
          held_.set();
          over_.wait();
          release();
        }) {
    thread_.start();
    held_.wait();
  }
  HeldElsewhere(const HeldElsewhere&) = delete;
  HeldElsewhere& operator=(const HeldElsewhere&) = delete;
  ~HeldElsewhere() {
    over_.set();
    thread_.join();
  }

 private:
  thrum::Event held_;
  thrum::Event over_;
  thrum::Thread thread_;
};

/// A kind of wait: its name, and a call that waits in vain for so many seconds and says whether it was.
struct Wait {
  std::string name;
  std::function<bool(double)> in_vain;
};

/// Every call that takes a timeout, each with an object at which it has to wait.
std::vector<Wait> all_waits() {
  return {
      {"Lock.acquire",
       [](double seconds) {
         thrum::Lock lock;
         lock.acquire();
         return !lock.acquire(seconds);
       }},
      {"RLock.acquire",
       [](double seconds) {
         thrum::RLock lock;
         const HeldElsewhere held([&] { lock.acquire(); }, [&] { lock.release(); });
         return !lock.acquire(seconds);
       }},
      {"Condition.wait",
       [](double seconds) {
         thrum::Condition condition;
         condition.acquire();
         const bool notified = condition.wait(seconds);
         condition.release();
         return !notified;
       }},
      {"Condition.wait_for",
       [](double seconds) {
         thrum::Condition condition;
         condition.acquire();
         const bool came = condition.wait_for([] { return false; }, seconds);
         condition.release();
         return !came;
       }},
      {"Event.wait", [](double seconds) { return !thrum::Event().wait(seconds); }},
      {"Semaphore.acquire", [](double seconds) { return !thrum::Semaphore(0).acquire(seconds); }},
      {"BoundedSemaphore.acquire",
       [](double seconds) {
         thrum::BoundedSemaphore semaphore(1);
         semaphore.acquire();
         return !semaphore.acquire(seconds);
       }},
      {"Barrier.wait",
       [](double seconds) {
         thrum::Barrier barrier(2);
         return raised<thrum::BrokenBarrierError>([&] { barrier.wait(seconds); }) == THRUM_E_BROKEN;
       }},
      {"Latch.wait", [](double seconds) { return !thrum::Latch(1).wait(seconds); }},
      {"Latch.arrive_and_wait", [](double seconds) { return !thrum::Latch(2).arrive_and_wait(1, seconds); }},
      {"Once.call",
       [](double seconds) {
         thrum::Once once;
         thrum::Event called;
         thrum::Event over;
         thrum::Thread caller([&] {
           once.call([&] {
             called.set();
             over.wait();
           });
         });
         caller.start();
         called.wait();
         const bool done = once.call([] {}, seconds);
         over.set();
         caller.join();
         return !done;
       }},
      {"RWLock.acquire_read",
       [](double seconds) {
         thrum::RWLock lock;
         const HeldElsewhere held([&] { lock.acquire_write(); }, [&] { lock.release_write(); });
         return !lock.acquire_read(seconds);
       }},
      {"RWLock.acquire_write",
       [](double seconds) {
         thrum::RWLock lock;
         const HeldElsewhere held([&] { lock.acquire_read(); }, [&] { lock.release_read(); });
         return !lock.acquire_write(seconds);
       }},
      {"Queue.put",
       [](double seconds) {
         thrum::Queue<int> queue(1);
         queue.put(1);
         return !queue.try_put(2, seconds);
       }},
      {"Queue.get", [](double seconds) { return !thrum::Queue<int>().try_get(seconds); }},
      {"LifoQueue.get", [](double seconds) { return !thrum::LifoQueue<int>().try_get(seconds); }},
      {"PriorityQueue.get", [](double seconds) { return !thrum::PriorityQueue<int>().try_get(seconds); }},
      {"Queue.join",
       [](double seconds) {
         thrum::Queue<int> queue;
         queue.put(1);
         return !queue.join(seconds);
       }},
      {"Thread.join",
       [](double seconds) {
         thrum::Event over;
         thrum::Thread thread([&] { over.wait(); });
         thread.start();
         const bool ended = thread.join(seconds);
         over.set();
         thread.join();
         return !ended;
       }},
      {"Timer.join",
       [](double seconds) {
         thrum::Timer timer(2 * seconds, [] {});
         timer.start();
         const bool ended = timer.join(seconds);
         timer.cancel();
         timer.join();
         return !ended;
       }},
      {"Future.wait",
       [](double seconds) {
         thrum::Event over;
         thrum::ThreadPool pool(1);
         const thrum::Future<void> future = pool.submit([&] { over.wait(); });
         const bool done = future.wait(seconds);
         over.set();
         return !done;
       }},
      {"Future.result",
       [](double seconds) {
         thrum::Event over;
         thrum::ThreadPool pool(1);
         thrum::Future<void> future = pool.submit([&] { over.wait(); });
         const bool timed_out = raised<thrum::TimeoutError>([&] { future.result(seconds); }) == THRUM_TIMEOUT;
         over.set();
         return timed_out;
       }},
  };
}

}  // namespace

TEST_CASE("every wait in vain ends at its time, not before and not after", "[time]") {
  for (const Wait& wait : all_waits()) {
    CAPTURE(wait.name);
    bool in_vain = false;
    CHECK(duration_of([&] { in_vain = wait.in_vain(10); }) == 10 * kSecond);
    CHECK(in_vain);
    CHECK(duration_of([&] { in_vain = wait.in_vain(0.000001); }) == 1000);
    CHECK(in_vain);
    CHECK(duration_of([&] { in_vain = wait.in_vain(30 * 24 * 3600.0); }) ==
          std::uint64_t{30} * 24 * 3600 * kSecond);
    CHECK(in_vain);
  }
}

TEST_CASE("every wait takes less than a nanosecond for one", "[time]") {
  for (const Wait& wait : all_waits()) {
    CAPTURE(wait.name);
    CHECK(duration_of([&] { wait.in_vain(1e-10); }) == 1);
  }
}

TEST_CASE("a poll takes no time", "[time]") {
  for (const Wait& wait : all_waits()) {
    CAPTURE(wait.name);
    bool in_vain = false;
    CHECK(duration_of([&] { in_vain = wait.in_vain(0); }) == 0);
    if (wait.name != "Timer.join") CHECK(in_vain);
  }
}

TEST_CASE("what is waited for comes at 3 s, and the wait ends then", "[time]") {
  for (const double timeout : {10.0, 1e6, thrum::forever}) {
    CAPTURE(timeout);
    thrum::Lock lock;
    thrum::Condition condition(lock);
    thrum::Event event;
    thrum::Semaphore semaphore(0);
    thrum::Latch latch(1);
    thrum::Barrier barrier(2);
    thrum::Queue<int> full(1);
    thrum::Queue<int> empty;
    full.put(1);

    lock.acquire();
    CHECK(duration_of([&] {
            const Later later(3, [&] { lock.release(); });
            CHECK(lock.acquire(timeout));
          }) == 3 * kSecond);
    CHECK(duration_of([&] {
            const Later later(3, [&] {
              const std::lock_guard<thrum::Lock> guard(lock);
              condition.notify();
            });
            CHECK(condition.wait(timeout));
          }) == 3 * kSecond);
    lock.release();
    CHECK(duration_of([&] {
            const Later later(3, [&] { event.set(); });
            CHECK(event.wait(timeout));
          }) == 3 * kSecond);
    CHECK(duration_of([&] {
            const Later later(3, [&] { semaphore.release(); });
            CHECK(semaphore.acquire(timeout));
          }) == 3 * kSecond);
    CHECK(duration_of([&] {
            const Later later(3, [&] { latch.count_down(); });
            CHECK(latch.wait(timeout));
          }) == 3 * kSecond);
    CHECK(duration_of([&] {
            const Later later(3, [&] { barrier.wait(); });
            barrier.wait(timeout);
          }) == 3 * kSecond);
    CHECK(duration_of([&] {
            const Later later(3, [&] { full.get(); });
            CHECK(full.try_put(2, timeout));
          }) == 3 * kSecond);
    CHECK(duration_of([&] {
            const Later later(3, [&] { empty.put(2); });
            CHECK(empty.try_get(timeout) == 2);
          }) == 3 * kSecond);
    CHECK(duration_of([&] {
            const Later later(3, [&] { empty.task_done(); });
            CHECK(empty.join(timeout));
          }) == 3 * kSecond);
    CHECK(duration_of([&] {
            thrum::Thread thread([&] { thrum::Event().wait(3); });
            thread.start();
            CHECK(thread.join(timeout));
          }) == 3 * kSecond);
    CHECK(duration_of([&] {
            thrum::ThreadPool pool(1);
            CHECK(pool.submit([&] { thrum::Event().wait(3); }).wait(timeout));
          }) == 3 * kSecond);
  }
}

TEST_CASE("the longest timeout is 292 years", "[time]") {
  // What the number of seconds is in whole nanoseconds, by the double that it is.
  CHECK(duration_of([] { CHECK_FALSE(thrum::Event().wait(9e9)); }) == 9000000000 * kSecond);
}

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
