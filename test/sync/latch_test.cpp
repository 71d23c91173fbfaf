// latch_test.cpp - thrum::Latch and thrum_latch.
#include "thrum/latch.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

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
using support::raised;
using support::scaled;
using support::seconds_since;
using support::until_parked;

static_assert(sizeof(thrum::Latch) == 8);
static_assert(std::is_trivially_destructible_v<thrum::Latch>);
static_assert(!std::is_copy_constructible_v<thrum::Latch>);
static_assert(!std::is_convertible_v<int, thrum::Latch>);

#define ALL_LATCHES thrum::Latch, handle::Latch

namespace {

// Constructed before early_latch, which it uses.
extern thrum::Latch early_latch;
struct EarlyUser {
  EarlyUser() { early_latch.count_down(); }
};
EarlyUser early_user;
thrum::Latch early_latch(2);

}  // namespace

TEMPLATE_TEST_CASE("a latch begins with the count that it is given", "[latch]", ALL_LATCHES) {
  for (const std::int64_t count :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{7}, std::int64_t{THRUM_LATCH_MAX}}) {
    TestType latch(count);
    CHECK(latch.count() == count);
    CHECK(latch.try_wait() == (count == 0));
    CHECK(latch.wait(0) == (count == 0));
  }
}

TEMPLATE_TEST_CASE("a latch's count is not negative and not too large", "[latch]", ALL_LATCHES) {
  for (const std::int64_t count : {std::int64_t{-1}, INT64_MIN}) {
    CHECK(raised<thrum::ValueError>([&] { TestType{count}; }) == THRUM_E_VALUE);
  }
  for (const std::int64_t count : {std::int64_t{THRUM_LATCH_MAX} + 1, std::int64_t{1} << 32, INT64_MAX}) {
    CHECK(raised<thrum::OverflowError>([&] { TestType{count}; }) == THRUM_E_OVERFLOW);
  }
}

TEMPLATE_TEST_CASE("a latch counts down and opens at 0, for good", "[latch]", ALL_LATCHES) {
  TestType latch(5);
  latch.count_down();
  CHECK(latch.count() == 4);
  latch.count_down(0);
  CHECK(latch.count() == 4);
  latch.count_down(3);
  CHECK(latch.count() == 1);
  CHECK_FALSE(latch.try_wait());
  CHECK_FALSE(latch.wait(0));
  latch.count_down();
  CHECK(latch.try_wait());
  for (int time = 0; time < 3; ++time) CHECK(latch.wait());
  latch.count_down(0);
  CHECK(latch.arrive_and_wait(0));
  CHECK(latch.wait());

  TestType largest(THRUM_LATCH_MAX);
  largest.count_down(THRUM_LATCH_MAX);
  CHECK(largest.wait());
}

TEMPLATE_TEST_CASE("a latch's count never goes below 0", "[latch]", ALL_LATCHES) {
  TestType latch(2);
  for (const std::int64_t n : {std::int64_t{-1}, std::int64_t{3}, (std::int64_t{1} << 31) + 1,
                               std::int64_t{1} << 32, INT64_MIN, INT64_MAX}) {
    CAPTURE(n);
    CHECK(raised<thrum::ValueError>([&] { latch.count_down(n); }) == THRUM_E_VALUE);
    CHECK(raised<thrum::ValueError>([&] { latch.arrive_and_wait(n); }) == THRUM_E_VALUE);
  }
  CHECK(latch.count() == 2);
  latch.count_down(2);
  CHECK(raised<thrum::ValueError>([&] { latch.count_down(); }) == THRUM_E_VALUE);
  CHECK(raised<thrum::ValueError>([&] { latch.arrive_and_wait(); }) == THRUM_E_VALUE);
  CHECK(latch.wait(0));
}

TEMPLATE_TEST_CASE("a latch checks its timeout first", "[latch]", ALL_LATCHES) {
  for (const std::int64_t count : {0, 1}) {
    TestType latch(count);
    for (const double timeout : support::no_number) {
      CHECK(raised<thrum::ValueError>([&] { latch.wait(timeout); }) == THRUM_E_VALUE);
      CHECK(raised<thrum::ValueError>([&] { latch.arrive_and_wait(count, timeout); }) == THRUM_E_VALUE);
    }
    for (const double timeout : support::too_large) {
      CAPTURE(timeout);
      CHECK(raised<thrum::OverflowError>([&] { latch.wait(timeout); }) == THRUM_E_OVERFLOW);
      CHECK(raised<thrum::OverflowError>([&] { latch.arrive_and_wait(count, timeout); }) == THRUM_E_OVERFLOW);
    }
    CHECK(latch.count() == count);
  }
}

