// rlock_test.cpp - thrum::RLock and thrum_rlock: what a re-entrant lock has of its own. What it has in
// common with Lock is in lock_test.cpp.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/rlock.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <mutex>
#include <type_traits>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"

using support::Crew;
using support::eventually;
using support::Foreign;
using support::Native;
using support::raised;
using support::scaled;

static_assert(std::is_nothrow_default_constructible_v<thrum::RLock>);
static_assert(std::is_trivially_destructible_v<thrum::RLock>);
static_assert(!std::is_copy_constructible_v<thrum::RLock> && !std::is_copy_assignable_v<thrum::RLock>);

#define RLOCKS thrum::RLock, handle::RLock

namespace {

// Constructed before early_lock, which it uses.
extern thrum::RLock early_lock;
struct EarlyUser {
  EarlyUser() {
    early_lock.acquire();
    early_lock.acquire();
  }
};
EarlyUser early_user;
thrum::RLock early_lock;

}  // namespace

TEMPLATE_TEST_CASE("an RLock is acquired again by the thread that holds it", "[rlock][test_reacquire]",
                   RLOCKS) {
  TestType lock;
  lock.acquire();
  lock.acquire();
  lock.release();
  lock.acquire();
  CHECK(lock.recursion_count() == 2);
  lock.release();
  CHECK(lock.locked());
  lock.release();
  CHECK_FALSE(lock.locked());
}

TEMPLATE_TEST_CASE("an RLock held by its thread is acquired again whatever the timeout", "[rlock]", RLOCKS) {
  TestType lock;
  lock.acquire();
  for (const double timeout : support::polls) CHECK(lock.acquire(timeout));
  for (const double timeout : support::brief) CHECK(lock.acquire(timeout));
  for (const double timeout : support::huge) CHECK(lock.acquire(timeout));
  CHECK(lock.recursion_count() == 1 + support::polls.size() + support::brief.size() + support::huge.size());
}

TEMPLATE_TEST_CASE("an RLock checks its timeout first also where its thread holds it", "[rlock]", RLOCKS) {
  TestType lock;
  lock.acquire();
  for (const double timeout : support::no_number) {
    CHECK(raised<thrum::ValueError>([&] { lock.acquire(timeout); }) == THRUM_E_VALUE);
    CHECK(raised<thrum::ValueError>([&] { lock.acquire_as(1, timeout); }) == THRUM_E_VALUE);
  }
  for (const double timeout : support::negative) {
    CAPTURE(timeout);
    CHECK(raised<thrum::ValueError>([&] { lock.acquire(timeout); }) == THRUM_E_VALUE);
    CHECK(raised<thrum::ValueError>([&] { lock.acquire_as(1, timeout); }) == THRUM_E_VALUE);
  }
  for (const double timeout : support::too_large) {
    CAPTURE(timeout);
    CHECK(raised<thrum::OverflowError>([&] { lock.acquire(timeout); }) == THRUM_E_OVERFLOW);
    CHECK(raised<thrum::OverflowError>([&] { lock.acquire_as(1, timeout); }) == THRUM_E_OVERFLOW);
  }
  CHECK(lock.recursion_count() == 1);
}

TEMPLATE_TEST_CASE("an RLock that is not held cannot be released", "[rlock][test_release_unacquired]",
                   RLOCKS) {
  TestType lock;
  CHECK(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_OWNER);
  lock.acquire();
  lock.acquire();
  lock.release();
  lock.acquire();
  lock.release();
  lock.release();
  CHECK(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_OWNER);
  CHECK_FALSE(lock.locked());
  CHECK(lock.acquire(0));
}

TEMPLATE_TEST_CASE("an RLock cannot be released by another thread", "[rlock][test_different_thread]",
                   RLOCKS) {
  TestType lock;
  std::atomic<bool> acquired{false};
  std::atomic<bool> go_on{false};
  std::size_t depth = 0;
  Crew crew(1, [&] {
    lock.acquire();
    lock.acquire();
    acquired = true;
    eventually([&] { return go_on.load(); });
    depth = lock.recursion_count();
    lock.release();
    lock.release();
  });
  eventually([&] { return acquired.load(); });
  CHECK(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_OWNER);
  CHECK(lock.locked());
  CHECK_FALSE(lock.is_owned());
  CHECK(lock.recursion_count() == 0);
  CHECK_FALSE(lock.acquire(0));
  CHECK_FALSE(lock.acquire(0.001));
  go_on = true;
  crew.join();
  CHECK(depth == 2);
  CHECK_FALSE(lock.locked());
}

TEMPLATE_TEST_CASE("an RLock knows whether the calling thread holds it, and how deep",
                   "[rlock][test__is_owned][test_recursion_count]", RLOCKS) {
  TestType lock;
  CHECK_FALSE(lock.is_owned());
  CHECK(lock.recursion_count() == 0);
  lock.acquire();
  CHECK(lock.is_owned());
  CHECK(lock.recursion_count() == 1);
  lock.acquire();
  CHECK(lock.is_owned());
  CHECK(lock.recursion_count() == 2);
  bool owned = true;
  std::size_t depth = 1;
  Crew(1, [&] {
    owned = lock.is_owned();
    depth = lock.recursion_count();
  }).join();
  CHECK_FALSE(owned);
  CHECK(depth == 0);
  lock.release();
  CHECK(lock.is_owned());
  CHECK(lock.recursion_count() == 1);
  lock.release();
  CHECK_FALSE(lock.is_owned());
  CHECK(lock.recursion_count() == 0);
}

