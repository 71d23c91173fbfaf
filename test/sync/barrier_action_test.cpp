// barrier_action_test.cpp - a barrier's action: who runs it, what its failure does, and what comes while it
// runs.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/barrier.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <utility>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "sync/barriers.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::passes;
using support::raised;
using support::scaled;
using support::until_waiting;

#define ALL_BARRIERS thrum::Barrier, handle::Barrier

namespace {

constexpr int parties = 5;

}  // namespace

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

TEMPLATE_TEST_CASE("the time of who comes while the action runs begins when that is over",
                   "[barrier][test_timeout]", ALL_BARRIERS) {
  Slow<TestType> slow(2);
  std::atomic<int> passed{0};
  std::atomic<int> broken{0};
  Crew crew(2, [&] {
    if (passes(slow.barrier)) passed.fetch_add(1);
  });
  slow.until_acting();
  std::atomic<bool> about_to_wait{false};
  Crew late(1, [&] {
    about_to_wait = true;
    if (!passes(slow.barrier, 0.001)) broken.fetch_add(1);
  });
  eventually([&] { return about_to_wait.load(); });
  support::outlast(Clock::now(), 0.02);
  CHECK_FALSE(slow.barrier.broken());
  CHECK(broken == 0);
  slow.may_end = true;
  crew.join();
  CHECK(passed == 2);
  // Nobody comes to its own round.
  late.join();
  CHECK(broken == 1);
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