TEMPLATE_TEST_CASE("an open latch is passed whatever the timeout", "[latch]", ALL_LATCHES) {
  TestType latch(0);
  const auto pass = [&](double timeout) { return latch.wait(timeout) && latch.arrive_and_wait(0, timeout); };
  for (const double timeout : support::polls) CHECK(pass(timeout));
  for (const double timeout : support::negative) CHECK(pass(timeout));
  for (const double timeout : support::brief) CHECK(pass(timeout));
  for (const double timeout : support::huge) CHECK(pass(timeout));
}

TEMPLATE_TEST_CASE("a wait for a latch never ends early", "[latch]", ALL_LATCHES) {
  TestType latch(20);
  for (const double timeout : support::polls) CHECK_FALSE(latch.wait(timeout));
  for (const double timeout : support::negative) CHECK_FALSE(latch.wait(timeout));
  std::int64_t left = 20;
  for (const double timeout : support::brief) {
    auto start = Clock::now();
    const bool open = latch.wait(timeout);
    const double waited = seconds_since(start);
    CAPTURE(timeout);
    CHECK_FALSE(open);
    CHECK(waited >= timeout);

    // The count is taken all the same.
    start = Clock::now();
    const bool opened = latch.arrive_and_wait(1, timeout);
    const double waited_again = seconds_since(start);
    CHECK_FALSE(opened);
    CHECK(waited_again >= timeout);
    CHECK(latch.count() == --left);
  }
  for (const double timeout : support::polls) CHECK_FALSE(latch.arrive_and_wait(1, timeout));
  for (const double timeout : support::negative) CHECK_FALSE(latch.arrive_and_wait(1, timeout));
  CHECK(latch.count() == left - 7);
}

TEMPLATE_TEST_CASE("the longest waits for a latch end with its last count", "[latch]", thrum::Latch) {
  for (const double timeout : support::huge) {
    TestType latch(1);
    bool opened = false;
    Crew crew(1, [&] { opened = latch.wait(timeout); });
    until_parked(latch);
    CHECK(crew.finished() == 0);
    latch.count_down();
    crew.join();
    CAPTURE(timeout);
    CHECK(opened);
  }
}

TEST_CASE("the last count lets all go who wait for a latch, and no count before it does", "[latch]") {
  thrum::Latch latch(3);
  std::atomic<int> passed{0};
  Crew crew(5, [&](int index) {
    if (latch.wait(index % 2 == 0 ? thrum::no_timeout : 1000)) passed.fetch_add(1);
  });
  until_parked(latch);
  latch.count_down();
  latch.count_down();
  CHECK(support::parked(latch));
  CHECK_FALSE(latch.wait(0.001));
  CHECK(passed == 0);
  latch.count_down();
  crew.join();
  CHECK(passed == 5);
  CHECK_FALSE(support::parked(latch));
}

TEST_CASE("a waiter for a latch that gives up leaves the others waiting", "[latch]") {
  thrum::Latch latch(1);
  std::atomic<int> passed{0};
  Crew crew(6, [&](int index) {
    if (latch.wait(index < 3 ? 0.002 : thrum::no_timeout)) passed.fetch_add(1);
  });
  eventually([&] { return crew.finished() == 3; });
  until_parked(latch);
  CHECK(passed == 0);
  latch.count_down();
  crew.join();
  CHECK(passed == 3);
}

TEST_CASE("the last waiter for a latch that gives up leaves nobody behind", "[latch]") {
  thrum::Latch latch(2);
  CHECK_FALSE(latch.wait(0.001));
  CHECK_FALSE(support::parked(latch));
  CHECK_FALSE(latch.arrive_and_wait(1, 0.001));
  CHECK_FALSE(support::parked(latch));
  CHECK(latch.count() == 1);
}