TEMPLATE_TEST_CASE("an RLock is locked for all threads as long as one holds it",
                   "[rlock][test_locked][test_locked_with_2threads]", RLOCKS) {
  TestType lock;
  CHECK_FALSE(lock.locked());
  std::vector<bool> seen;
  Crew(1, [&] {
    seen.push_back(lock.locked());
    for (int depth = 0; depth < 2; ++depth) lock.acquire();
    seen.push_back(lock.locked());
    lock.release();
    seen.push_back(lock.locked());
  }).join();
  CHECK(seen == std::vector<bool>{false, true, true});
  CHECK(lock.locked());
  CHECK_FALSE(lock.is_owned());
}

TEMPLATE_TEST_CASE("an RLock lets nobody in before the last release", "[rlock]", RLOCKS) {
  TestType lock;
  const int depth = 1000;
  for (int i = 0; i < depth; ++i) lock.acquire();
  bool acquired = true;
  for (int i = 0; i < depth; ++i) {
    if (i % 100 == 99) {
      Crew(1, [&] { acquired = lock.acquire(0); }).join();
      CHECK_FALSE(acquired);
    }
    lock.release();
  }
  Crew(1, [&] {
    acquired = lock.acquire(0);
    lock.release();
  }).join();
  CHECK(acquired);
}

TEST_CASE("an RLock is held at most 2^32 - 1 times", "[rlock]") {
  thrum::RLock lock;
  lock.acquire();
  // Nobody acquires a lock four billion times in a test: pretends that this thread has.
  reinterpret_cast<thrum::detail::RLockState&>(lock).count = UINT32_MAX - 1;
  CHECK(lock.acquire());
  CHECK(lock.recursion_count() == UINT32_MAX);
  CHECK(raised<thrum::OverflowError>([&] { lock.acquire(); }) == THRUM_E_OVERFLOW);
  CHECK(raised<thrum::OverflowError>([&] { lock.acquire(0); }) == THRUM_E_OVERFLOW);
  CHECK(raised<thrum::OverflowError>([&] { lock.lock(); }) == THRUM_E_OVERFLOW);
  CHECK(lock.recursion_count() == UINT32_MAX);
  lock.release();
  CHECK(lock.recursion_count() == UINT32_MAX - 1);
  CHECK(lock.acquire(0));
}

TEMPLATE_TEST_CASE("an RLock stays with a thread that ended holding it", "[rlock]", Foreign, Native) {
  thrum::RLock lock;
  support::CrewOf<TestType>(1, [&] {
    lock.acquire();
    lock.acquire();
  }).join();
  CHECK(lock.locked());
  CHECK_FALSE(lock.acquire(0));
  CHECK_FALSE(lock.acquire(0.001));
  CHECK(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_OWNER);
  // A new thread may be given the ended one's stack and record, but not its place.
  std::atomic<int> mistaken{0};
  for (int i = 0; i < 30; ++i) {
    support::CrewOf<TestType>(2, [&] {
      if (lock.is_owned() || lock.acquire(0)) mistaken.fetch_add(1);
      if (raised<thrum::RuntimeError>([&] { lock.release(); }) != THRUM_E_NOT_OWNER) mistaken.fetch_add(1);
    }).join();
  }
  CHECK(mistaken == 0);
  CHECK(lock.locked());
}

TEMPLATE_TEST_CASE("an RLock keeps its depth under contention", "[rlock][stress]", RLOCKS) {
  TestType lock;
  long count = 0;
  std::atomic<int> wrong{0};
  const int rounds = scaled(20000);
  Crew crew(4, [&](int index) {
    for (int round = 0; round < rounds; ++round) {
      const int depth = 1 + (round + index) % 3;
      for (int i = 0; i < depth; ++i) lock.acquire();
      if (lock.recursion_count() != static_cast<std::size_t>(depth)) wrong.fetch_add(1);
      ++count;
      for (int i = 0; i < depth; ++i) lock.release();
      if (lock.is_owned()) wrong.fetch_add(1);
    }
  });
  crew.join();
  CHECK(wrong == 0);
  CHECK(count == 4L * rounds);
  CHECK_FALSE(lock.locked());
}

TEMPLATE_TEST_CASE("an RLock is made new for a forked child", "[rlock][test_at_fork_reinit]", RLOCKS) {
  TestType lock;
  lock.acquire();
  lock.acquire();
  lock.reinit_after_fork();
  CHECK_FALSE(lock.locked());
  CHECK_FALSE(lock.is_owned());
  CHECK(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_OWNER);
  Crew(1, [&] { lock.acquire(); }).join();
  CHECK_FALSE(lock.acquire(0));
  lock.reinit_after_fork();
  CHECK(lock.acquire(0));
  CHECK(lock.recursion_count() == 1);
}

TEST_CASE("std::unique_lock is taken twice on an RLock by one thread", "[rlock]") {
  thrum::RLock lock;
  const std::unique_lock<thrum::RLock> outer(lock);
  {
    const std::unique_lock<thrum::RLock> inner(lock, std::try_to_lock);
    CHECK(inner.owns_lock());
    CHECK(lock.recursion_count() == 2);
  }
  CHECK(lock.recursion_count() == 1);
}

TEST_CASE("an RLock works before its constructor could have run", "[rlock]") {
  static_cast<void>(early_user);
  CHECK(early_lock.locked());
  CHECK(early_lock.recursion_count() == 2);
  early_lock.release();
  early_lock.release();
  CHECK_FALSE(early_lock.locked());
}
