// lock_test.cpp - thrum::Lock and thrum_lock, and with them all that RLock has in common with Lock.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/lock.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "support/timeouts.hpp"
#include "thrum/rlock.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::raised;
using support::seconds_since;
using support::until_parked;

static_assert(sizeof(thrum::Lock) == 8);
static_assert(std::is_nothrow_default_constructible_v<thrum::Lock>);
static_assert(std::is_trivially_destructible_v<thrum::Lock>);
static_assert(!std::is_copy_constructible_v<thrum::Lock> && !std::is_copy_assignable_v<thrum::Lock>);

#define ALL_LOCKS thrum::Lock, handle::Lock, thrum::RLock, handle::RLock

namespace {

// Constructed before early_lock, which it uses: a lock that needed its own constructor to run would be
// made new again afterwards.
extern thrum::Lock early_lock;
struct EarlyUser {
  EarlyUser() { early_lock.acquire(); }
};
EarlyUser early_user;
thrum::Lock early_lock;

}  // namespace

TEMPLATE_TEST_CASE("a new lock is free", "[lock][rlock][test_constructor]", ALL_LOCKS) {
  TestType lock;
  CHECK_FALSE(lock.locked());
}

TEMPLATE_TEST_CASE("a lock is acquired and released", "[lock][rlock][test_acquire_release][test_locked_repr]",
                   ALL_LOCKS) {
  TestType lock;
  for (int round = 0; round < 3; ++round) {
    CHECK(lock.acquire(thrum::no_timeout));
    CHECK(lock.locked());
    lock.release();
    CHECK_FALSE(lock.locked());
  }
}

TEMPLATE_TEST_CASE("a lock may go while it is held", "[lock][rlock][test_acquire_destroy]", thrum::Lock,
                   thrum::RLock) {
  auto lock = std::make_unique<TestType>();
  CHECK(lock->acquire(thrum::no_timeout));
  lock.reset();
  // Nothing of it is left in the next one at that place.
  lock = std::make_unique<TestType>();
  CHECK_FALSE(lock->locked());
  CHECK(lock->acquire(0));
  lock->release();
}

TEST_CASE("a lock by handle does not go while it is held", "[lock][rlock][test_acquire_destroy]") {
  thrum_lock lock{0};
  REQUIRE(thrum_lock_create(&lock) == THRUM_OK);
  REQUIRE(thrum_lock_acquire(lock, THRUM_FOREVER) == THRUM_OK);
  CHECK(thrum_lock_destroy(lock) == THRUM_E_BUSY);
  CHECK(thrum_lock_release(lock) == THRUM_OK);
  CHECK(thrum_lock_destroy(lock) == THRUM_OK);
  thrum_rlock rlock{0};
  REQUIRE(thrum_rlock_create(&rlock) == THRUM_OK);
  REQUIRE(thrum_rlock_acquire(rlock, THRUM_FOREVER) == THRUM_OK);
  CHECK(thrum_rlock_destroy(rlock) == THRUM_E_BUSY);
  CHECK(thrum_rlock_release(rlock) == THRUM_OK);
  CHECK(thrum_rlock_destroy(rlock) == THRUM_OK);
}

TEMPLATE_TEST_CASE("a free lock is acquired whatever the timeout", "[lock][rlock][test_try_acquire]",
                   ALL_LOCKS) {
  TestType lock;
  for (const auto& timeouts : {std::vector<double>(support::polls.begin(), support::polls.end()),
                               std::vector<double>(support::brief.begin(), support::brief.end()),
                               std::vector<double>(support::huge.begin(), support::huge.end())}) {
    for (const double timeout : timeouts) {
      CAPTURE(timeout);
      CHECK(lock.acquire(timeout));
      lock.release();
    }
  }
}

TEMPLATE_TEST_CASE("a lock is polled while another thread holds it",
                   "[lock][rlock][test_try_acquire_contended]", ALL_LOCKS) {
  TestType lock;
  lock.acquire();
  bool acquired = true;
  Crew(1, [&] { acquired = lock.acquire(0); }).join();
  CHECK_FALSE(acquired);
  CHECK(lock.locked());
  lock.release();
  Crew(1, [&] {
    acquired = lock.acquire(0);
    lock.release();
  }).join();
  CHECK(acquired);
}

