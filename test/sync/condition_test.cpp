// condition_test.cpp - thrum::Condition and thrum_condition, on a lock of each kind: what it does with its
// lock.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/condition.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <mutex>
#include <stdexcept>
#include <type_traits>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/raised.hpp"
#include "support/timeouts.hpp"
#include "sync/conditions.hpp"

using support::Crew;
using support::eventually;
using support::HandleOwn;
using support::HandleWithLock;
using support::HandleWithRLock;
using support::Indices;
using support::notify;
using support::notify_all;
using support::OnLock;
using support::Own;
using support::raised;
using support::Waiters;
using support::WithLock;
using support::WithRLock;

static_assert(std::is_nothrow_default_constructible_v<thrum::Condition>);
static_assert(std::is_trivially_destructible_v<thrum::Condition>);
static_assert(!std::is_copy_constructible_v<thrum::Condition>);
static_assert(!std::is_convertible_v<thrum::Lock&, thrum::Condition>);

namespace {

// Constructed before the conditions, which it uses.
extern thrum::Condition early_condition;
extern thrum::Condition early_on_lock;
struct EarlyUser {
  EarlyUser() {
    early_condition.acquire();
    early_on_lock.acquire();
  }
};
EarlyUser early_user;
thrum::Lock early_lock;
thrum::Condition early_condition;
thrum::Condition early_on_lock(early_lock);

/// What a lock that is not held, or not by the calling thread, answers to release, wait and notify.
template <class Setup>
inline constexpr thrum_status not_held = THRUM_E_NOT_OWNER;
template <class Condition>
inline constexpr thrum_status not_held<OnLock<Condition, thrum::Lock>> = THRUM_E_NOT_HELD;
template <class Condition>
inline constexpr thrum_status not_held<OnLock<Condition, handle::Lock>> = THRUM_E_NOT_HELD;

}  // namespace

TEMPLATE_TEST_CASE("a Condition's own lock is re-entrant", "[condition][test_acquire]", thrum::Condition,
                   handle::Condition) {
  TestType condition;
  CHECK_FALSE(condition.locked());
  CHECK(condition.acquire());
  CHECK(condition.acquire());
  condition.release();
  CHECK(condition.locked());
  condition.release();
  CHECK_FALSE(condition.locked());
}

TEMPLATE_TEST_CASE("a Condition shares the lock that it is given", "[condition][test_acquire]", WithLock,
                   HandleWithLock) {
  TestType setup;
  auto& [lock, condition] = setup;
  CHECK(condition.acquire());
  CHECK_FALSE(lock.acquire(0));
  CHECK(condition.locked());
  condition.release();
  CHECK(lock.acquire(0));
  CHECK(condition.locked());
  CHECK_FALSE(condition.acquire(0));
  lock.release();
  CHECK_FALSE(condition.locked());
}

TEMPLATE_TEST_CASE("a Condition shares the RLock that it is given", "[condition]", WithRLock,
                   HandleWithRLock) {
  TestType setup;
  auto& [lock, condition] = setup;
  CHECK(condition.acquire());
  CHECK(lock.acquire(0));
  CHECK(lock.recursion_count() == 2);
  bool acquired = true;
  Crew(1, [&condition = condition, &acquired] { acquired = condition.acquire(0); }).join();
  CHECK_FALSE(acquired);
  condition.release();
  CHECK(condition.locked());
  lock.release();
  CHECK_FALSE(condition.locked());
}

TEST_CASE("std's guards take a Condition", "[condition]") {
  thrum::Condition condition;
  const auto use = [&] {
    const std::lock_guard<thrum::Condition> guard(condition);
    CHECK(condition.locked());
    throw std::invalid_argument("thrown inside");
  };
  CHECK_THROWS_AS(use(), std::invalid_argument);
  CHECK_FALSE(condition.locked());
  std::unique_lock<thrum::Condition> guard(condition, std::try_to_lock);
  CHECK(guard.owns_lock());
}

