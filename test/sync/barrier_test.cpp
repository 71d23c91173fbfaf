// barrier_test.cpp - thrum::Barrier and thrum_barrier: rounds, and what abort and reset make of them.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
// test_repr is about what Python prints; the numbers in it are n_waiting, parties and broken.
#include "thrum/barrier.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <climits>
#include <cstddef>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/freed.hpp"
#include "support/handles.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"
#include "sync/barriers.hpp"

using support::Crew;
using support::eventually;
using support::NativeCrew;
using support::passes;
using support::raised;
using support::scaled;
using support::until_waiting;

static_assert(!std::is_copy_constructible_v<thrum::Barrier>);
static_assert(!std::is_convertible_v<int, thrum::Barrier>);
static_assert(std::is_base_of_v<thrum::RuntimeError, thrum::BrokenBarrierError>);

#define ALL_BARRIERS thrum::Barrier, handle::Barrier

namespace {

constexpr int parties = 5;

// Constructed before early_barrier, which it uses.
extern thrum::Barrier early_barrier;
struct EarlyUser {
  EarlyUser() : index(early_barrier.wait()) {}
  int index;
};
EarlyUser early_user;
thrum::Barrier early_barrier(1);

/// Lets `rounds` rounds of all threads pass in step; says how many threads saw others out of step.
template <class Barrier>
int multipass(Barrier& barrier, int rounds) {
  std::atomic<int> before{0};
  std::atomic<int> between{0};
  std::atomic<int> wrong{0};
  Crew(parties, [&] {
    for (int round = 0; round < rounds; ++round) {
      before.fetch_add(1);
      if (between != round * parties) wrong.fetch_add(1);
      barrier.wait();
      between.fetch_add(1);
      if (before != (round + 1) * parties) wrong.fetch_add(1);
      barrier.wait();
    }
  }).join();
  return wrong;
}

}  // namespace

TEMPLATE_TEST_CASE("a barrier is for at least one thread", "[barrier][test_constructor]", ALL_BARRIERS) {
  for (const int count : {0, -1, INT_MIN}) {
    CAPTURE(count);
    CHECK(raised<thrum::ValueError>([&] { TestType{count}; }) == THRUM_E_VALUE);
    CHECK(raised<thrum::ValueError>([&] { TestType(count, [] {}); }) == THRUM_E_VALUE);
  }
  for (const int count : {1, 2, 1000, INT_MAX}) {
    const TestType barrier(count);
    CHECK(barrier.parties() == count);
    CHECK(barrier.n_waiting() == 0);
    CHECK_FALSE(barrier.broken());
  }
}

TEMPLATE_TEST_CASE("a barrier's own timeout is checked", "[barrier][test_constructor]", ALL_BARRIERS) {
  for (const double timeout : support::no_number) {
    CHECK(raised<thrum::ValueError>([&] { TestType(2, timeout); }) == THRUM_E_VALUE);
    CHECK(raised<thrum::ValueError>([&] {
            TestType(
                2, [] {}, timeout);
          }) == THRUM_E_VALUE);
  }
  for (const double timeout : support::too_large) {
    CAPTURE(timeout);
    CHECK(raised<thrum::OverflowError>([&] { TestType(2, timeout); }) == THRUM_E_OVERFLOW);
  }
  for (const double timeout : support::huge) {
    TestType barrier(1, timeout);
    CHECK(barrier.wait() == 0);
  }
  for (const double timeout : support::negative) {
    TestType barrier(2, timeout);
    CHECK_FALSE(passes(barrier));
  }
}

TEMPLATE_TEST_CASE("a barrier is passed in lockstep", "[barrier][test_barrier]", ALL_BARRIERS) {
  TestType barrier(parties);
  CHECK(multipass(barrier, 1) == 0);
  CHECK(barrier.n_waiting() == 0);
  CHECK_FALSE(barrier.broken());
}

TEMPLATE_TEST_CASE("a barrier is passed in lockstep ten times", "[barrier][test_barrier_10]", ALL_BARRIERS) {
  TestType barrier(parties);
  CHECK(multipass(barrier, 10) == 0);
  CHECK(barrier.n_waiting() == 0);
  CHECK_FALSE(barrier.broken());
}

TEMPLATE_TEST_CASE("a barrier is passed in lockstep by fast threads", "[barrier][stress]", ALL_BARRIERS) {
  TestType barrier(parties);
  CHECK(multipass(barrier, scaled(5000)) == 0);
  CHECK(barrier.n_waiting() == 0);
  CHECK_FALSE(barrier.broken());
}

TEMPLATE_TEST_CASE("each thread of a round gets another index", "[barrier][test_wait_return]", ALL_BARRIERS) {
  TestType barrier(parties);
  std::vector<int> indices(parties);
  Crew(parties, [&](int thread) { indices[static_cast<std::size_t>(thread)] = barrier.wait(); }).join();
  std::sort(indices.begin(), indices.end());
  CHECK(indices == std::vector<int>{0, 1, 2, 3, 4});
}