TEMPLATE_TEST_CASE("threads arrive at a latch and wait for each other", "[latch]", ALL_LATCHES) {
  constexpr int threads = 5;
  TestType latch(threads);
  std::atomic<int> before{0};
  std::atomic<int> wrong{0};
  Crew(threads, [&](int index) {
    before.fetch_add(1);
    const bool passed = index % 2 == 0 ? latch.arrive_and_wait() : latch.arrive_and_wait(1, 1000);
    if (!passed || before != threads) wrong.fetch_add(1);
  }).join();
  CHECK(wrong == 0);
  CHECK(latch.count() == 0);
}

TEMPLATE_TEST_CASE("of those who arrive at a latch for more than there is, one is refused", "[latch][stress]",
                   ALL_LATCHES) {
  for (int round = 0; round < scaled(2000); ++round) {
    TestType latch(3);
    std::atomic<int> passed{0};
    std::atomic<int> refused{0};
    Crew(4, [&] {
      (raised<thrum::ValueError>([&] { latch.arrive_and_wait(); }) == THRUM_OK ? passed : refused)
          .fetch_add(1);
    }).join();
    REQUIRE(passed == 3);
    REQUIRE(refused == 1);
  }
}

TEMPLATE_TEST_CASE("no count of a latch is lost, whoever waits and gives up meanwhile", "[latch][stress]",
                   ALL_LATCHES) {
  const int per_thread = scaled(3000);
  for (int round = 0; round < 10; ++round) {
    TestType latch(4L * per_thread);
    std::atomic<int> wrong{0};
    std::atomic<int> counted{0};
    Crew(8, [&](int index) {
      if (index < 4) {
        for (int i = 0; i < per_thread; ++i) {
          counted.fetch_add(1);
          latch.count_down();
        }
      } else if (index == 4) {
        if (!latch.wait() || counted != 4 * per_thread) wrong.fetch_add(1);
      } else {
        for (int turn = 0; !latch.wait(1e-6 * (turn % 30)); ++turn) {
        }
        if (counted != 4 * per_thread || !latch.try_wait()) wrong.fetch_add(1);
      }
    }).join();
    REQUIRE(wrong == 0);
    REQUIRE(latch.count() == 0);
  }
}

TEMPLATE_TEST_CASE("a latch hands on what was written before its counts", "[latch][stress]", ALL_LATCHES) {
  constexpr int writers = 3;
  for (int round = 0; round < scaled(1000); ++round) {
    TestType latch(writers);
    int written[writers] = {};
    std::atomic<int> wrong{0};
    Crew(writers + 2, [&](int index) {
      if (index < writers) {
        written[index] = round + 1;
        latch.count_down();
        return;
      }
      index % 2 == 0 ? latch.wait() : latch.wait(1000);
      for (const int value : written) {
        if (value != round + 1) wrong.fetch_add(1);
      }
    }).join();
    REQUIRE(wrong == 0);
  }
}

TEST_CASE("a latch may be freed by the thread that the last count lets go", "[latch][stress]") {
  const auto make = [] { return std::make_unique<thrum::Latch>(1); };
  const auto wait = [](thrum::Latch& latch, int round) {
    switch (round % 4) {
      case 1: eventually([&] { return latch.try_wait(); }); break;
      case 2: eventually([&] { return latch.wait(1e-5); }); break;
      default: latch.wait();
    }
  };
  const auto let_go = [](thrum::Latch& latch) { latch.count_down(); };
  CHECK(support::free_after_wait(scaled(50000), make, wait, let_go) == scaled(50000));
}

TEST_CASE("a latch may be freed by the last of the threads that arrive at it", "[latch][stress]") {
  for (int round = 0; round < scaled(2000); ++round) {
    auto* const latch = new thrum::Latch(3);
    std::atomic<int> left{3};
    std::atomic<bool> freed{false};
    Crew(3, [&] {
      latch->arrive_and_wait();
      if (left.fetch_sub(1) != 1) return;
      delete latch;
      freed = true;
    }).join();
    REQUIRE(freed);
  }
}

TEMPLATE_TEST_CASE("a latch keeps its count where it is made new for a forked child", "[latch]",
                   ALL_LATCHES) {
  TestType latch(2);
  latch.count_down();
  latch.reinit_after_fork();
  CHECK(latch.count() == 1);
  latch.count_down();
  CHECK(latch.wait(0));
}

TEST_CASE("a latch works before its constructor could have run", "[latch]") {
  static_cast<void>(early_user);
  CHECK(early_latch.count() == 1);
}
