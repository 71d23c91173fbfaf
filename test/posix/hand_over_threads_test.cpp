// hand_over_threads_test.cpp - how many system calls it takes to let several threads go on, and to hand over
// to and from the library's own: workers of a pool, the thread of the timers, a thread that ends.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <climits>
#include <memory>
#include <string>
#include <vector>

#include "posix/sleeper.hpp"
#include "support/eventually.hpp"
#include "thrum/thrum.hpp"

using support::eventually;
using system_calls::Counts;
using system_calls::mine;
using system_calls::Sleeper;

namespace {

constexpr int rounds = 10;

/// What it takes to find a mutex of the library's held by the thread at the other end, which is there at the
/// same time: to wait for it, and to say in the end that others may.
constexpr long for_a_mutex = 2;

struct Range {
  void add(long value) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  long least = LONG_MAX;
  long most = 0;
};

/// A worker of a pool with no other, at rest.
class Worker {
 public:
  Worker() {
    pool.submit([this] { counts_ = &mine(); }).wait();
  }
  const Counts& counts() const { return *counts_; }

  /// Calls task() in the worker, and returns once that sleeps again.
  template <class Task>
  void run(Task task) {
    // So its sleep is told from the one before.
    std::atomic<long> sleeps{-1};
    pool.submit([&] {
      task();
      sleeps = counts().sleeps.load();
    });
    eventually([&] { return sleeps != -1; });
    eventually([&] { return counts().sleeps != sleeps; });
  }

  thrum::ThreadPool pool{1};

 private:
  const Counts* counts_ = nullptr;
};

}  // namespace

TEST_CASE("to wake three threads takes three system calls", "[system_calls]") {
  long to_wake = 0;
  long to_sleep = 0;
  const bool counted = system_calls::count_in([&] {
    thrum::Event event;
    std::vector<std::unique_ptr<Sleeper>> sleepers;
    for (int i = 0; i != 3; ++i) sleepers.push_back(std::make_unique<Sleeper>([&] { event.wait(); }));
    for (int round = 0; round != rounds; ++round) {
      for (const auto& sleeper : sleepers) sleeper->put_to_sleep();
      const long before = mine().all();
      event.set();
      to_wake += mine().all() - before;
      for (const auto& sleeper : sleepers) to_sleep += sleeper->took();
      event.clear();
    }
  });
  if (!counted) SKIP("this system lets no thread be watched");
  CHECK(to_wake == 3L * rounds);
  CHECK(to_sleep == 3L * rounds);
}

TEST_CASE("to submit to a worker that sleeps takes a system call, and to one at work none",
          "[system_calls]") {
  long to_wake = 0;
  long at_work = 0;
  const bool counted = system_calls::count_in([&] {
    Worker worker;
    for (int round = 0; round != rounds; ++round) {
      worker.run([] {});
      std::atomic<bool> begun{false};
      std::atomic<bool> submitted{false};
      std::atomic<bool> done{false};
      long before = mine().all();
      worker.pool.submit([&] {
        begun = true;
        eventually([&] { return submitted.load(); });
      });
      to_wake += mine().all() - before;
      eventually([&] { return begun.load(); });
      before = mine().all();
      worker.pool.submit([&] { done = true; });
      at_work += mine().all() - before;
      submitted = true;
      eventually([&] { return done.load(); });
    }
  });
  if (!counted) SKIP("this system lets no thread be watched");
  CHECK(to_wake == rounds);
  CHECK(at_work == 0);
}

TEST_CASE("a future that is waited for takes a system call on each side", "[system_calls]") {
  long to_wake = 0;
  long to_sleep = 0;
  const bool counted = system_calls::count_in([&] {
    Worker worker;
    thrum::Future<void> future;
    Sleeper sleeper([&] { future.wait(); });
    for (int round = 0; round != rounds; ++round) {
      std::atomic<bool> waited{false};
      const long before = worker.counts().wakes;
      future = worker.pool.submit([&] { eventually([&] { return waited.load(); }); });
      sleeper.put_to_sleep();
      waited = true;
      to_sleep += sleeper.took();
      to_wake += worker.counts().wakes - before;
    }
  });
  if (!counted) SKIP("this system lets no thread be watched");
  CHECK(to_wake == rounds);
  CHECK(to_sleep == rounds);
}

TEST_CASE("to start the timer that is due first takes at most a system call", "[system_calls]") {
  Range took;
  const bool counted = system_calls::count_in([&] {
    thrum::Timer first(1e6, [] {});
    first.start();
    for (int round = 0; round != rounds; ++round) {
      thrum::Timer earlier(1e5, [] {});
      const long before = mine().all();
      earlier.start();
      took.add(mine().all() - before);
      earlier.cancel();
    }
    first.cancel();
  });
  if (!counted) SKIP("this system lets no thread be watched");
  CHECK(took.least <= 1);
  CHECK(took.most <= 1 + for_a_mutex);
}

TEST_CASE("to join a thread that runs takes a system call or two", "[system_calls]") {
  Range took;
  const bool counted = system_calls::count_in([&] {
    std::unique_ptr<thrum::Thread> thread;
    Sleeper sleeper([&] { thread->join(); });
    for (int round = 0; round != rounds; ++round) {
      std::atomic<bool> joined{false};
      thread = std::make_unique<thrum::Thread>([&] { eventually([&] { return joined.load(); }); });
      thread->start();
      sleeper.put_to_sleep();
      joined = true;
      took.add(sleeper.took());
    }
  });
  if (!counted) SKIP("this system lets no thread be watched");
  // Behind what the library does at the thread's end is what the system does.
  CHECK(took.least >= 1);
  CHECK(took.least <= 2);
  CHECK(took.most <= 2 + for_a_mutex);
}
