// lock_std_test.cpp - the standard library's guards and its condition variable take a Lock and an RLock.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/lock.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"
#include "thrum/rlock.hpp"

using support::Clock;
using support::Crew;
using support::raised;
using support::scaled;
using support::seconds_since;

TEMPLATE_TEST_CASE("a guard releases the lock, also for an exception", "[lock][rlock][test_with]",
                   thrum::Lock, thrum::RLock) {
  TestType lock;
  const auto use = [&](bool fail) {
    const std::lock_guard<TestType> guard(lock);
    CHECK(lock.locked());
    if (fail) throw std::invalid_argument("thrown inside");
  };
  use(false);
  CHECK_FALSE(lock.locked());
  CHECK_THROWS_AS(use(true), std::invalid_argument);
  CHECK_FALSE(lock.locked());
}

TEMPLATE_TEST_CASE("std::scoped_lock and std::lock take several locks at once", "[lock][rlock]", thrum::Lock,
                   thrum::RLock) {
  TestType first;
  TestType second;
  long count = 0;
  const int rounds = scaled(20000);
  Crew crew(4, [&](int index) {
    for (int round = 0; round < rounds; ++round) {
      if (index % 2 == 0) {
        const std::scoped_lock guard(first, second);
        ++count;
      } else {
        std::lock(second, first);
        const std::lock_guard<TestType> guard_second(second, std::adopt_lock);
        const std::lock_guard<TestType> guard_first(first, std::adopt_lock);
        ++count;
      }
    }
  });
  crew.join();
  CHECK(count == 4L * rounds);
}

TEMPLATE_TEST_CASE("std::unique_lock waits for a lock for a duration", "[lock][rlock]", thrum::Lock,
                   thrum::RLock) {
  using namespace std::chrono_literals;
  TestType lock;
  {
    std::unique_lock<TestType> guard(lock, std::defer_lock);
    CHECK(guard.try_lock_for(1ms));
    guard.unlock();
    CHECK(guard.try_lock_for(-1h));
    guard.unlock();
    CHECK(guard.try_lock_for(std::chrono::hours::max()));
  }
  CHECK_FALSE(lock.locked());

  lock.acquire();
  bool polled = true;
  bool waited_for = true;
  double waited = 0;
  Crew(1, [&] {
    std::unique_lock<TestType> guard(lock, std::try_to_lock);
    polled = guard.owns_lock() || guard.try_lock_for(0s) || guard.try_lock_for(-1s);
    const auto start = Clock::now();
    waited_for = guard.try_lock_for(2ms);
    waited = seconds_since(start);
  }).join();
  CHECK_FALSE(polled);
  CHECK_FALSE(waited_for);
  CHECK(waited >= 0.002);
  lock.release();
}

TEMPLATE_TEST_CASE("std::unique_lock waits for a lock until a time of any clock", "[lock][rlock]",
                   thrum::Lock, thrum::RLock) {
  using namespace std::chrono_literals;
  TestType lock;
  {
    std::unique_lock<TestType> guard(lock, std::defer_lock);
    CHECK(guard.try_lock_until(std::chrono::system_clock::now() + 1h));
    guard.unlock();
    CHECK(guard.try_lock_until(Clock::now() - 1h));
    guard.unlock();
    CHECK(guard.try_lock_until(Clock::time_point::max()));
  }
  CHECK_FALSE(lock.locked());

  lock.acquire();
  bool acquired = true;
  bool early = true;
  Crew(1, [&] {
    std::unique_lock<TestType> guard(lock, Clock::now() - 1h);
    acquired = guard.owns_lock();
    const auto steady = Clock::now() + 2ms;
    acquired = acquired || guard.try_lock_until(steady);
    early = Clock::now() < steady;
    const auto system = std::chrono::system_clock::now() + 2ms;
    acquired = acquired || guard.try_lock_until(system);
    early = early || std::chrono::system_clock::now() < system;
  }).join();
  CHECK_FALSE(acquired);
  CHECK_FALSE(early);
  lock.release();
}

TEMPLATE_TEST_CASE("a duration that is no number is refused", "[lock][rlock]", thrum::Lock, thrum::RLock) {
  TestType lock;
  const std::chrono::duration<double> no_number(support::no_number[0]);
  CHECK(raised<thrum::ValueError>([&] { lock.try_lock_for(no_number); }) == THRUM_E_VALUE);
  CHECK_FALSE(lock.locked());
}

TEMPLATE_TEST_CASE("std::condition_variable_any waits with a lock", "[lock][rlock]", thrum::Lock,
                   thrum::RLock) {
  TestType lock;
  std::condition_variable_any changed;
  int turn = 0;
  const int rounds = scaled(2000);
  Crew crew(2, [&](int index) {
    for (int round = 0; round < rounds; ++round) {
      std::unique_lock<TestType> guard(lock);
      changed.wait(guard, [&] { return turn % 2 == index; });
      ++turn;
      changed.notify_one();
    }
  });
  crew.join();
  CHECK(turn == 2 * rounds);
}
