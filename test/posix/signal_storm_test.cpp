// signal_storm_test.cpp - a million signals, at whatever a thread is just doing, whose handler sets events,
// releases semaphores and counts latches down: of the very wait that it interrupts, and of others.
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.h"
#include "thrum/thrum.hpp"

using support::Clock;
using support::eventually;
using support::scaled;

namespace {

/// What the handler of one thread works on.
struct Own {
  thrum::Event event;
  thrum::Semaphore semaphore{0};
  std::atomic<thrum::Latch*> latch{nullptr};
  std::atomic<long> handled{0};
};

struct Shared {
  thrum::Event event;
  thrum::Semaphore semaphore{0};
  thrum_event event_handle{};
  thrum_semaphore semaphore_handle{};
  thrum::Barrier barrier{2};
  std::atomic<bool> stop{false};
  sem_t handled;  // a token for each signal
};

Shared* shared = nullptr;
thread_local Own* own = nullptr;
std::atomic<int> failures{0};

void check(bool right) {
  if (!right) failures.fetch_add(1);
}

extern "C" void handle_signal(int) {
  const int before = errno;
  Own* mine = own;
  mine->event.set();
  mine->semaphore.release();
  thrum::Latch* latch = mine->latch;
  if (latch != nullptr && latch->count() != 0) latch->count_down();
  shared->event.set();
  shared->semaphore.release();
  check(thrum_event_set(shared->event_handle) == THRUM_OK);
  check(thrum_semaphore_release(shared->semaphore_handle, 1) == THRUM_OK);
  check(errno == before);
  mine->handled.fetch_add(1);
  sem_post(&shared->handled);
}

/// Enters the lot and leaves it, and never sleeps: where most of the signals find a thread inside.
void look_into_the_lot(Own& /*mine*/) { check(shared->barrier.n_waiting() == 0); }

/// A thread that does the same again and again until it is told to stop, under signals.
struct Target {
  Own mine;
  std::function<void(Own&)> body;
  std::atomic<bool> finished{false};
  std::thread thread;
};

/// Sends them to all the targets in turn, each when it has handled the last, `count` in all.
void send(std::vector<std::unique_ptr<Target>>& targets, long count) {
  std::vector<long> sent;
  sent.reserve(targets.size());
  auto since = Clock::now();
  for (const auto& target : targets) sent.push_back(target->mine.handled);
  for (long total = 0; total < count;) {
    bool any = false;
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (targets[i]->mine.handled != sent[i]) continue;
      ++sent[i];
      ++total;
      any = true;
      pthread_kill(targets[i]->thread.native_handle(), SIGUSR2);
    }
    const auto now = Clock::now();
    if (any) {
      since = now;
    } else if (now - since < std::chrono::microseconds(30)) {
      std::this_thread::yield();
    } else {
      // Beside others that yield all the time the targets would hardly run. There is a token for what comes
      // next.
      sem_wait(&shared->handled);
    }
  }
  for (std::size_t i = 0; i < targets.size(); ++i) {
    eventually([&] { return targets[i]->mine.handled == sent[i]; });
  }
}

/// Runs a thread for each body under `count` signals; it ends when stop is set and its body returns.
void storm(const std::vector<std::function<void(Own&)>>& bodies, long count) {
  Shared all;
  shared = &all;
  REQUIRE(sem_init(&all.handled, 0, 0) == 0);
  failures = 0;
  REQUIRE(thrum_event_create(&all.event_handle) == THRUM_OK);
  REQUIRE(thrum_semaphore_create(&all.semaphore_handle, 0) == THRUM_OK);
  struct sigaction action {};
  struct sigaction old {};
  action.sa_handler = handle_signal;
  REQUIRE(sigaction(SIGUSR2, &action, &old) == 0);
  std::vector<std::unique_ptr<Target>> targets;
  std::atomic<std::size_t> ready{0};
  std::atomic<bool> may_end{false};
  for (const auto& body : bodies) {
    targets.push_back(std::make_unique<Target>());
    Target& target = *targets.back();
    target.body = body;
    target.thread = std::thread([&target, &ready, &may_end] {
      own = &target.mine;
      ready.fetch_add(1);
      while (!shared->stop) target.body(target.mine);
      target.finished = true;
      // Until nobody sends it a signal any more.
      eventually([&] { return may_end.load(); });
    });
  }
  eventually([&] { return ready == targets.size(); });
  send(targets, count);
  all.stop = true;
  // Those that wait for nothing but a signal get more, until they have seen it.
  const auto all_finished = [&] {
    return std::all_of(targets.begin(), targets.end(),
                       [](const auto& target) { return target->finished.load(); });
  };
  while (!all_finished()) send(targets, static_cast<long>(targets.size()));
  may_end = true;
  for (auto& target : targets) target->thread.join();
  REQUIRE(sigaction(SIGUSR2, &old, nullptr) == 0);
  CHECK(failures == 0);
  CHECK(thrum_event_destroy(all.event_handle) == THRUM_OK);
  CHECK(thrum_semaphore_destroy(all.semaphore_handle) == THRUM_OK);
  CHECK(sem_destroy(&all.handled) == 0);
  shared = nullptr;
}

/// So many of the million that the four storms send. Those in which every signal wakes a thread have fewer.
long share(int percent) { return long{scaled(10000)} * percent; }

}  // namespace

TEST_CASE("a thread's handler wakes the thread itself from its wait", "[signal][stress]") {
  std::atomic<long> taken{0};
  storm({
            [](Own& mine) {
              mine.event.wait();
              mine.event.clear();
            },
            [&](Own& mine) {
              mine.semaphore.acquire();
              taken.fetch_add(1);
            },
            [](Own& mine) {
              // Its own handlers alone count it down.
              thrum::Latch latch(2);
              mine.latch = &latch;
              latch.wait();
              mine.latch = nullptr;
            },
            [](Own& mine) { mine.event.wait(1e-4); },
        },
        share(5));
  CHECK(taken > 0);
}

