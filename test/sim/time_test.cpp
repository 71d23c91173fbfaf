// time_test.cpp - what only a clock that is not the system's can tell: when exactly a wait ends.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "sim/durations.hpp"
#include "support/raised.hpp"
#include "thrum/sim.h"
#include "thrum/thrum.hpp"

using support::duration_of;
using support::kSecond;
using support::Later;
using support::raised;

namespace {

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
  for (const double timeout : {10.0, 1e6, thrum::no_timeout}) {
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
