// semaphore_test.cpp - thrum::Semaphore, thrum::BoundedSemaphore and thrum_semaphore: their values, and what
// releases them.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/semaphore.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"

using support::Crew;
using support::eventually;
using support::raised;
using support::until_parked;

static_assert(sizeof(thrum::Semaphore) == 8);
static_assert(std::is_trivially_destructible_v<thrum::Semaphore>);
static_assert(std::is_trivially_destructible_v<thrum::BoundedSemaphore>);
static_assert(!std::is_copy_constructible_v<thrum::Semaphore>);
static_assert(!std::is_copy_constructible_v<thrum::BoundedSemaphore>);
static_assert(!std::is_convertible_v<thrum::BoundedSemaphore*, thrum::Semaphore*>,
              "release through the base would pass the bound");

#define UNBOUNDED thrum::Semaphore, handle::Semaphore
#define BOUNDED thrum::BoundedSemaphore, handle::BoundedSemaphore
#define ALL_SEMAPHORES UNBOUNDED, BOUNDED

namespace {

// Constructed before early_semaphore, which it uses.
extern thrum::Semaphore early_semaphore;
extern thrum::BoundedSemaphore early_bounded;
struct EarlyUser {
  EarlyUser() {
    early_semaphore.acquire();
    early_bounded.acquire();
  }
};
EarlyUser early_user;
thrum::Semaphore early_semaphore(3);
thrum::BoundedSemaphore early_bounded(3);

}  // namespace

TEMPLATE_TEST_CASE("a semaphore begins with the value that it is given", "[semaphore]", ALL_SEMAPHORES) {
  for (const std::int64_t value :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{7}, std::int64_t{THRUM_SEMAPHORE_MAX}}) {
    const TestType semaphore(value);
    CHECK(semaphore.value() == value);
  }
  CHECK(TestType().value() == 1);
}

TEMPLATE_TEST_CASE("a semaphore's first value is not negative and not too large",
                   "[semaphore][test_constructor]", ALL_SEMAPHORES) {
  for (const std::int64_t value : {std::int64_t{-1}, std::int64_t{-THRUM_SEMAPHORE_MAX}, INT64_MIN}) {
    CAPTURE(value);
    CHECK(raised<thrum::ValueError>([&] { TestType{value}; }) == THRUM_E_VALUE);
  }
  for (const std::int64_t value : {std::int64_t{THRUM_SEMAPHORE_MAX} + 1, std::int64_t{1} << 32, INT64_MAX}) {
    CAPTURE(value);
    CHECK(raised<thrum::OverflowError>([&] { TestType{value}; }) == THRUM_E_OVERFLOW);
  }
}

TEMPLATE_TEST_CASE("a semaphore is acquired and released", "[semaphore][test_acquire]", ALL_SEMAPHORES) {
  TestType one(1);
  CHECK(one.acquire());
  CHECK(one.value() == 0);
  one.release();
  CHECK(one.value() == 1);

  TestType two(2);
  CHECK(two.acquire());
  CHECK(two.acquire());
  CHECK(two.value() == 0);
  two.release();
  two.release();
  CHECK(two.value() == 2);
}

TEMPLATE_TEST_CASE("a semaphore may go while its units are taken", "[semaphore][test_acquire_destroy]",
                   ALL_SEMAPHORES) {
  auto semaphore = std::make_unique<TestType>(1);
  CHECK(semaphore->acquire());
  semaphore.reset();
  semaphore = std::make_unique<TestType>(2);
  CHECK(semaphore->value() == 2);
}

TEMPLATE_TEST_CASE("a semaphore's default value lets one thread in", "[semaphore][test_default_value]",
                   ALL_SEMAPHORES) {
  TestType semaphore;
  semaphore.acquire();
  std::atomic<bool> about_to_wait{false};
  Crew crew(1, [&] {
    about_to_wait = true;
    semaphore.acquire();
    semaphore.release();
  });
  eventually([&] { return about_to_wait.load(); });
  CHECK(crew.finished() == 0);
  semaphore.release();
  crew.join();
  CHECK(semaphore.value() == 1);
}

TEMPLATE_TEST_CASE("a semaphore releases at least one unit", "[semaphore]", ALL_SEMAPHORES) {
  TestType semaphore(2);
  const bool used = GENERATE(false, true);
  if (used) semaphore.acquire();
  for (const std::int64_t n : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN}) {
    CAPTURE(n);
    CHECK(raised<thrum::ValueError>([&] { semaphore.release(n); }) == THRUM_E_VALUE);
  }
  CHECK(semaphore.value() == (used ? 1 : 2));
}

TEMPLATE_TEST_CASE("a Semaphore may be released past its first value", "[semaphore][test_release_unacquired]",
                   UNBOUNDED) {
  TestType semaphore(1);
  semaphore.release();
  CHECK(semaphore.value() == 2);
  semaphore.acquire();
  semaphore.acquire();
  semaphore.release(5);
  CHECK(semaphore.value() == 5);
}

