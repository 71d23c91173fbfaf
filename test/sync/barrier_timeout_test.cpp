// barrier_timeout_test.cpp - waits at a barrier that run out of time, and whom that breaks it for.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/barrier.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"
#include "sync/barriers.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::passes;
using support::raised;
using support::scaled;
using support::seconds_since;
using support::until_waiting;

#define ALL_BARRIERS thrum::Barrier, handle::Barrier

namespace {

constexpr int parties = 5;

}  // namespace

TEMPLATE_TEST_CASE("a barrier checks its timeout first", "[barrier]", ALL_BARRIERS) {
  for (const int count : {1, 2}) {
    TestType barrier(count);
    for (const double timeout : support::no_number) {
      CHECK(raised<thrum::ValueError>([&] { barrier.wait(timeout); }) == THRUM_E_VALUE);
    }
    for (const double timeout : support::too_large) {
      CAPTURE(timeout);
      CHECK(raised<thrum::OverflowError>([&] { barrier.wait(timeout); }) == THRUM_E_OVERFLOW);
    }
    CHECK_FALSE(barrier.broken());
    CHECK(barrier.n_waiting() == 0);
  }
}

TEMPLATE_TEST_CASE("a wait that is not joined in time breaks the barrier", "[barrier][test_timeout]",
                   ALL_BARRIERS) {
  TestType barrier(parties);
  std::atomic<int> broken{0};
  std::atomic<int> passed{0};
  Crew(parties, [&] {
    const int index = barrier.wait();
    // One thread is late: it waits until the others have given up.
    if (index == parties / 2) eventually([&] { return barrier.broken(); });
    (passes(barrier, 0.001) ? passed : broken).fetch_add(1);
  }).join();
  CHECK(broken == parties);
  CHECK(passed == 0);
  CHECK(barrier.broken());
  CHECK(barrier.n_waiting() == 0);
}

TEMPLATE_TEST_CASE("a time-out breaks the barrier for those with all the time in the world",
                   "[barrier][test_timeout]", ALL_BARRIERS) {
  TestType barrier(4);
  std::atomic<int> broken{0};
  Crew crew(2, [&] {
    if (!passes(barrier)) broken.fetch_add(1);
  });
  until_waiting(barrier, 2);
  CHECK_FALSE(passes(barrier, 0.001));
  crew.join();
  CHECK(broken == 2);
  CHECK(barrier.broken());
  CHECK_FALSE(passes(barrier));
}

TEMPLATE_TEST_CASE("a poll breaks a barrier that it is not the last to come to", "[barrier]", ALL_BARRIERS) {
  for (const double timeout : support::polls) {
    TestType barrier(2);
    CHECK_FALSE(passes(barrier, timeout));
    CHECK(barrier.broken());
  }
  for (const double timeout : support::negative) {
    TestType barrier(2);
    CHECK_FALSE(passes(barrier, timeout));
    CHECK(barrier.broken());
  }
  TestType barrier(2);
  std::atomic<bool> passed{false};
  Crew crew(1, [&] { passed = passes(barrier); });
  until_waiting(barrier, 1);
  CHECK(barrier.wait(0) == 1);
  crew.join();
  CHECK(passed);
}

TEMPLATE_TEST_CASE("a barrier's own timeout is that of waits that have none",
                   "[barrier][test_default_timeout]", ALL_BARRIERS) {
  for (const double timeout : support::brief) {
    TestType barrier(2, timeout);
    const auto start = Clock::now();
    const bool passed = passes(barrier);
    const double waited = seconds_since(start);
    CAPTURE(timeout);
    CHECK_FALSE(passed);
    CHECK(waited >= timeout);
  }
  // A wait that has one does not mind.
  TestType barrier(2, 0);
  std::atomic<bool> passed{false};
  Crew crew(1, [&] { passed = passes(barrier, 1000); });
  until_waiting(barrier, 1);
  CHECK(barrier.wait() == 1);
  crew.join();
  CHECK(passed);
  CHECK_FALSE(passes(barrier));
}

TEMPLATE_TEST_CASE("a wait at a barrier never ends early", "[barrier][test_timeout]", ALL_BARRIERS) {
  for (const double timeout : support::brief) {
    TestType barrier(2);
    const auto start = Clock::now();
    const bool passed = passes(barrier, timeout);
    const double waited = seconds_since(start);
    CAPTURE(timeout);
    CHECK_FALSE(passed);
    CHECK(waited >= timeout);
  }
}

TEMPLATE_TEST_CASE("the longest waits at a barrier end with the last arrival", "[barrier]", ALL_BARRIERS) {
  for (const double timeout : support::huge) {
    TestType barrier(2);
    bool passed = false;
    Crew crew(1, [&] { passed = passes(barrier, timeout); });
    until_waiting(barrier, 1);
    barrier.wait(timeout);
    crew.join();
    CAPTURE(timeout);
    CHECK(passed);
  }
}

TEMPLATE_TEST_CASE("where a waiter times out while the last one arrives, all pass or none",
                   "[barrier][test_timeout][stress]", ALL_BARRIERS) {
  constexpr int threads = 3;
  const int rounds = scaled(6000);
  TestType barrier(threads);
  // Behind each round: a barrier that nobody gives up, where the threads compare their notes.
  thrum::Barrier notes(threads);
  std::vector<std::atomic<int>> passed(static_cast<std::size_t>(rounds));
  std::atomic<int> not_reset{0};
  Crew crew(threads, [&](int thread) {
    double patience = 0;
    for (int round = 0; round < rounds; ++round) {
      // The last one comes when the first has gone to sleep.
      if (thread == threads - 1) support::outlast(Clock::now(), 5e-5);
      const bool pass = passes(barrier, thread == 0 ? patience : thrum::no_timeout);
      if (pass) passed[static_cast<std::size_t>(round)].fetch_add(1);
      // Always about as long as it takes the others to come: now the one, now the other.
      patience = pass ? patience * 0.97 : patience * 1.03 + 1e-7;
      notes.wait();
      if (thread == 0 && barrier.broken() != (passed[static_cast<std::size_t>(round)] == 0)) {
        not_reset.fetch_add(1);
      }
      if (thread == 0) barrier.reset();
      notes.wait();
    }
  });
  crew.join();
  int whole = 0;
  int broken = 0;
  for (const std::atomic<int>& round : passed) {
    whole += round == threads ? 1 : 0;
    broken += round == 0 ? 1 : 0;
  }
  CHECK(whole + broken == rounds);
  CHECK(not_reset == 0);
  CHECK(whole > 0);
  CHECK(broken > 0);
}
