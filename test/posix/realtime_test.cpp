// realtime_test.cpp - two threads of different real-time priority on one processor: the one with the higher
// comes in the middle of whatever the other is doing, and keeps it from running for as long as it likes.
#include <pthread.h>
#include <sched.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <thread>

#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.h"
#include "thrum/thrum.hpp"

using support::eventually;
using support::scaled;

namespace {

constexpr int low = 10;
constexpr int high = 20;

/// Gives the calling thread a real-time priority on the first processor that it may use. False: the system
/// forbids one or the other.
bool become(int priority) {
  cpu_set_t mine;
  if (pthread_getaffinity_np(pthread_self(), sizeof mine, &mine) != 0) return false;
  cpu_set_t one;
  CPU_ZERO(&one);
  for (unsigned cpu = 0; cpu != CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &mine)) continue;
    CPU_SET(cpu, &one);
    break;
  }
  sched_param parameters{};
  parameters.sched_priority = priority;
  return pthread_setaffinity_np(pthread_self(), sizeof one, &one) == 0 &&
         pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
}

/// Whether this system lets threads have such priorities.
bool is_allowed() {
  bool allowed = false;
  std::thread([&] { allowed = become(high); }).join();
  return allowed;
}

/// Sleeps for something between 20 and 80 microseconds.
void wait_for_some_moment(std::uint32_t& state) {
  state = state * 1664525 + 1013904223;
  timespec time{};
  time.tv_nsec = 20000 + static_cast<long>((state >> 8) % 60000);
  clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
}

/// Runs `busy` all the time with the low priority, and `rare` now and then with the high one, so often.
void interrupt(const std::function<void()>& busy, const std::function<void()>& rare, long times) {
  std::atomic<bool> stop{false};
  std::thread one([&] {
    become(low);
    while (!stop) busy();
  });
  std::thread other([&] {
    become(high);
    std::uint32_t moment = 1;
    for (long i = 0; i < times; ++i) {
      wait_for_some_moment(moment);
      rare();
    }
  });
  other.join();
  stop = true;
  one.join();
}

#define SKIP_WHERE_FORBIDDEN() \
  if (!is_allowed()) SKIP("this system forbids real-time priorities")

}  // namespace

TEST_CASE("a queue with a bound is polled from above", "[realtime][stress]") {
  SKIP_WHERE_FORBIDDEN();
  const std::int64_t bound = GENERATE(std::int64_t{1}, std::int64_t{8}, std::int64_t{60000});
  thrum::Queue<int> queue(bound);
  long looked = 0;
  interrupt(
      [&] {
        if (!queue.try_put(1)) queue.try_get();
      },
      [&] {
        while (queue.try_get()) {
        }
        queue.try_put(2);
        static_cast<void>(queue.qsize());
        ++looked;
      },
      scaled(3000));
  CHECK(looked == scaled(3000));
}

TEST_CASE("calls of queues return in time where the other thread may not go on", "[realtime][stress]") {
  SKIP_WHERE_FORBIDDEN();
  thrum_queue queue{};
  const int kind = GENERATE(int{THRUM_QUEUE_FIFO}, int{THRUM_QUEUE_LIFO}, int{THRUM_QUEUE_PRIORITY});
  const std::int64_t bound = GENERATE(std::int64_t{0}, std::int64_t{2});
  thrum_queue_options options = THRUM_QUEUE_OPTIONS_INIT;
  if (kind == THRUM_QUEUE_PRIORITY) options.compare = [](const void*, const void*, void*) { return 0; };
  REQUIRE(thrum_queue_create(&queue, kind, bound, &options) == THRUM_OK);
  void* item = nullptr;
  long looked = 0;
  interrupt(
      [&] {
        void* got = nullptr;
        if (thrum_queue_put(queue, nullptr, 0) == THRUM_OK) static_cast<void>(thrum_queue_task_done(queue));
        static_cast<void>(thrum_queue_get(queue, &got, 0));
      },
      [&] {
        static_cast<void>(thrum_queue_put(queue, nullptr, 1e-5));
        static_cast<void>(thrum_queue_get(queue, &item, 1e-5));
        static_cast<void>(thrum_queue_join(queue, 1e-5));
        std::size_t count = 0;
        static_cast<void>(thrum_queue_unfinished_tasks(queue, &count));
        static_cast<void>(thrum_queue_qsize(queue, &count));
        ++looked;
      },
      scaled(1000));
  CHECK(looked == scaled(1000));
  CHECK(thrum_queue_destroy(queue) == THRUM_OK);
}

TEST_CASE("calls of locks return in time where the holder may not go on", "[realtime][stress]") {
  SKIP_WHERE_FORBIDDEN();
  thrum::Lock lock;
  thrum::RLock rlock;
  thrum::RWLock rwlock;
  thrum::Semaphore semaphore(1);
  thrum::Condition condition;
  long looked = 0;
  interrupt(
      [&] {
        lock.acquire();
        rlock.acquire();
        rwlock.acquire_write();
        semaphore.acquire();
        semaphore.release();
        rwlock.release_write();
        rlock.release();
        lock.release();
        condition.acquire();
        condition.notify_all();
        condition.release();
      },
      [&] {
        if (lock.acquire(1e-5)) lock.release();
        if (rlock.acquire(1e-5)) rlock.release();
        if (rwlock.acquire_read(1e-5)) rwlock.release_read();
        if (rwlock.acquire_write(1e-5)) rwlock.release_write();
        if (semaphore.acquire(1e-5)) semaphore.release();
        condition.acquire();
        condition.wait(1e-5);
        condition.release();
        ++looked;
      },
      scaled(3000));
  CHECK(looked == scaled(3000));
}

TEST_CASE("waits for signals return in time where who gives them may not go on", "[realtime][stress]") {
  SKIP_WHERE_FORBIDDEN();
  thrum::Event event;
  thrum::Barrier barrier(2);
  thrum::Latch latch(1);
  long looked = 0;
  interrupt(
      [&] {
        event.set();
        event.clear();
        try {
          barrier.wait(1e-6);
        } catch (const thrum::BrokenBarrierError&) {
          barrier.reset();
        }
      },
      [&] {
        event.wait(1e-5);
        latch.wait(1e-5);
        try {
          barrier.wait(1e-5);
        } catch (const thrum::BrokenBarrierError&) {
          barrier.reset();
        }
        ++looked;
      },
      scaled(3000));
  CHECK(looked == scaled(3000));
}

TEST_CASE("calls of threads, timers and pools return in time where their threads may not go on",
          "[realtime][stress]") {
  SKIP_WHERE_FORBIDDEN();
  thrum::ThreadPool pool(1);
  long looked = 0;
  interrupt([&] { static_cast<void>(pool.submit([] { return 1; }).result()); },
            [&] {
              auto future = pool.submit([] { return 2; });
              try {
                static_cast<void>(future.result(1e-5));
              } catch (const thrum::TimeoutError&) {
              }
              thrum::Timer timer(1e-6, [] {});
              timer.start();
              timer.join(1e-5);
              timer.cancel();
              thrum::Thread thread([] {});
              thread.start();
              thread.join(1e-5);
              thread.join();
              ++looked;
            },
            scaled(300));
  CHECK(looked == scaled(300));
}
