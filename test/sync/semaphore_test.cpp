// semaphore_test.cpp - thrum::Semaphore, thrum::BoundedSemaphore and thrum_semaphore.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/semaphore.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include "support/contend.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/freed.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::outlast;
using support::raised;
using support::scaled;
using support::seconds_since;
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
    semaphore.acquire(index % 2 == 0 ? thrum::forever : 1000);
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
    if (semaphore.acquire(index % 4 == 0 ? 0.002 : thrum::forever)) acquired.fetch_add(1);
  });
  eventually([&] { return crew.finished() == 3; });
  until_parked(semaphore);
  CHECK(acquired == 0);
  semaphore.release(6);
  crew.join();
  CHECK(acquired == 6);
  CHECK(semaphore.value() == 0);
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

TEMPLATE_TEST_CASE("units that are released in numbers let as many threads have one each",
                   "[semaphore][test_multirelease]", UNBOUNDED) {
  TestType semaphore(7);
  semaphore.acquire();
  std::atomic<int> acquired{0};
  // Twenty in all: first the six that are left, then six, six and two more.
  Crew crew(10, [&] {
    for (int turn = 0; turn < 2; ++turn) {
      semaphore.acquire();
      acquired.fetch_add(1);
    }
  });
  int expected = 6;
  for (const int released : {6, 6, 2}) {
    eventually([&] { return acquired == expected; });
    CHECK_FALSE(semaphore.acquire(0));
    semaphore.release(released);
    expected += released;
  }
  crew.join();
  CHECK(acquired == 20);
  CHECK(semaphore.value() == 0);
}

TEMPLATE_TEST_CASE("a semaphore admits as many threads at a time as it has units", "[semaphore][stress]",
                   ALL_SEMAPHORES) {
  constexpr int units = 3;
  TestType semaphore(units);
  std::atomic<int> inside{0};
  std::atomic<int> too_many{0};
  std::atomic<long> admitted{0};
  const int rounds = scaled(30000);
  Crew crew(8, [&](int index) {
    for (int round = 0; round < rounds; ++round) {
      bool acquired = true;
      switch ((round + index) % 4) {
        case 0: acquired = semaphore.acquire(0); break;
        case 1: acquired = semaphore.acquire(1e-6 * (round % 50)); break;
        case 2: acquired = semaphore.acquire(1000); break;
        default: semaphore.acquire();
      }
      if (!acquired) continue;
      if (inside.fetch_add(1) >= units) too_many.fetch_add(1);
      admitted.fetch_add(1);
      inside.fetch_sub(1);
      semaphore.release();
    }
  });
  crew.join();
  CHECK(too_many == 0);
  CHECK(admitted >= 8L * rounds / 2);
  CHECK(semaphore.value() == units);
}

TEMPLATE_TEST_CASE("no unit of a semaphore is lost or made", "[semaphore][stress]", UNBOUNDED) {
  TestType semaphore(0);
  const int rounds = scaled(30000);
  constexpr int per_release = 3;
  std::atomic<long> given{0};
  std::atomic<long> taken{0};
  std::atomic<int> producers_left{2};
  Crew crew(8, [&](int index) {
    if (index < 2) {
      for (int round = 0; round < rounds; ++round) {
        const int n = round % 2 == 0 ? 1 : per_release;
        semaphore.release(n);
        given.fetch_add(n);
      }
      producers_left.fetch_sub(1);
    } else if (index < 4) {
      // Less than the producers give: these never wait in vain.
      for (int round = 0; round < rounds; ++round) {
        semaphore.acquire();
        taken.fetch_add(1);
      }
    } else {
      for (int round = 0; producers_left > 0 && round < rounds / 4; ++round) {
        if (semaphore.acquire(1e-6 * (round % 32))) taken.fetch_add(1);
      }
    }
  });
  crew.join();
  CHECK(given == 2L * rounds / 2 * (1 + per_release));
  CHECK(semaphore.value() == given - taken);
}

TEST_CASE("a semaphore hands writes from the thread that releases to the one that acquires",
          "[semaphore][stress]") {
  thrum::Semaphore items(0);
  thrum::Semaphore spaces(4);
  const int rounds = scaled(50000);
  std::vector<int> ring(4);
  std::int64_t sum = 0;
  Crew crew(1, [&] {
    for (int round = 0; round < rounds; ++round) {
      items.acquire();
      sum += ring[static_cast<std::size_t>(round % 4)];
      spaces.release();
    }
  });
  for (int round = 0; round < rounds; ++round) {
    spaces.acquire();
    ring[static_cast<std::size_t>(round % 4)] = round;
    items.release();
  }
  crew.join();
  CHECK(sum == std::int64_t{rounds} * (rounds - 1) / 2);
}

TEST_CASE("a hot semaphore starves nobody", "[semaphore][stress]") {
  thrum::Semaphore semaphore(1);
  const auto shares = support::contend(4, [&] {
    semaphore.acquire();
    semaphore.release();
  });
  CHECK(shares.most <= shares.least * 100000);
}

TEST_CASE("a unit is handed to a thread that has waited for long, whoever is faster", "[semaphore]") {
  thrum::Semaphore semaphore(0);
  for (int round = 0; round < 20; ++round) {
    Crew crew(1, [&] { semaphore.acquire(); });
    until_parked(semaphore);
    // Longer than anybody is passed over.
    outlast(Clock::now(), 0.002);
    semaphore.release();
    const bool acquired = semaphore.acquire(0);
    if (acquired) semaphore.release();
    crew.join();
    CHECK_FALSE(acquired);
  }
}

TEMPLATE_TEST_CASE("a semaphore may be freed by the thread that a release lets in", "[semaphore][stress]",
                   thrum::Semaphore, thrum::BoundedSemaphore) {
  const auto make = [] {
    auto semaphore = std::make_unique<TestType>(1);
    semaphore->acquire();
    return semaphore;
  };
  const auto wait = [](TestType& semaphore, int round) {
    switch (round % 4) {
      case 1: eventually([&] { return semaphore.acquire(0); }); break;
      case 2: eventually([&] { return semaphore.acquire(1e-5); }); break;
      default: semaphore.acquire();
    }
  };
  const auto let_go = [](TestType& semaphore) { semaphore.release(); };
  CHECK(support::free_after_wait(scaled(50000), make, wait, let_go) == scaled(50000));
}

TEST_CASE("a semaphore may be freed by the last of the threads that one release lets in",
          "[semaphore][stress]") {
  for (int round = 0; round < scaled(2000); ++round) {
    auto* const semaphore = new thrum::Semaphore(0);
    std::atomic<int> left{3};
    std::atomic<bool> freed{false};
    Crew crew(3, [&] {
      semaphore->acquire();
      if (left.fetch_sub(1) != 1) return;
      delete semaphore;
      freed = true;
    });
    if (round % 2 == 0) until_parked(*semaphore);
    semaphore->release(3);
    crew.join();
    REQUIRE(freed);
  }
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
