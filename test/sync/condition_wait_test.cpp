// condition_wait_test.cpp - waits on a condition: when they end, and what they return.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/condition.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "support/timeouts.hpp"
#include "sync/conditions.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::HandleOwn;
using support::HandleWithLock;
using support::HandleWithRLock;
using support::Holding;
using support::Indices;
using support::notify;
using support::notify_all;
using support::outlast;
using support::Own;
using support::raised;
using support::seconds_since;
using support::Waiters;
using support::WithLock;
using support::WithRLock;

TEMPLATE_TEST_CASE("a wait on a Condition checks its timeout first", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  bool called = false;
  const auto predicate = [&] { return called = true; };
  for (const bool held : {false, true}) {
    if (held) condition.acquire();
    for (const double timeout : support::no_number) {
      CHECK(raised<thrum::ValueError>([&] { condition.wait(timeout); }) == THRUM_E_VALUE);
      CHECK(raised<thrum::ValueError>([&] { condition.wait_for(predicate, timeout); }) == THRUM_E_VALUE);
    }
    for (const double timeout : support::too_large) {
      CHECK(raised<thrum::OverflowError>([&] { condition.wait(timeout); }) == THRUM_E_OVERFLOW);
      CHECK(raised<thrum::OverflowError>([&] { condition.wait_for(predicate, timeout); }) ==
            THRUM_E_OVERFLOW);
    }
    CHECK(condition.locked() == held);
  }
  CHECK_FALSE(called);
}

TEMPLATE_TEST_CASE("a wait on a Condition takes a negative timeout as 0", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  const Holding holding(condition);
  for (const double timeout : support::polls) CHECK_FALSE(condition.wait(timeout));
  for (const double timeout : support::negative) {
    CHECK_FALSE(condition.wait(timeout));
    CHECK_FALSE(condition.wait_for([] { return false; }, timeout));
    CHECK(condition.wait_for([] { return true; }, timeout));
  }
  CHECK(condition.locked());
}

TEMPLATE_TEST_CASE("a wait on a Condition never ends early, and has the lock again",
                   "[condition][test_timeout]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  const Holding holding(condition);
  for (const double timeout : support::brief) {
    const auto start = Clock::now();
    const bool notified = condition.wait(timeout);
    const double waited = seconds_since(start);
    CAPTURE(timeout);
    CHECK_FALSE(notified);
    CHECK(waited >= timeout);
    bool acquired = true;
    Crew(1, [&] { acquired = condition.acquire(0); }).join();
    CHECK_FALSE(acquired);
  }
}

TEMPLATE_TEST_CASE("the longest waits on a Condition end with a notify", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  Waiters waiters(condition, static_cast<int>(support::huge.size()),
                  [&](int index) { return condition.wait(support::huge[static_cast<std::size_t>(index)]); });
  CHECK(waiters.returned() == 0);
  notify_all(condition);
  waiters.join();
  CHECK(waiters.notified().size() == support::huge.size());
}

TEMPLATE_TEST_CASE("threads whose time is up leave the others waiting in their order", "[condition]",
                   ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  Waiters waiters(condition, 7, [&](int index) {
    // The first, the last and one in the middle give up.
    return condition.wait(index % 3 == 0 ? 0.002 : thrum::no_timeout);
  });
  waiters.until_returned(3);
  for (int count = 4; count <= 7; ++count) {
    notify(condition, 1);
    waiters.until_returned(count);
  }
  waiters.join();
  CHECK(waiters.notified() == Indices{1, 2, 4, 5});
  CHECK(waiters.gave_up().size() == 3);
}

TEMPLATE_TEST_CASE("a thread that was notified returns true, though its time ran out before it had the lock",
                   "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  constexpr double timeout = 0.05;
  bool in_time = false;
  while (!in_time) {
    Clock::time_point start;
    Waiters waiters(condition, 2, [&](int index) {
      if (index == 0) start = Clock::now();
      return condition.wait(index == 0 ? timeout : thrum::no_timeout);
    });
    {
      const Holding holding(condition);
      condition.notify();
      // Notified before the first one's deadline; a slow machine has another try.
      in_time = seconds_since(start) < timeout;
      outlast(start, 2 * timeout);
    }
    waiters.until_returned(1);
    notify_all(condition);
    waiters.join();
    if (in_time) CHECK(waiters.notified() == Indices{0, 1});
  }
}

TEST_CASE("a thread whose time is up waits for the lock, and takes no notify from the others",
          "[condition]") {
  thrum::Lock lock;
  thrum::Condition condition(lock);
  Waiters waiters(condition, 2,
                  [&](int index) { return condition.wait(index == 0 ? 0.001 : thrum::no_timeout); });
  // The first may have returned already: then it has given up, which is the same in the end.
  {
    const Holding holding(condition);
    eventually([&] { return waiters.returned() == 1 || support::parked(lock); });
    condition.notify(1);
  }
  waiters.join();
  CHECK(waiters.gave_up() == Indices{0});
  CHECK(waiters.notified() == Indices{1});
}

