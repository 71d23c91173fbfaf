// barrier_test.cpp - thrum::Barrier and thrum_barrier.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
// test_repr is about what Python prints; the numbers in it are n_waiting, parties and broken.
#include "thrum/barrier.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <climits>
#include <cstddef>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/freed.hpp"
#include "support/handles.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::NativeCrew;
using support::raised;
using support::scaled;
using support::seconds_since;

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

/// Whether a wait passes, which it must unless the barrier is broken.
template <class Barrier>
bool passes(Barrier& barrier, double timeout = thrum::forever) {
  return raised<thrum::BrokenBarrierError>([&] { barrier.wait(timeout); }) == THRUM_OK;
}

/// Returns once that many threads wait.
template <class Barrier>
void until_waiting(const Barrier& barrier, int count) {
  eventually([&] { return barrier.n_waiting() == count; });
}

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

// ----------------------------------------------------------------------------------------- timeouts --

TEMPLATE_TEST_CASE("a barrier checks its timeout first", "[barrier]", ALL_BARRIERS) {
  for (const int count : {1, 2}) {
    TestType barrier(count);
    for (const double timeout : support::no_number) {
      CHECK(raised<thrum::ValueError>([&] { barrier.wait(timeout); }) == THRUM_E_VALUE);
    }
    for (const double timeout : support::too_large) {
      CAPTURE(timeout);
      CHECK(raised<thrum::OverflowError>([&] { barrier.wait(timeout); }) == THRUM_E_OVERFLOW);
    }
    CHECK_FALSE(barrier.broken());
    CHECK(barrier.n_waiting() == 0);
  }
}

TEMPLATE_TEST_CASE("a wait that is not joined in time breaks the barrier", "[barrier][test_timeout]",
                   ALL_BARRIERS) {
  TestType barrier(parties);
  std::atomic<int> broken{0};
  std::atomic<int> passed{0};
  Crew(parties, [&] {
    const int index = barrier.wait();
    // One thread is late: it waits until the others have given up.
    if (index == parties / 2) eventually([&] { return barrier.broken(); });
    (passes(barrier, 0.001) ? passed : broken).fetch_add(1);
  }).join();
  CHECK(broken == parties);
  CHECK(passed == 0);
  CHECK(barrier.broken());
  CHECK(barrier.n_waiting() == 0);
}

TEMPLATE_TEST_CASE("a time-out breaks the barrier for those with all the time in the world",
                   "[barrier][test_timeout]", ALL_BARRIERS) {
  TestType barrier(4);
  std::atomic<int> broken{0};
  Crew crew(2, [&] {
    if (!passes(barrier)) broken.fetch_add(1);
  });
  until_waiting(barrier, 2);
  CHECK_FALSE(passes(barrier, 0.001));
  crew.join();
  CHECK(broken == 2);
  CHECK(barrier.broken());
  CHECK_FALSE(passes(barrier));
}

TEMPLATE_TEST_CASE("a poll breaks a barrier that it is not the last to come to", "[barrier]", ALL_BARRIERS) {
  for (const double timeout : support::polls) {
    TestType barrier(2);
    CHECK_FALSE(passes(barrier, timeout));
    CHECK(barrier.broken());
  }
  for (const double timeout : support::negative) {
    TestType barrier(2);
    CHECK_FALSE(passes(barrier, timeout));
    CHECK(barrier.broken());
  }
  TestType barrier(2);
  std::atomic<bool> passed{false};
  Crew crew(1, [&] { passed = passes(barrier); });
  until_waiting(barrier, 1);
  CHECK(barrier.wait(0) == 1);
  crew.join();
  CHECK(passed);
}

TEMPLATE_TEST_CASE("a barrier's own timeout is that of waits that have none",
                   "[barrier][test_default_timeout]", ALL_BARRIERS) {
  for (const double timeout : support::brief) {
    TestType barrier(2, timeout);
    const auto start = Clock::now();
    const bool passed = passes(barrier);
    const double waited = seconds_since(start);
    CAPTURE(timeout);
    CHECK_FALSE(passed);
    CHECK(waited >= timeout);
  }
  // A wait that has one does not mind.
  TestType barrier(2, 0);
  std::atomic<bool> passed{false};
  Crew crew(1, [&] { passed = passes(barrier, 1000); });
  until_waiting(barrier, 1);
  CHECK(barrier.wait() == 1);
  crew.join();
  CHECK(passed);
  CHECK_FALSE(passes(barrier));
}