TEST_CASE("handlers wake others whose queues the interrupted threads are at", "[signal][stress]") {
  std::atomic<long> taken{0};
  storm({
            [](Own&) {
              shared->event.wait();
              shared->event.clear();
            },
            [](Own&) {
              shared->event.wait(1e-5);
              shared->event.clear();
            },
            [&](Own&) {
              shared->semaphore.acquire();
              taken.fetch_add(1);
            },
            [&](Own&) {
              if (shared->semaphore.acquire(1e-5)) taken.fetch_add(1);
            },
            [](Own&) {
              thrum_semaphore_acquire(shared->semaphore_handle, THRUM_FOREVER);
              thrum_event_wait(shared->event_handle, THRUM_FOREVER);
              thrum_event_clear(shared->event_handle);
            },
            look_into_the_lot,
        },
        share(15));
  CHECK(taken > 0);
}

TEST_CASE("handlers interrupt locks, conditions and read-write locks", "[signal][stress]") {
  thrum::Lock lock;
  thrum::RLock rlock;
  thrum::Condition condition(rlock);
  thrum::RWLock shared_lock;
  long counted = 0;
  std::atomic<long> rounds{0};
  const auto contend = [&](Own&) {
    lock.acquire();
    ++counted;
    rounds.fetch_add(1);
    if (rounds % 16 == 0) std::this_thread::yield();
    lock.release();
    if (shared_lock.acquire_read(1e-5)) shared_lock.release_read();
    if (shared_lock.acquire_write(1e-5)) shared_lock.release_write();
  };
  const auto notify = [&](Own&) {
    rlock.acquire();
    condition.wait(1e-5);
    condition.notify_all();
    rlock.release();
  };
  storm({contend, contend, notify, notify}, share(40));
  CHECK(counted == rounds);
}

TEST_CASE("handlers interrupt barriers, queues, once and joins", "[signal][stress]") {
  thrum::Queue<int> bounded(2);
  thrum::Queue<int> unbounded;
  thrum::Barrier barrier(2);
  std::atomic<long> put{0};
  std::atomic<long> got{0};
  const auto producer = [&](Own&) {
    try {
      bounded.put(1, 1e-4);
      put.fetch_add(1);
    } catch (const thrum::Full&) {
    }
    unbounded.put(1);
    put.fetch_add(1);
  };
  const auto consumer = [&](Own&) {
    try {
      bounded.get(1e-4);
      got.fetch_add(1);
    } catch (const thrum::Empty&) {
    }
    try {
      unbounded.get(1e-4);
      got.fetch_add(1);
    } catch (const thrum::Empty&) {
    }
  };
  const auto meet = [&](Own&) {
    try {
      barrier.wait(1e-4);
    } catch (const thrum::BrokenBarrierError&) {
      barrier.reset();
    }
  };
  const auto start = [](Own&) {
    thrum::Once once;
    thrum::Thread thread([&] { once.call([] {}); });
    thread.start();
    once.call([] {});
    thread.join();
  };
  storm({producer, producer, consumer, consumer, meet, meet, start}, share(40));
  CHECK(static_cast<std::size_t>(put - got) == bounded.qsize() + unbounded.qsize());
}

TEST_CASE("more wake-ups than a thread can note are all made", "[signal][stress]") {
  // One thread enters the lot and leaves it all the time. Its handler wakes twenty others, each by an event
  // or a semaphore of its own.
  constexpr int sleepers = 10;  // of either kind
  struct All {
    thrum::Event events[sleepers];
    thrum::Semaphore semaphores[sleepers];
    std::atomic<long> handled{0};

    All() {
      for (thrum::Semaphore& semaphore : semaphores) semaphore.acquire();
    }
    void wake() {
      for (thrum::Event& event : events) event.set();
      for (thrum::Semaphore& semaphore : semaphores) semaphore.release();
    }
  };
  static All* all = nullptr;
  const auto memory = std::make_unique<All>();
  all = memory.get();
  struct sigaction action {};
  struct sigaction old {};
  action.sa_handler = [](int) {
    all->wake();
    all->handled.fetch_add(1);
  };
  REQUIRE(sigaction(SIGUSR2, &action, &old) == 0);
  std::atomic<bool> stop{false};
  thrum::Barrier barrier(2);
  std::vector<std::thread> threads;
  threads.reserve(std::size_t{2} * sleepers);
  std::atomic<long> by_event{0};
  std::atomic<long> by_semaphore{0};
  for (int i = 0; i < sleepers; ++i) {
    threads.emplace_back([&, i] {
      while (!stop) {
        all->events[i].wait();
        all->events[i].clear();
        by_event.fetch_add(1);
      }
    });
    threads.emplace_back([&, i] {
      while (!stop) {
        all->semaphores[i].acquire();
        by_semaphore.fetch_add(1);
      }
    });
  }
  std::thread target([&] {
    while (!stop) barrier.n_waiting();
  });
  const long rounds = scaled(1000);
  for (long round = 1; round <= rounds; ++round) {
    pthread_kill(target.native_handle(), SIGUSR2);
    eventually([&] { return all->handled == round; });
    // Nobody else makes up for a wake-up that is lost.
    eventually([&] { return by_event == round * sleepers && by_semaphore == round * sleepers; });
  }
  stop = true;
  target.join();
  all->wake();
  for (std::thread& thread : threads) thread.join();
  REQUIRE(sigaction(SIGUSR2, &old, nullptr) == 0);
  CHECK(by_event >= rounds * sleepers);
  CHECK(by_semaphore >= rounds * sleepers);
}