TEMPLATE_TEST_CASE("a wait releases an RLock whole and restores its depth", "[condition]", WithRLock,
                   HandleWithRLock) {
  TestType setup;
  auto& lock = setup.lock;
  auto& condition = setup.condition;
  std::size_t depth_notified = 0;
  std::size_t depth_timed_out = 0;
  std::atomic<bool> timed_out{false};
  Waiters waiters(condition, 1, [&](int) {
    lock.acquire();
    lock.acquire();
    condition.wait(0.001);
    depth_timed_out = lock.recursion_count();
    timed_out = true;
    const bool notified = condition.wait(thrum::no_timeout);
    depth_notified = lock.recursion_count();
    lock.release();
    lock.release();
    return notified;
  });
  eventually([&] { return timed_out.load(); });
  lock.acquire();
  lock.acquire();
  CHECK(depth_timed_out == 3);
  CHECK(lock.recursion_count() == 2);
  condition.notify();
  CHECK(lock.recursion_count() == 2);
  lock.release();
  CHECK(waiters.returned() == 0);
  lock.release();
  waiters.join();
  CHECK(depth_notified == 3);
  CHECK(waiters.notified() == Indices{0});
  CHECK_FALSE(lock.locked());
}

// ------------------------------------------------------------------------------------ wait_for --

TEMPLATE_TEST_CASE("wait_for waits until its predicate is true", "[condition][test_waitfor]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  int state = 0;
  Waiters waiters(condition, 3, [&](int index) {
    return condition.wait_for([&] { return state == 4; }, index == 0 ? thrum::no_timeout : 1000);
  });
  for (int i = 0; i < 4; ++i) {
    const Holding holding(condition);
    CHECK(waiters.returned() == 0);
    ++state;
    condition.notify_all();
  }
  waiters.join();
  CHECK(waiters.notified().size() == 3);
}

TEMPLATE_TEST_CASE("wait_for gives up when its time is up, however often it is notified",
                   "[condition][test_waitfor_timeout]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  constexpr double timeout = 0.02;
  double waited = 0;
  Waiters waiters(condition, 1, [&](int) {
    const auto start = Clock::now();
    const bool result = condition.wait_for([] { return false; }, timeout);
    waited = seconds_since(start);
    return result;
  });
  while (waiters.returned() == 0) notify_all(condition);
  waiters.join();
  CHECK(waiters.gave_up() == Indices{0});
  CHECK(waited >= timeout);
}

TEMPLATE_TEST_CASE("wait_for calls its predicate before each wait and once more when the time is up",
                   "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  const Holding holding(condition);
  int calls = 0;
  CHECK_FALSE(condition.wait_for([&] { return ++calls == 0; }, 0));
  CHECK(calls == 2);
  calls = 0;
  CHECK(condition.wait_for([&] { return ++calls == 2; }, 0.001));
  CHECK(calls == 2);
  calls = 0;
  CHECK(condition.wait_for([&] { return ++calls == 1; }, 0));
  CHECK(condition.wait_for([&] { return ++calls == 2; }, thrum::no_timeout));
  CHECK(calls == 2);
}

TEMPLATE_TEST_CASE("wait_for calls its predicate with the lock held", "[condition]", WithRLock,
                   HandleWithRLock) {
  TestType setup;
  auto& lock = setup.lock;
  auto& condition = setup.condition;
  const Holding holding(condition);
  const Holding deeper(condition);
  std::vector<std::size_t> depths;
  CHECK_FALSE(condition.wait_for(
      [&] {
        depths.push_back(lock.recursion_count());
        return false;
      },
      0.001));
  CHECK(depths == std::vector<std::size_t>{2, 2});
}

TEST_CASE("wait_for returns what its predicate returned last", "[condition]") {
  thrum::Condition condition;
  const Holding holding(condition);
  CHECK(condition.wait_for([] { return 42; }) == 42);
  CHECK(condition.wait_for([] { return 0; }, 0) == 0);
  CHECK(condition.wait_for([] { return std::optional<std::string>("found"); }, 0).value() == "found");
  CHECK_FALSE(condition.wait_for([] { return std::optional<std::string>(); }, 0).has_value());
  int calls = 0;
  CHECK(condition.wait_for([&] { return ++calls < 2 ? 0 : 7; }, 0) == 7);
}

TEST_CASE("an exception leaves wait_for with the lock held", "[condition]") {
  thrum::Condition condition;
  const Holding holding(condition);
  int calls = 0;
  const auto predicate = [&]() -> bool {
    if (++calls == 2) throw std::invalid_argument("thrown by the predicate");
    return false;
  };
  CHECK_THROWS_AS(condition.wait_for(predicate, 0.001), std::invalid_argument);
  CHECK(calls == 2);
  CHECK(condition.locked());
}