TEMPLATE_TEST_CASE("a Semaphore's value never passes the largest", "[semaphore]", UNBOUNDED) {
  const std::int64_t largest = THRUM_SEMAPHORE_MAX;
  TestType semaphore(largest);
  CHECK(raised<thrum::OverflowError>([&] { semaphore.release(); }) == THRUM_E_OVERFLOW);
  CHECK(semaphore.value() == largest);
  CHECK(semaphore.acquire());
  CHECK(raised<thrum::OverflowError>([&] { semaphore.release(2); }) == THRUM_E_OVERFLOW);
  CHECK(semaphore.value() == largest - 1);
  semaphore.release();
  CHECK(semaphore.value() == largest);

  TestType empty(0);
  for (const std::int64_t n : {largest + 1, std::int64_t{1} << 32, INT64_MAX}) {
    CAPTURE(n);
    CHECK(raised<thrum::OverflowError>([&] { empty.release(n); }) == THRUM_E_OVERFLOW);
  }
  CHECK(empty.value() == 0);
  empty.release(largest);
  CHECK(empty.value() == largest);
}

TEMPLATE_TEST_CASE("a BoundedSemaphore's value never passes its first",
                   "[semaphore][test_release_unacquired]", BOUNDED) {
  TestType semaphore;
  CHECK(raised<thrum::ValueError>([&] { semaphore.release(); }) == THRUM_E_VALUE);
  semaphore.acquire();
  semaphore.release();
  CHECK(raised<thrum::ValueError>([&] { semaphore.release(); }) == THRUM_E_VALUE);
  CHECK(semaphore.value() == 1);

  TestType five(5);
  five.acquire();
  five.acquire();
  for (const std::int64_t n :
       {std::int64_t{3}, std::int64_t{THRUM_SEMAPHORE_MAX}, std::int64_t{1} << 32, INT64_MAX}) {
    CAPTURE(n);
    CHECK(raised<thrum::ValueError>([&] { five.release(n); }) == THRUM_E_VALUE);
  }
  CHECK(five.value() == 3);
  five.release(2);
  CHECK(five.value() == 5);

  TestType none(0);
  CHECK(raised<thrum::ValueError>([&] { none.release(); }) == THRUM_E_VALUE);
  CHECK(none.value() == 0);

  TestType largest(THRUM_SEMAPHORE_MAX);
  CHECK(raised<thrum::ValueError>([&] { largest.release(); }) == THRUM_E_VALUE);
  CHECK(largest.value() == THRUM_SEMAPHORE_MAX);
}

TEST_CASE("a refused release of a BoundedSemaphore lets no waiter go", "[semaphore]") {
  thrum::BoundedSemaphore semaphore(2);
  semaphore.acquire();
  semaphore.acquire();
  std::atomic<int> acquired{0};
  Crew crew(2, [&] {
    semaphore.acquire();
    acquired.fetch_add(1);
  });
  until_parked(semaphore);
  CHECK(raised<thrum::ValueError>([&] { semaphore.release(3); }) == THRUM_E_VALUE);
  CHECK(raised<thrum::ValueError>([&] { semaphore.release(0); }) == THRUM_E_VALUE);
  CHECK(support::parked(semaphore));
  CHECK(acquired == 0);
  semaphore.release(2);
  crew.join();
  CHECK(acquired == 2);
  CHECK(semaphore.value() == 0);
}

TEST_CASE("a Semaphore is made new for a forked child with any value", "[semaphore]") {
  thrum::Semaphore semaphore(2);
  semaphore.acquire();
  semaphore.reinit_after_fork(5);
  CHECK(semaphore.value() == 5);
  semaphore.reinit_after_fork(0);
  CHECK_FALSE(semaphore.acquire(0));
  CHECK(raised<thrum::ValueError>([&] { semaphore.reinit_after_fork(-1); }) == THRUM_E_VALUE);
  CHECK(raised<thrum::OverflowError>(
            [&] { semaphore.reinit_after_fork(std::int64_t{THRUM_SEMAPHORE_MAX} + 1); }) == THRUM_E_OVERFLOW);
  CHECK(semaphore.value() == 0);
}

TEMPLATE_TEST_CASE("a semaphore is made new for a forked child with its first value", "[semaphore]",
                   handle::Semaphore, BOUNDED) {
  TestType semaphore(3);
  semaphore.acquire();
  semaphore.acquire();
  semaphore.reinit_after_fork();
  CHECK(semaphore.value() == 3);
  for (int i = 0; i < 3; ++i) CHECK(semaphore.acquire(0));
  CHECK_FALSE(semaphore.acquire(0));
}

TEST_CASE("a semaphore works before its constructor could have run", "[semaphore]") {
  static_cast<void>(early_user);
  CHECK(early_semaphore.value() == 2);
  CHECK(early_bounded.value() == 2);
  early_bounded.release();
  CHECK(raised<thrum::ValueError>([] { early_bounded.release(); }) == THRUM_E_VALUE);
}