TEMPLATE_TEST_CASE("threads wait for a held lock and all get it in turn",
                   "[lock][rlock][test_acquire_contended]", ALL_LOCKS) {
  TestType lock;
  lock.acquire();
  std::atomic<int> about_to_wait{0};
  Crew crew(5, [&] {
    about_to_wait.fetch_add(1);
    lock.acquire();
    lock.release();
  });
  eventually([&] { return about_to_wait == 5; });
  CHECK(crew.finished() == 0);
  lock.release();
  crew.join();
  CHECK_FALSE(lock.locked());
}

TEMPLATE_TEST_CASE("a lock checks its timeout first", "[lock][rlock][test_timeout]", ALL_LOCKS) {
  TestType lock;
  const bool held = GENERATE(false, true);
  if (held) lock.acquire();
  for (const double timeout : support::no_number) {
    CHECK(raised<thrum::ValueError>([&] { lock.acquire(timeout); }) == THRUM_E_VALUE);
  }
  for (const double timeout : support::negative) {
    CAPTURE(timeout);
    CHECK(raised<thrum::ValueError>([&] { lock.acquire(timeout); }) == THRUM_E_VALUE);
  }
  for (const double timeout : support::too_large) {
    CAPTURE(timeout);
    CHECK(raised<thrum::OverflowError>([&] { lock.acquire(timeout); }) == THRUM_E_OVERFLOW);
  }
  CHECK(lock.locked() == held);
}

TEMPLATE_TEST_CASE("a wait for a lock never ends early", "[lock][rlock][test_timeout]", ALL_LOCKS) {
  TestType lock;
  lock.acquire();
  for (const double timeout : support::brief) {
    bool acquired = true;
    double waited = 0;
    Crew(1, [&] {
      const auto start = Clock::now();
      acquired = lock.acquire(timeout);
      waited = seconds_since(start);
    }).join();
    CAPTURE(timeout);
    CHECK_FALSE(acquired);
    CHECK(waited >= timeout);
  }
  lock.release();
  CHECK_FALSE(lock.locked());
  CHECK(lock.acquire(0));
}

TEMPLATE_TEST_CASE("the longest waits for a lock end with its release", "[lock][rlock]", thrum::Lock,
                   thrum::RLock) {
  for (const double timeout : support::huge) {
    TestType lock;
    lock.acquire();
    bool acquired = false;
    Crew crew(1, [&] { acquired = lock.acquire(timeout); });
    until_parked(lock);
    CHECK(crew.finished() == 0);
    lock.release();
    crew.join();
    CAPTURE(timeout);
    CHECK(acquired);
  }
}

TEMPLATE_TEST_CASE("a waiter that gives up leaves the others waiting", "[lock][rlock]", ALL_LOCKS) {
  TestType lock;
  lock.acquire();
  std::atomic<int> gave_up{0};
  Crew crew(6, [&](int index) {
    if (index % 2 == 0) {
      if (!lock.acquire(0.001 * index)) gave_up.fetch_add(1);
    } else {
      lock.acquire();
      lock.release();
    }
  });
  eventually([&] { return crew.finished() == 3; });
  CHECK(gave_up == 3);
  CHECK(lock.locked());
  lock.release();
  crew.join();
  CHECK_FALSE(lock.locked());
}

TEMPLATE_TEST_CASE("foreign threads that use a lock leave nothing behind", "[lock][rlock][test_thread_leak]",
                   ALL_LOCKS) {
  TestType lock;
  const std::size_t before = thrum::active_count();
  lock.acquire();
  Crew crew(15, [&] {
    if (!lock.acquire(0.001)) lock.acquire();
    lock.release();
  });
  lock.release();
  crew.join();
  CHECK(thrum::active_count() == before);
}

TEST_CASE("a lock works before its constructor could have run", "[lock]") {
  static_cast<void>(early_user);
  CHECK(early_lock.locked());
  early_lock.release();
  CHECK_FALSE(early_lock.locked());
}

TEMPLATE_TEST_CASE("a free Lock cannot be released", "[lock]", thrum::Lock, handle::Lock) {
  TestType lock;
  CHECK(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_HELD);
  CHECK_FALSE(lock.locked());
  lock.acquire();
  lock.release();
  CHECK(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_HELD);
  CHECK(lock.acquire(0));
}

