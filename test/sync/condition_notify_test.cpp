// condition_notify_test.cpp - whom a notify wakes.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/condition.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <climits>
#include <thread>

#include "support/eventually.hpp"
#include "support/parked.hpp"
#include "sync/conditions.hpp"

using support::eventually;
using support::HandleOwn;
using support::HandleWithLock;
using support::HandleWithRLock;
using support::Holding;
using support::Indices;
using support::notify;
using support::notify_all;
using support::Own;
using support::Waiters;
using support::WithLock;
using support::WithRLock;

TEMPLATE_TEST_CASE("notify(n) wakes the n longest waiting threads", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  Waiters waiters(condition, 6);

  for (const int n : {0, -1, INT_MIN}) notify(condition, n);
  notify(condition, 1);
  waiters.until_returned(1);
  {
    const Holding holding(condition);
    CHECK(waiters.notified() == Indices{0});
  }
  notify(condition, 3);
  waiters.until_returned(4);
  {
    const Holding holding(condition);
    Indices notified = waiters.notified();
    std::sort(notified.begin(), notified.end());
    CHECK(notified == Indices{0, 1, 2, 3});
  }
  notify(condition, INT_MAX);
  waiters.join();
  CHECK(waiters.notified().size() == 6);
  CHECK(waiters.gave_up().empty());
  CHECK_FALSE(condition.locked());
}

TEMPLATE_TEST_CASE("one notify after the other wakes first in, first out", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  Waiters waiters(condition, 5);
  for (int count = 1; count <= 5; ++count) {
    notify(condition, 1);
    waiters.until_returned(count);
  }
  waiters.join();
  CHECK(waiters.notified() == Indices{0, 1, 2, 3, 4});
}

TEMPLATE_TEST_CASE("several notifies before the lock is released wake as many threads", "[condition]",
                   ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  Waiters waiters(condition, 5);
  {
    const Holding holding(condition);
    condition.notify(1);
    condition.notify(0);
    condition.notify(2);
    CHECK(waiters.returned() == 0);
  }
  waiters.until_returned(3);
  {
    const Holding holding(condition);
    Indices notified = waiters.notified();
    std::sort(notified.begin(), notified.end());
    CHECK(notified == Indices{0, 1, 2});
  }
  notify_all(condition);
  waiters.join();
  CHECK(waiters.notified().size() == 5);
}

TEMPLATE_TEST_CASE("notify_all wakes every thread, one after the other", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  for (int time = 0; time < 2; ++time) {
    int inside = 0;
    int at_once = 0;
    Waiters waiters(condition, 8, [&](int) {
      const bool notified = condition.wait(thrum::no_timeout);
      if (++inside != 1) ++at_once;
      std::this_thread::yield();
      --inside;
      return notified;
    });
    notify_all(condition);
    waiters.join();
    CHECK(waiters.notified().size() == 8);
    CHECK(at_once == 0);
    CHECK_FALSE(condition.locked());
  }
}

TEMPLATE_TEST_CASE("a notify is not kept for threads that come later", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  const Holding holding(condition);
  condition.notify(3);
  condition.notify_all();
  CHECK_FALSE(condition.wait(0));
  CHECK_FALSE(condition.wait(0.001));
}

TEMPLATE_TEST_CASE("threads that wait again are not woken twice by one notify", "[condition][test_notify]",
                   ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  std::atomic<int> first{0};
  std::atomic<int> second{0};
  Waiters waiters(condition, 5, [&](int) {
    condition.wait(thrum::no_timeout);
    first.fetch_add(1);
    condition.wait(thrum::no_timeout);
    second.fetch_add(1);
    return true;
  });
  notify(condition, 3);
  eventually([&] { return first == 3; });
  // With the lock, these three are known to wait again, behind the other two.
  notify(condition, 5);
  eventually([&] { return first + second == 8; });
  {
    const Holding holding(condition);
    CHECK(first == 5);
    CHECK(second == 3);
  }
  notify_all(condition);
  waiters.join();
  CHECK(second == 5);
}

TEST_CASE("notified threads wait for the lock, not for another notify", "[condition]") {
  thrum::Lock lock;
  thrum::Condition condition(lock);
  Waiters waiters(condition, 4);
  {
    const Holding holding(condition);
    condition.notify(3);
    CHECK(support::parked(condition));
    CHECK(support::parked(lock));
    CHECK(waiters.returned() == 0);
  }
  waiters.until_returned(3);
  notify_all(condition);
  waiters.join();
  CHECK(waiters.notified().size() == 4);
}

TEMPLATE_TEST_CASE("several Conditions on one lock are notified each on its own", "[condition]", thrum::Lock,
                   thrum::RLock) {
  TestType lock;
  thrum::Condition full(lock);
  thrum::Condition empty(lock);
  Waiters for_full(full, 3);
  Waiters for_empty(empty, 3);
  notify_all(full);
  for_full.join();
  CHECK(for_full.notified().size() == 3);
  CHECK(for_empty.returned() == 0);
  notify(empty, 1);
  for_empty.until_returned(1);
  notify_all(empty);
  for_empty.join();
  CHECK(for_empty.notified().size() == 3);
}
