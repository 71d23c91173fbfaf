// signal_test.cpp - that a wait is not ended by signals: their handlers run, and it goes on.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/eventually.hpp"
#include "thrum/thrum.hpp"

using support::children_start_threads;
using support::Clock;
using support::Ending;
using support::eventually;
using support::run_forked;
using support::seconds_since;

namespace {

std::atomic<int> signals_handled{0};

/// What a wait did while signals came.
struct Outcome {
  bool successful;
  double seconds;
  int signals;  ///< that were handled before it returned
};

/// Runs `wait` in a thread and sends that one signal after the other until it returns.
template <class Wait>
Outcome under_signals(Wait wait) {
  Outcome outcome{true, 0, 0};
  std::atomic<bool> done{false};
  std::atomic<bool> may_end{false};
  signals_handled = 0;
  std::thread waiter([&] {
    const auto start = Clock::now();
    outcome.successful = wait();
    outcome.seconds = seconds_since(start);
    outcome.signals = signals_handled;
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
  return outcome;
}

template <class Wait>
void check_under_signals(double timeout, Wait wait) {
  struct sigaction handler = {};
  struct sigaction before = {};
  handler.sa_handler = [](int) { signals_handled.fetch_add(1); };
  REQUIRE(sigaction(SIGUSR1, &handler, &before) == 0);
  // On a busy machine the wait may be over before the first signal.
  for (int signals = 0; signals == 0;) {
    const Outcome outcome = under_signals(wait);
    CHECK_FALSE(outcome.successful);
    CHECK(outcome.seconds >= timeout);
    signals = outcome.signals;
  }
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
  check_under_signals(timeout, [&] { return lock.acquire(timeout); });
  check_under_signals(timeout, [&] { return rlock.acquire(timeout); });
  check_under_signals(timeout, [&] { return event.wait(timeout); });
  check_under_signals(timeout, [&] { return semaphore.acquire(timeout); });
  check_under_signals(timeout, [&] {
    condition.acquire();
    const bool notified = condition.wait(timeout);
    condition.release();
    return notified;
  });
  check_under_signals(timeout, [&] { return thrum::main_thread().join(timeout); });
}

TEST_CASE("a signal that all of a program's threads block is not taken by one of the library's",
          "[signal][timer]") {
  // The service is there, and sleeps.
  thrum::Timer first(0, [] {});
  first.start();
  first.join();
  thrum::Timer pending(1000, [] {});
  pending.start();
  struct sigaction handler = {};
  struct sigaction before = {};
  handler.sa_handler = [](int) { signals_handled.fetch_add(1); };
  REQUIRE(sigaction(SIGUSR1, &handler, &before) == 0);
  signals_handled = 0;
  sigset_t blocked;
  sigset_t old;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  REQUIRE(pthread_sigmask(SIG_BLOCK, &blocked, &old) == 0);
  int taken = 0;
  for (int round = 0; round < 100; ++round) {
    REQUIRE(kill(getpid(), SIGUSR1) == 0);
    // Another thread that takes it has the time to.
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    const timespec poll = {0, 0};
    if (sigtimedwait(&blocked, nullptr, &poll) == SIGUSR1) ++taken;
  }
  CHECK(taken == 100);
  CHECK(signals_handled == 0);
  REQUIRE(pthread_sigmask(SIG_SETMASK, &old, nullptr) == 0);
  REQUIRE(sigaction(SIGUSR1, &before, nullptr) == 0);
  pending.cancel();
}

namespace {

/// Whether SIGUSR1 is blocked where a timer's function runs; -1: it is not known.
int blocked_in_timer() {
  int blocked = -1;
  thrum::Timer timer(0, [&] {
    sigset_t mask;
    if (pthread_sigmask(SIG_SETMASK, nullptr, &mask) == 0) blocked = sigismember(&mask, SIGUSR1);
  });
  timer.start();
  return timer.join() ? blocked : -1;
}

}  // namespace

TEST_CASE("a timer's function runs with the mask of the thread that started the first timer",
          "[signal][timer]") {
  CHECK(blocked_in_timer() == 0);
  if (!children_start_threads) return;
  // Where no timer has been started yet.
  const Ending ending = run_forked([] {
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    CHILD_REQUIRE(pthread_sigmask(SIG_BLOCK, &blocked, nullptr) == 0);
    CHILD_REQUIRE(blocked_in_timer() == 1);
    CHILD_REQUIRE(pthread_sigmask(SIG_UNBLOCK, &blocked, nullptr) == 0);
    CHILD_REQUIRE(blocked_in_timer() == 1);
  });
  CHECK(ending.how == "exit 0");
}