TEMPLATE_TEST_CASE("a wait at a barrier never ends early", "[barrier][test_timeout]", ALL_BARRIERS) {
  for (const double timeout : support::brief) {
    TestType barrier(2);
    const auto start = Clock::now();
    const bool passed = passes(barrier, timeout);
    const double waited = seconds_since(start);
    CAPTURE(timeout);
    CHECK_FALSE(passed);
    CHECK(waited >= timeout);
  }
}

TEMPLATE_TEST_CASE("the longest waits at a barrier end with the last arrival", "[barrier]", ALL_BARRIERS) {
  for (const double timeout : support::huge) {
    TestType barrier(2);
    bool passed = false;
    Crew crew(1, [&] { passed = passes(barrier, timeout); });
    until_waiting(barrier, 1);
    barrier.wait(timeout);
    crew.join();
    CAPTURE(timeout);
    CHECK(passed);
  }
}

TEMPLATE_TEST_CASE("where a waiter times out while the last one arrives, all pass or none",
                   "[barrier][test_timeout][stress]", ALL_BARRIERS) {
  constexpr int threads = 3;
  const int rounds = scaled(6000);
  TestType barrier(threads);
  // Behind each round: a barrier that nobody gives up, where the threads compare their notes.
  thrum::Barrier notes(threads);
  std::vector<std::atomic<int>> passed(static_cast<std::size_t>(rounds));
  std::atomic<int> not_reset{0};
  Crew crew(threads, [&](int thread) {
    double patience = 0;
    for (int round = 0; round < rounds; ++round) {
      // The last one comes when the first has gone to sleep.
      if (thread == threads - 1) support::outlast(Clock::now(), 5e-5);
      const bool pass = passes(barrier, thread == 0 ? patience : thrum::forever);
      if (pass) passed[static_cast<std::size_t>(round)].fetch_add(1);
      // Always about as long as it takes the others to come: now the one, now the other.
      patience = pass ? patience * 0.97 : patience * 1.03 + 1e-7;
      notes.wait();
      if (thread == 0 && barrier.broken() != (passed[static_cast<std::size_t>(round)] == 0)) {
        not_reset.fetch_add(1);
      }
      if (thread == 0) barrier.reset();
      notes.wait();
    }
  });
  crew.join();
  int whole = 0;
  int broken = 0;
  for (const std::atomic<int>& round : passed) {
    whole += round == threads ? 1 : 0;
    broken += round == 0 ? 1 : 0;
  }
  CHECK(whole + broken == rounds);
  CHECK(not_reset == 0);
  CHECK(whole > 0);
  CHECK(broken > 0);
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
      if (passes(barrier, round % 2 == 0 ? thrum::forever : 1e-5)) {
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

// ------------------------------------------------------------------------------------------- action --

TEMPLATE_TEST_CASE("one thread runs the action before any is let go", "[barrier][test_action]",
                   ALL_BARRIERS) {
  int runs = 0;
  std::atomic<int> wrong{0};
  TestType barrier(parties, [&] { ++runs; });
  Crew(parties, [&] {
    for (int round = 1; round <= 10; ++round) {
      barrier.wait();
      if (runs != round) wrong.fetch_add(1);
      // Nobody may be in the next round's action while another still looks.
      barrier.wait();
      if (++round; runs != round) wrong.fetch_add(1);
    }
  }).join();
  CHECK(wrong == 0);
  CHECK(runs == 10);
}

TEMPLATE_TEST_CASE("a barrier's action and timeout go together", "[barrier][test_action]", ALL_BARRIERS) {
  int runs = 0;
  TestType barrier(
      2, [&] { ++runs; }, 0);
  CHECK_FALSE(passes(barrier));
  CHECK(runs == 0);
  barrier.reset();
  Crew crew(1, [&] { barrier.wait(1000); });
  until_waiting(barrier, 1);
  CHECK(barrier.wait() == 1);
  crew.join();
  CHECK(runs == 1);
}

TEMPLATE_TEST_CASE("the action finds the round full", "[barrier][test_action]", ALL_BARRIERS) {
  int waiting = -1;
  bool broken = true;
  const TestType* self = nullptr;
  TestType barrier(2, [&] {
    waiting = self->n_waiting();
    broken = self->broken();
  });
  self = &barrier;
  Crew(2, [&] { barrier.wait(); }).join();
  CHECK(waiting == 2);
  CHECK_FALSE(broken);
  CHECK(barrier.n_waiting() == 0);
}

TEMPLATE_TEST_CASE("an action that fails breaks the barrier", "[barrier][test_action]", ALL_BARRIERS) {
  bool fail = true;
  TestType barrier(3, [&] {
    if (fail) throw thrum::ValueError(THRUM_E_VALUE);
  });
  std::atomic<int> broken{0};
  Crew crew(2, [&] {
    if (!passes(barrier)) broken.fetch_add(1);
  });
  until_waiting(barrier, 2);
  bool failed = false;
  try {
    barrier.wait();
  } catch (const thrum::BrokenBarrierError&) {
    FAIL_CHECK("the thread that ran the action is told what happened");
  } catch (const thrum::Error&) {
    failed = true;
  }
  crew.join();
  CHECK(failed);
  CHECK(broken == 2);
  CHECK(barrier.broken());
  fail = false;
  barrier.reset();
  std::atomic<int> passed{0};
  Crew(3, [&] {
    if (passes(barrier)) passed.fetch_add(1);
  }).join();
  CHECK(passed == 3);
}

TEST_CASE("what the action throws leaves the wait that ran it", "[barrier]") {
  thrum::Barrier barrier(1, [] { throw std::out_of_range("of the action"); });
  CHECK_THROWS_AS(barrier.wait(), std::out_of_range);
  CHECK(barrier.broken());

  thrum_barrier raw{0};
  const auto fail = [](void* arg) { return ++*static_cast<int*>(arg); };
  int runs = 0;
  REQUIRE(thrum_barrier_create(&raw, 1, fail, &runs, THRUM_FOREVER) == THRUM_OK);
  int index = 7;
  CHECK(thrum_barrier_wait(raw, THRUM_FOREVER, &index) == THRUM_E_FAILED);
  CHECK(index == 7);
  CHECK(runs == 1);
  CHECK(thrum_barrier_wait(raw, THRUM_FOREVER, &index) == THRUM_E_BROKEN);
  CHECK(runs == 1);
  CHECK(thrum_barrier_destroy(raw) == THRUM_OK);
}

TEST_CASE("an action may be anything that can be called", "[barrier]") {
  struct MoveOnly {
    std::unique_ptr<int> runs = std::make_unique<int>(0);
    int* out;
    int operator()() { return *out = ++*runs; }
  };
  int runs = 0;
  MoveOnly action;
  action.out = &runs;
  thrum::Barrier barrier(1, std::move(action));
  barrier.wait();
  barrier.wait();
  CHECK(runs == 2);
  static int calls = 0;
  thrum::Barrier by_function(
      1, +[] { ++calls; });
  by_function.wait();
  CHECK(calls == 1);
}

TEMPLATE_TEST_CASE("a wait at a barrier from within its action is refused", "[barrier]", ALL_BARRIERS) {
  TestType* self = nullptr;
  thrum_status refused = THRUM_OK;
  TestType barrier(1, [&] { refused = raised<thrum::RuntimeError>([&] { self->wait(); }); });
  self = &barrier;
  CHECK(barrier.wait() == 0);
  CHECK(refused == THRUM_E_DEADLOCK);
  CHECK_FALSE(barrier.broken());
  CHECK(barrier.wait() == 0);
}

namespace {

/// A barrier with an action that waits to be told to go on, and one thread in it.
template <class Barrier>
struct Slow {
  explicit Slow(int count)
      : barrier(count, [this] {
          acting = true;
          eventually([this] { return may_end.load(); });
        }) {}

  void until_acting() const {
    eventually([this] { return acting.load(); });
  }

  std::atomic<bool> acting{false};
  std::atomic<bool> may_end{false};
  Barrier barrier;
};

}  // namespace

TEMPLATE_TEST_CASE("a waiter whose time is up while the action runs passes", "[barrier][test_timeout]",
                   ALL_BARRIERS) {
  // On a slow machine the time may be up before both have come: once more then, with more time.
  bool tried = false;
  for (double timeout = 0.01; !tried; timeout *= 2) {
    Slow<TestType> slow(2);
    std::atomic<int> passed{0};
    Crew crew(2, [&] {
      if (passes(slow.barrier, timeout)) passed.fetch_add(1);
    });
    eventually([&] { return slow.acting || slow.barrier.broken(); });
    tried = slow.acting;
    if (tried) {
      // And some time for the waiter to find that out.
      support::outlast(Clock::now(), timeout + 0.02);
      CHECK(slow.barrier.n_waiting() == 2);
      CHECK(crew.finished() == 0);
    }
    slow.may_end = true;
    crew.join();
    CHECK(passed == (tried ? 2 : 0));
    CHECK(slow.barrier.broken() != tried);
  }
}

TEMPLATE_TEST_CASE("who comes while the action runs is of the next round", "[barrier]", ALL_BARRIERS) {
  Slow<TestType> slow(2);
  std::atomic<int> passed{0};
  std::atomic<int> about_to_wait{0};
  Crew first(2, [&] {
    if (passes(slow.barrier)) passed.fetch_add(1);
  });
  slow.until_acting();
  Crew second(2, [&] {
    about_to_wait.fetch_add(1);
    if (passes(slow.barrier)) passed.fetch_add(1);
  });
  eventually([&] { return about_to_wait == 2; });
  for (int turn = 0; turn < 1000; ++turn) std::this_thread::yield();
  CHECK(slow.barrier.n_waiting() == 2);
  CHECK(passed == 0);
  slow.may_end = true;
  first.join();
  second.join();
  CHECK(passed == 4);
  CHECK(slow.barrier.n_waiting() == 0);
}

TEMPLATE_TEST_CASE("a reset while the action runs leaves that round alone", "[barrier][test_reset]",
                   ALL_BARRIERS) {
  Slow<TestType> slow(2);
  std::atomic<int> passed{0};
  Crew crew(2, [&] {
    if (passes(slow.barrier)) passed.fetch_add(1);
  });
  slow.until_acting();
  slow.barrier.reset();
  CHECK(slow.barrier.n_waiting() == 2);
  slow.may_end = true;
  crew.join();
  CHECK(passed == 2);
  CHECK_FALSE(slow.barrier.broken());
}

TEMPLATE_TEST_CASE("an abort while the action runs breaks that round too", "[barrier][test_abort]",
                   ALL_BARRIERS) {
  Slow<TestType> slow(2);
  std::atomic<int> broken{0};
  const bool reset = GENERATE(false, true);
  Crew crew(2, [&] {
    if (!passes(slow.barrier)) broken.fetch_add(1);
  });
  slow.until_acting();
  slow.barrier.abort();
  CHECK(slow.barrier.broken());
  CHECK_FALSE(passes(slow.barrier));
  CHECK(crew.finished() == 0);
  if (reset) slow.barrier.reset();
  slow.may_end = true;
  crew.join();
  CHECK(broken == 2);
  CHECK(slow.barrier.broken() != reset);
  slow.barrier.reset();
  std::atomic<int> passed{0};
  Crew(2, [&] {
    if (passes(slow.barrier)) passed.fetch_add(1);
  }).join();
  CHECK(passed == 2);
}

TEMPLATE_TEST_CASE("who comes while the action runs, and does not wait for its end, breaks the next round",
                   "[barrier][test_timeout]", ALL_BARRIERS) {
  Slow<TestType> slow(2);
  std::atomic<int> passed{0};
  Crew crew(2, [&] {
    if (passes(slow.barrier)) passed.fetch_add(1);
  });
  slow.until_acting();
  CHECK_FALSE(passes(slow.barrier, 0.001));
  CHECK(slow.barrier.broken());
  slow.may_end = true;
  crew.join();
  CHECK(passed == 2);
  CHECK(slow.barrier.broken());
}

TEMPLATE_TEST_CASE("a barrier made new while the action runs is left alone by its end", "[barrier]",
                   ALL_BARRIERS) {
  Slow<TestType> slow(1);
  bool passed = true;
  Crew crew(1, [&] { passed = passes(slow.barrier); });
  slow.until_acting();
  slow.barrier.reinit_after_fork();
  CHECK(slow.barrier.n_waiting() == 0);
  slow.may_end = true;
  crew.join();
  CHECK_FALSE(passed);
  CHECK_FALSE(slow.barrier.broken());
  CHECK(slow.barrier.wait() == 0);
}

TEMPLATE_TEST_CASE("an action hands on what the threads of its round have written", "[barrier][stress]",
                   ALL_BARRIERS) {
  constexpr int threads = 4;
  long sums[threads] = {};
  long total = 0;
  TestType barrier(threads, [&] { total = std::accumulate(std::begin(sums), std::end(sums), 0L); });
  const int rounds = scaled(2000);
  std::atomic<int> wrong{0};
  Crew(threads, [&](int thread) {
    for (int round = 1; round <= rounds; ++round) {
      sums[thread] += round;
      barrier.wait();
      if (total != static_cast<long>(threads) * round * (round + 1) / 2) wrong.fetch_add(1);
      barrier.wait();
    }
  }).join();
  CHECK(wrong == 0);
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
    barrier.wait(round % 2 == 0 ? thrum::forever : 1000);
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
