// signal_test.cpp - that a wait is not ended by signals: their handlers run, and it goes on.
#include <signal.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "support/eventually.hpp"
#include "thrum/thrum.hpp"

using support::Clock;
using support::eventually;
using support::seconds_since;

namespace {

std::atomic<int> signals_handled{0};

/// Runs `wait` in a thread and sends it one signal after the other, until it returns. Says what it returned,
/// and whether it was early for `timeout`.
template <class Wait>
void wait_under_signals(double timeout, Wait wait) {
  struct sigaction handler = {};
  struct sigaction before = {};
  handler.sa_handler = [](int) { signals_handled.fetch_add(1); };
  REQUIRE(sigaction(SIGUSR1, &handler, &before) == 0);
  signals_handled = 0;

  bool successful = true;
  double waited = 0;
  std::atomic<bool> done{false};
  std::atomic<bool> may_end{false};
  std::thread waiter([&] {
    const auto start = Clock::now();
    successful = wait();
    waited = seconds_since(start);
    done = true;
    eventually([&] { return may_end.load(); });
  });
  int sent = 0;
  while (!done) {
    if (signals_handled == sent) {
      pthread_kill(waiter.native_handle(), SIGUSR1);
      ++sent;
    }
    std::this_thread::yield();
  }
  may_end = true;
  // With the thread goes a signal that it has not handled.
  waiter.join();
  CHECK_FALSE(successful);
  CHECK(waited >= timeout);
  CHECK(signals_handled > 0);
  CHECK(sigaction(SIGUSR1, &before, nullptr) == 0);
}

}  // namespace

TEST_CASE("a wait is not ended by signals", "[time]") {
  constexpr double timeout = 0.03;
  thrum::Lock lock;
  thrum::RLock rlock;
  thrum::Condition condition;
  thrum::Event event;
  thrum::Semaphore semaphore(0);
  lock.acquire();
  rlock.acquire();
  wait_under_signals(timeout, [&] { return lock.acquire(timeout); });
  wait_under_signals(timeout, [&] { return rlock.acquire(timeout); });
  wait_under_signals(timeout, [&] { return event.wait(timeout); });
  wait_under_signals(timeout, [&] { return semaphore.acquire(timeout); });
  wait_under_signals(timeout, [&] {
    condition.acquire();
    const bool notified = condition.wait(timeout);
    condition.release();
    return notified;
  });
  wait_under_signals(timeout, [&] { return thrum::main_thread().join(timeout); });
}