TEMPLATE_TEST_CASE("a Condition's acquire follows its lock's timeout rules", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  for (const double timeout : support::no_number) {
    CHECK(raised<thrum::ValueError>([&] { condition.acquire(timeout); }) == THRUM_E_VALUE);
  }
  for (const double timeout : support::negative) {
    CHECK(raised<thrum::ValueError>([&] { condition.acquire(timeout); }) == THRUM_E_VALUE);
  }
  for (const double timeout : support::too_large) {
    CHECK(raised<thrum::OverflowError>([&] { condition.acquire(timeout); }) == THRUM_E_OVERFLOW);
  }
  CHECK_FALSE(condition.locked());
  CHECK(condition.acquire(thrum::timeout_max));
  condition.release();
}

TEMPLATE_TEST_CASE("a Condition whose lock is not held refuses wait, notify and release",
                   "[condition][test_unacquired_wait][test_unacquired_notify][test_release_save_unacquired]",
                   ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  constexpr thrum_status status = not_held<TestType>;
  CHECK(raised<thrum::RuntimeError>([&] { condition.wait(); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.wait(0); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.wait_for([] { return false; }); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify(); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify(0); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify(-1); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify_all(); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.release(); }) == status);
  CHECK_FALSE(condition.locked());
}

TEMPLATE_TEST_CASE("a Condition on an RLock refuses a thread that does not hold it", "[condition]", Own,
                   WithRLock, HandleOwn, HandleWithRLock) {
  TestType setup;
  auto& condition = setup.condition;
  std::atomic<bool> held{false};
  std::atomic<bool> go_on{false};
  Crew crew(1, [&] {
    condition.acquire();
    held = true;
    eventually([&] { return go_on.load(); });
    condition.release();
  });
  eventually([&] { return held.load(); });
  CHECK(raised<thrum::RuntimeError>([&] { condition.wait(); }) == THRUM_E_NOT_OWNER);
  CHECK(raised<thrum::RuntimeError>([&] { condition.wait_for([] { return false; }); }) == THRUM_E_NOT_OWNER);
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify(); }) == THRUM_E_NOT_OWNER);
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify_all(); }) == THRUM_E_NOT_OWNER);
  CHECK(raised<thrum::RuntimeError>([&] { condition.release(); }) == THRUM_E_NOT_OWNER);
  CHECK(condition.locked());
  go_on = true;
}

TEMPLATE_TEST_CASE("a Condition on an RLock that an owner holds refuses threads", "[condition]", WithRLock,
                   HandleWithRLock) {
  TestType setup;
  auto& [lock, condition] = setup;
  lock.acquire_as(thrum::get_ident());
  CHECK(raised<thrum::RuntimeError>([&condition = condition] { condition.wait(0); }) == THRUM_E_NOT_OWNER);
  CHECK(raised<thrum::RuntimeError>([&condition = condition] { condition.notify(); }) == THRUM_E_NOT_OWNER);
  CHECK(lock.locked());
}

TEMPLATE_TEST_CASE("a Condition on a Lock may be notified by any thread while it is held", "[condition]",
                   WithLock, HandleWithLock) {
  TestType setup;
  auto& condition = setup.condition;
  Waiters waiters(condition, 1);
  condition.acquire();
  Crew(1, [&] { condition.notify(); }).join();
  condition.release();
  waiters.join();
  CHECK(waiters.notified() == Indices{0});
}

// ------------------------------------------------------------------------------------ the rest --

TEMPLATE_TEST_CASE("a Condition and its lock are made new for a forked child", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  condition.acquire();
  condition.reinit_after_fork();
  CHECK_FALSE(condition.locked());
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify(); }) == not_held<TestType>);
  Waiters waiters(condition, 2);
  notify_all(condition);
  waiters.join();
  CHECK(waiters.notified().size() == 2);
}

TEST_CASE("a Condition works before its constructor could have run", "[condition]") {
  static_cast<void>(early_user);
  CHECK(early_condition.locked());
  CHECK(early_on_lock.locked());
  CHECK(early_lock.locked());
  early_condition.notify_all();
  early_condition.release();
  early_on_lock.release();
  CHECK_FALSE(early_lock.locked());
}
