// semaphore_wait_test.cpp - waits for the units of a semaphore, and polls.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/semaphore.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "support/timeouts.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::raised;
using support::seconds_since;
using support::until_parked;

#define UNBOUNDED thrum::Semaphore, handle::Semaphore
#define BOUNDED thrum::BoundedSemaphore, handle::BoundedSemaphore
#define ALL_SEMAPHORES UNBOUNDED, BOUNDED

TEMPLATE_TEST_CASE("a semaphore is polled", "[semaphore][test_try_acquire]", ALL_SEMAPHORES) {
  TestType semaphore(2);
  CHECK(semaphore.acquire(0));
  CHECK(semaphore.acquire(0));
  CHECK_FALSE(semaphore.acquire(0));
  semaphore.release();
  CHECK(semaphore.acquire(0));
}

TEMPLATE_TEST_CASE("threads that poll a semaphore get as many units as there are",
                   "[semaphore][test_try_acquire_contended]", ALL_SEMAPHORES) {
  TestType semaphore(4);
  semaphore.acquire();
  std::atomic<int> acquired{0};
  Crew(5, [&] {
    if (semaphore.acquire(0)) acquired.fetch_add(1);
    if (semaphore.acquire(0)) acquired.fetch_add(1);
  }).join();
  CHECK(acquired == 3);
  CHECK(semaphore.value() == 0);
}

TEMPLATE_TEST_CASE("threads that wait for a semaphore get exactly the units released",
                   "[semaphore][test_acquire_contended]", ALL_SEMAPHORES) {
  TestType semaphore(7);
  semaphore.acquire();
  std::atomic<int> acquired{0};
  Crew crew(10, [&] {
    semaphore.acquire();
    acquired.fetch_add(1);
    semaphore.acquire();
    acquired.fetch_add(1);
  });
  eventually([&] { return acquired == 6; });
  CHECK_FALSE(semaphore.acquire(0));
  for (int i = 0; i < 7; ++i) semaphore.release();
  eventually([&] { return acquired == 13; });
  CHECK_FALSE(semaphore.acquire(0.001));
  CHECK(acquired == 13);
  semaphore.release(6);
  eventually([&] { return acquired == 19; });
  CHECK_FALSE(semaphore.acquire(0.001));
  CHECK(acquired == 19);
  semaphore.release();
  crew.join();
  CHECK(acquired == 20);
  CHECK(semaphore.value() == 0);
}

TEMPLATE_TEST_CASE("a release of n lets n waiting threads go", "[semaphore]", thrum::Semaphore,
                   thrum::BoundedSemaphore) {
  TestType semaphore(8);
  for (int i = 0; i < 8; ++i) semaphore.acquire();
  std::atomic<int> acquired{0};
  Crew crew(6, [&](int index) {
    semaphore.acquire(index % 2 == 0 ? thrum::no_timeout : 1000);
    acquired.fetch_add(1);
  });
  until_parked(semaphore);
  semaphore.release(2);
  eventually([&] { return crew.finished() == 2; });
  CHECK_FALSE(semaphore.acquire(0.001));
  CHECK(acquired == 2);
  // More than there are waiters: the rest stays.
  semaphore.release(6);
  crew.join();
  CHECK(acquired == 6);
  CHECK(semaphore.value() == 2);
}

TEMPLATE_TEST_CASE("a semaphore checks its timeout first", "[semaphore]", ALL_SEMAPHORES) {
  for (const std::int64_t value : {0, 1}) {
    TestType semaphore(value);
    for (const double timeout : support::no_number) {
      CHECK(raised<thrum::ValueError>([&] { semaphore.acquire(timeout); }) == THRUM_E_VALUE);
    }
    for (const double timeout : support::too_large) {
      CAPTURE(timeout);
      CHECK(raised<thrum::OverflowError>([&] { semaphore.acquire(timeout); }) == THRUM_E_OVERFLOW);
    }
    CHECK(semaphore.value() == value);
  }
}

TEMPLATE_TEST_CASE("a semaphore with units is acquired whatever the timeout", "[semaphore]", ALL_SEMAPHORES) {
  TestType semaphore(100);
  std::int64_t left = 100;
  for (const double timeout : support::polls)
    CHECK((semaphore.acquire(timeout) && semaphore.value() == --left));
  for (const double timeout : support::negative)
    CHECK((semaphore.acquire(timeout) && semaphore.value() == --left));
  for (const double timeout : support::brief)
    CHECK((semaphore.acquire(timeout) && semaphore.value() == --left));
  for (const double timeout : support::huge)
    CHECK((semaphore.acquire(timeout) && semaphore.value() == --left));
}

TEMPLATE_TEST_CASE("a negative timeout polls a semaphore", "[semaphore]", ALL_SEMAPHORES) {
  TestType semaphore(0);
  for (const double timeout : support::polls) CHECK_FALSE(semaphore.acquire(timeout));
  for (const double timeout : support::negative) CHECK_FALSE(semaphore.acquire(timeout));
  CHECK(semaphore.value() == 0);
}

TEMPLATE_TEST_CASE("a wait for a semaphore never ends early", "[semaphore][test_acquire_timeout]",
                   ALL_SEMAPHORES) {
  TestType semaphore(1);
  semaphore.acquire();
  for (const double timeout : support::brief) {
    const auto start = Clock::now();
    const bool acquired = semaphore.acquire(timeout);
    const double waited = seconds_since(start);
    CAPTURE(timeout);
    CHECK_FALSE(acquired);
    CHECK(waited >= timeout);
  }
  semaphore.release();
  CHECK(semaphore.acquire(0.005));
}

TEMPLATE_TEST_CASE("the longest waits for a semaphore end with its release", "[semaphore]", thrum::Semaphore,
                   thrum::BoundedSemaphore) {
  for (const double timeout : support::huge) {
    TestType semaphore(1);
    semaphore.acquire();
    bool acquired = false;
    Crew crew(1, [&] { acquired = semaphore.acquire(timeout); });
    until_parked(semaphore);
    CHECK(crew.finished() == 0);
    semaphore.release();
    crew.join();
    CAPTURE(timeout);
    CHECK(acquired);
  }
}

TEMPLATE_TEST_CASE("a waiter for a semaphore that gives up leaves the others waiting", "[semaphore]",
                   thrum::Semaphore, thrum::BoundedSemaphore) {
  TestType semaphore(6);
  for (int i = 0; i < 6; ++i) semaphore.acquire();
  std::atomic<int> acquired{0};
  Crew crew(9, [&](int index) {
    if (semaphore.acquire(index % 4 == 0 ? 0.002 : thrum::no_timeout)) acquired.fetch_add(1);
  });
  eventually([&] { return crew.finished() == 3; });
  until_parked(semaphore);
  CHECK(acquired == 0);
  semaphore.release(6);
  crew.join();
  CHECK(acquired == 6);
  CHECK(semaphore.value() == 0);
}