TEMPLATE_TEST_CASE("the index is the place in the order of arrival", "[barrier][test_wait_return]",
                   ALL_BARRIERS) {
  TestType barrier(parties);
  std::vector<int> indices(parties, -1);
  std::atomic<int> turn{0};
  Crew crew(parties - 1, [&](int thread) {
    eventually([&] { return turn == thread; });
    indices[static_cast<std::size_t>(thread)] = barrier.wait();
  });
  for (int arrived = 0; arrived < parties - 1; ++arrived) {
    turn = arrived;
    until_waiting(barrier, arrived + 1);
  }
  indices.back() = barrier.wait();
  crew.join();
  CHECK(indices == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("the index is not asked for", "[barrier]") {
  const handle::Barrier barrier(1);
  CHECK(thrum_barrier_wait(barrier.raw, 0, nullptr) == THRUM_OK);
}

TEMPLATE_TEST_CASE("a barrier for one thread lets it pass", "[barrier][test_single_thread]", ALL_BARRIERS) {
  TestType barrier(1);
  CHECK(barrier.wait() == 0);
  CHECK(barrier.wait() == 0);
  for (const double timeout : support::polls) CHECK(barrier.wait(timeout) == 0);
  for (const double timeout : support::negative) CHECK(barrier.wait(timeout) == 0);
  for (const double timeout : support::huge) CHECK(barrier.wait(timeout) == 0);
}

TEMPLATE_TEST_CASE("a barrier says who waits and whether it is broken", "[barrier][test_repr]",
                   ALL_BARRIERS) {
  TestType barrier(3);
  CHECK(barrier.n_waiting() == 0);
  Crew crew(2, [&] { barrier.wait(1000); });
  until_waiting(barrier, 2);
  CHECK(barrier.parties() == 3);
  CHECK(barrier.wait(1000) == 2);
  crew.join();
  CHECK(barrier.n_waiting() == 0);
  CHECK_FALSE(barrier.broken());
  barrier.abort();
  CHECK(barrier.broken());
  CHECK(barrier.n_waiting() == 0);
  CHECK(barrier.parties() == 3);
}

// ------------------------------------------------------------------------------------ abort, reset --

TEMPLATE_TEST_CASE("an abort breaks the barrier", "[barrier][test_abort]", ALL_BARRIERS) {
  TestType barrier(parties);
  std::atomic<int> passed{0};
  std::atomic<int> broken{0};
  Crew(parties, [&] {
    const int index = barrier.wait();
    if (index == parties / 2) {
      barrier.abort();
    } else {
      (passes(barrier) ? passed : broken).fetch_add(1);
    }
  }).join();
  CHECK(passed == 0);
  CHECK(broken == parties - 1);
  CHECK(barrier.broken());
  // It stays so.
  CHECK_FALSE(passes(barrier));
  CHECK_FALSE(passes(barrier, 0));
  barrier.abort();
  CHECK(barrier.broken());
}

TEMPLATE_TEST_CASE("a reset breaks the present waiters and leaves the barrier usable",
                   "[barrier][test_reset]", ALL_BARRIERS) {
  TestType barrier(parties);
  std::atomic<int> passed{0};
  std::atomic<int> broken{0};
  std::atomic<int> passed_again{0};
  Crew(parties, [&] {
    const int index = barrier.wait();
    if (index == parties / 2) {
      until_waiting(barrier, parties - 1);
      barrier.reset();
    } else {
      (passes(barrier) ? passed : broken).fetch_add(1);
    }
    if (passes(barrier)) passed_again.fetch_add(1);
  }).join();
  CHECK(passed == 0);
  CHECK(broken == parties - 1);
  CHECK(passed_again == parties);
  CHECK_FALSE(barrier.broken());
}

TEMPLATE_TEST_CASE("a reset of a barrier where nobody waits changes nothing", "[barrier][test_reset]",
                   ALL_BARRIERS) {
  TestType barrier(1);
  barrier.reset();
  CHECK_FALSE(barrier.broken());
  CHECK(barrier.wait() == 0);
}

TEMPLATE_TEST_CASE("a reset makes a broken barrier whole", "[barrier][test_abort_and_reset]", ALL_BARRIERS) {
  TestType barrier(parties);
  TestType second(parties);
  std::atomic<int> passed{0};
  std::atomic<int> broken{0};
  std::atomic<int> passed_again{0};
  Crew(parties, [&] {
    const int index = barrier.wait();
    if (index == parties / 2) {
      barrier.abort();
    } else {
      (passes(barrier) ? passed : broken).fetch_add(1);
    }
    if (second.wait() == parties / 2) barrier.reset();
    second.wait();
    if (passes(barrier)) passed_again.fetch_add(1);
  }).join();
  CHECK(passed == 0);
  CHECK(broken == parties - 1);
  CHECK(passed_again == parties);
  CHECK_FALSE(barrier.broken());
}

TEMPLATE_TEST_CASE("rounds are whole, whatever resets and aborts come between", "[barrier][stress]",
                   ALL_BARRIERS) {
  constexpr int threads = 3;
  TestType barrier(threads);
  std::atomic<long> passed{0};
  std::atomic<long> broken{0};
  std::atomic<int> wrong{0};
  std::atomic<int> left{threads};
  const int rounds = scaled(3000);
  Crew crew(threads + 1, [&](int thread) {
    if (thread == threads) {
      for (int turn = 0; left > 0; ++turn) {
        if (turn % 3 == 0) barrier.abort();
        barrier.reset();
        std::this_thread::yield();
      }
      return;
    }
    for (int round = 0; round < rounds; ++round) {
      if (passes(barrier, round % 2 == 0 ? thrum::no_timeout : 1e-5)) {
        passed.fetch_add(1);
      } else {
        broken.fetch_add(1);
        std::this_thread::yield();
      }
      if (barrier.n_waiting() < 0 || barrier.n_waiting() > threads) wrong.fetch_add(1);
    }
    left.fetch_sub(1);
    // Who is left alone waits for nobody: the fourth thread keeps resetting.
  });
  crew.join();
  CHECK(passed + broken == static_cast<long>(threads) * rounds);
  CHECK(passed % threads == 0);
  CHECK(wrong == 0);
  CHECK(barrier.n_waiting() == 0);
}

// ------------------------------------------------------------------------------------------- stress --

TEMPLATE_TEST_CASE("a barrier passes as many threads as come in its rounds, though there are more",
                   "[barrier][stress]", Crew, NativeCrew) {
  // Seven threads at a barrier for three: who passes comes back at once, among those of the next round.
  constexpr int threads = 7;
  constexpr int in_a_round = 3;
  const int rounds = scaled(9000) / in_a_round * in_a_round;
  thrum::Barrier barrier(in_a_round);
  std::atomic<int> tickets{rounds * in_a_round};
  std::vector<std::atomic<int>> indices(in_a_round);
  TestType(threads, [&](int) {
    while (tickets.fetch_sub(1) > 0) indices[static_cast<std::size_t>(barrier.wait())].fetch_add(1);
  }).join();
  for (const std::atomic<int>& index : indices) CHECK(index == rounds);
  CHECK(barrier.n_waiting() == 0);
}

TEST_CASE("a barrier may be freed by the thread that the last arrival lets go", "[barrier][stress]") {
  const auto make = [] { return std::make_unique<thrum::Barrier>(2); };
  const auto wait = [](thrum::Barrier& barrier, int round) {
    barrier.wait(round % 2 == 0 ? thrum::no_timeout : 1000);
  };
  const auto let_go = [](thrum::Barrier& barrier) { barrier.wait(); };
  CHECK(support::free_after_wait(scaled(50000), make, wait, let_go) == scaled(50000));
}

TEST_CASE("a barrier may be freed by the thread that an action lets go", "[barrier][stress]") {
  std::atomic<int> runs{0};
  const auto make = [&] { return std::make_unique<thrum::Barrier>(2, [&] { runs.fetch_add(1); }); };
  const auto wait = [](thrum::Barrier& barrier, int) { barrier.wait(); };
  const auto let_go = [](thrum::Barrier& barrier) { barrier.wait(); };
  CHECK(support::free_after_wait(scaled(20000), make, wait, let_go) == scaled(20000));
  CHECK(runs == scaled(20000));
}

TEST_CASE("a barrier may be freed by the thread that an abort or a reset sends away", "[barrier][stress]") {
  const auto make = [] { return std::make_unique<thrum::Barrier>(2); };
  std::atomic<int> passed{0};
  const auto wait = [&](thrum::Barrier& barrier, int) {
    if (passes(barrier)) passed.fetch_add(1);
  };
  const auto abort = [](thrum::Barrier& barrier) {
    until_waiting(barrier, 1);
    barrier.abort();
  };
  CHECK(support::free_after_wait(scaled(20000), make, wait, abort) == scaled(20000));
  const auto reset = [](thrum::Barrier& barrier) {
    until_waiting(barrier, 1);
    barrier.reset();
  };
  CHECK(support::free_after_wait(scaled(20000), make, wait, reset) == scaled(20000));
  CHECK(passed == 0);
}

TEMPLATE_TEST_CASE("a barrier is made new for a forked child", "[barrier]", ALL_BARRIERS) {
  TestType barrier(1);
  barrier.abort();
  barrier.reinit_after_fork();
  CHECK_FALSE(barrier.broken());
  CHECK(barrier.wait() == 0);
}

TEST_CASE("a barrier works before its constructor could have run", "[barrier]") {
  CHECK(early_user.index == 0);
  CHECK(early_barrier.wait() == 0);
}