TEMPLATE_TEST_CASE("a Lock is not re-entrant", "[lock][test_reacquire]", thrum::Lock, handle::Lock) {
  TestType lock;
  bool acquired_again = true;
  std::atomic<bool> about_to_wait{false};
  Crew crew(1, [&] {
    lock.acquire();
    acquired_again = lock.acquire(0) || lock.acquire(0.001);
    about_to_wait = true;
    lock.acquire();
  });
  eventually([&] { return about_to_wait.load(); });
  CHECK_FALSE(acquired_again);
  CHECK(crew.finished() == 0);
  lock.release();
  crew.join();
  CHECK(lock.locked());
}

TEMPLATE_TEST_CASE("a Lock is released by any thread, also when its own has ended",
                   "[lock][test_different_thread]", thrum::Lock, handle::Lock) {
  TestType lock;
  lock.acquire();
  Crew(1, [&] { lock.release(); }).join();
  CHECK_FALSE(lock.locked());
  Crew(1, [&] { lock.acquire(); }).join();
  CHECK(lock.locked());
  CHECK_FALSE(lock.acquire(0));
  lock.release();
  CHECK(lock.acquire(0));
}

TEMPLATE_TEST_CASE("a Lock is as it was after a timeout", "[lock][test_state_after_timeout]", thrum::Lock,
                   handle::Lock) {
  TestType lock;
  lock.acquire();
  CHECK_FALSE(lock.acquire(0.01));
  lock.release();
  CHECK_FALSE(lock.locked());
  CHECK(lock.acquire(0));
}

TEMPLATE_TEST_CASE("a Lock is made new for a forked child", "[lock][test_at_fork_reinit]", thrum::Lock,
                   handle::Lock) {
  TestType lock;
  lock.reinit_after_fork();
  CHECK_FALSE(lock.locked());
  lock.acquire();
  CHECK_FALSE(lock.acquire(0.001));
  lock.reinit_after_fork();
  CHECK_FALSE(lock.locked());
  CHECK(lock.acquire(0));
  lock.release();
  CHECK(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_HELD);
}

TEST_CASE("an exception carries the status, its words and thrum's category", "[lock][error]") {
  thrum::Lock lock;
  try {
    lock.release();
    FAIL("nothing was thrown");
  } catch (const std::system_error& error) {
    CHECK(error.code().value() == THRUM_E_NOT_HELD);
    CHECK(error.code().category() == thrum::category());
    CHECK(std::string(error.code().category().name()) == "thrum");
    CHECK(error.code().message() == thrum_strerror(THRUM_E_NOT_HELD));
    CHECK(std::string(error.what()).find(thrum_strerror(THRUM_E_NOT_HELD)) != std::string::npos);
  }
}

TEST_CASE("every misuse is an exception of the class that Python names", "[error]") {
  using thrum::detail::check_status;
  CHECK(raised<thrum::ValueError>([] { check_status(THRUM_E_VALUE); }) == THRUM_E_VALUE);
  CHECK(raised<thrum::OverflowError>([] { check_status(THRUM_E_OVERFLOW); }) == THRUM_E_OVERFLOW);
  CHECK(raised<thrum::BrokenBarrierError>([] { check_status(THRUM_E_BROKEN); }) == THRUM_E_BROKEN);
  CHECK(raised<thrum::MemoryError>([] { check_status(THRUM_E_NOMEM); }) == THRUM_E_NOMEM);
  for (const thrum_status status :
       {THRUM_E_HANDLE, THRUM_E_NOT_HELD, THRUM_E_NOT_OWNER, THRUM_E_BUSY, THRUM_E_AGAIN, THRUM_E_STARTED,
        THRUM_E_NOT_STARTED, THRUM_E_SELF, THRUM_E_FOREIGN, THRUM_E_EXITING, THRUM_E_SHUTDOWN,
        THRUM_E_DEADLOCK, THRUM_E_FAILED}) {
    CHECK(raised<thrum::RuntimeError>([&] { check_status(status); }) == status);
  }
  CHECK(raised<thrum::RuntimeError>([] { check_status(THRUM_OK); }) == THRUM_OK);
  CHECK(raised<thrum::RuntimeError>([] { check_status(THRUM_TIMEOUT); }) == THRUM_OK);
}
