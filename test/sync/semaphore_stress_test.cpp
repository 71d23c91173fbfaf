// semaphore_stress_test.cpp - semaphores that many threads use at once: no unit is lost or made.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/semaphore.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "support/contend.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/freed.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/scale.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::outlast;
using support::scaled;
using support::until_parked;

#define UNBOUNDED thrum::Semaphore, handle::Semaphore
#define BOUNDED thrum::BoundedSemaphore, handle::BoundedSemaphore
#define ALL_SEMAPHORES UNBOUNDED, BOUNDED

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
