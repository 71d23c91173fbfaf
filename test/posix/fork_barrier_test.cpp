// fork_barrier_test.cpp - barriers, latches and calls that are made once, with a round or a call under way at
// a fork.
#include <unistd.h>

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <type_traits>

#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "thrum/thrum.hpp"

using support::child_require_clean;
using support::children_start_threads;
using support::Crew;
using support::Ending;
using support::eventually;
using support::NativeCrew;
using support::raised;
using support::run_forked;
using support::until_parked;

TEMPLATE_TEST_CASE("those who waited at a barrier before the fork are made to count no more in the child",
                   "[fork][barrier]", thrum::Barrier, handle::Barrier) {
  TestType barrier(3);
  std::atomic<int> passed{0};
  Crew waiters(2, [&] {
    barrier.wait();
    ++passed;
  });
  eventually([&] { return barrier.n_waiting() == 2; });
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(barrier.n_waiting() == 2);
    CHILD_REQUIRE(barrier.wait() == 2);
    CHILD_REQUIRE(barrier.n_waiting() == 0);
    barrier.abort();
    barrier.reinit_after_fork();
    CHILD_REQUIRE(barrier.n_waiting() == 0);
    CHILD_REQUIRE(!barrier.broken());
    if (children_start_threads) {
      NativeCrew crew(2, [&] { barrier.wait(); });
      barrier.wait();
      crew.join();
    }
    CHILD_REQUIRE(raised<thrum::BrokenBarrierError>([&] { barrier.wait(0.001); }) == THRUM_E_BROKEN);
  });
  CHECK(ending.how == "exit 0");
  CHECK(passed == 0);
  CHECK(barrier.wait() == 2);
  waiters.join();
  CHECK(passed == 2);
}

TEMPLATE_TEST_CASE("an action that forks ends in parent and child", "[fork][barrier]", thrum::Barrier,
                   handle::Barrier) {
  Ending ending;
  bool forked = false;
  bool is_child = false;
  TestType* self = nullptr;
  // In the child, in the record of the one that was in the round.
  thrum::Event event;
  bool woken_early = false;
  std::optional<NativeCrew> bystander;
  TestType barrier(2, [&] {
    if (forked) return;
    forked = true;
    // Not run_forked: the child goes on where the action does.
    const pid_t child = fork();
    is_child = child == 0;
    if (is_child) alarm(support::watchdog);
    if (!is_child) ending.how = support::detail::wait_for(child);
    if (!is_child || !children_start_threads) return;
    bystander.emplace(1, [&] {
      event.wait();
      woken_early = !event.is_set();
    });
    until_parked(event);
  });
  self = &barrier;
  std::atomic<int> passed{0};
  Crew waiter(1, [&] {
    barrier.wait();
    ++passed;
  });
  eventually([&] { return barrier.n_waiting() == 1; });
  const int index = self->wait();
  if (is_child) {
    CHILD_REQUIRE(index == 1);
    CHILD_REQUIRE(barrier.n_waiting() == 0);
    CHILD_REQUIRE(!barrier.broken());
    if (children_start_threads) {
      NativeCrew crew(1, [&] { barrier.wait(); });
      barrier.wait();
      crew.join();
      event.set();
      bystander->join();
      CHILD_REQUIRE(!woken_early);
    }
    support::leave_child(0);
  }
  CHECK(index == 1);
  waiter.join();
  CHECK(passed == 1);
  CHECK(ending.how == "exit 0");
}

TEMPLATE_TEST_CASE("a barrier whose action ran in a lost thread is made new in the child", "[fork][barrier]",
                   thrum::Barrier, handle::Barrier) {
  std::atomic<bool> acting{false};
  std::atomic<bool> may_end{false};
  TestType barrier(1, [&] {
    acting = true;
    eventually([&] { return may_end.load(); });
  });
  Crew actor(1, [&] { barrier.wait(); });
  eventually([&] { return acting.load(); });
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(raised<thrum::BrokenBarrierError>([&] { barrier.wait(0.001); }) == THRUM_E_BROKEN);
    barrier.reinit_after_fork();
    may_end = true;
    CHILD_REQUIRE(barrier.wait() == 0);
  });
  may_end = true;
  actor.join();
  CHECK(ending.how == "exit 0");
  CHECK_FALSE(barrier.broken());
}

TEMPLATE_TEST_CASE("a latch that was waited for before the fork works after it", "[fork][latch]",
                   thrum::Latch, handle::Latch) {
  TestType latch(3);
  std::atomic<int> entered{0};
  Crew waiters(2, [&](int index) {
    ++entered;
    index == 0 ? latch.wait() : latch.arrive_and_wait();
  });
  eventually([&] { return entered == 2 && latch.count() == 2; });
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(latch.count() == 2);
    CHILD_REQUIRE(!latch.wait(0.001));
    latch.reinit_after_fork();
    CHILD_REQUIRE(latch.count() == 2);
    latch.count_down();
    if (children_start_threads) {
      NativeCrew crew(2, [&] { latch.wait(); });
      latch.count_down();
      crew.join();
    } else {
      latch.count_down();
    }
    CHILD_REQUIRE(latch.wait(0));
  });
  CHECK(ending.how == "exit 0");
  CHECK(latch.count() == 2);
  latch.count_down(2);
  waiters.join();
}

TEMPLATE_TEST_CASE("a call that a lost thread was at has not been made in the child", "[fork][once]",
                   thrum::Once, handle::Once, handle::OnceFlag) {
  TestType once;
  std::atomic<bool> called{false};
  std::atomic<bool> may_end{false};
  Crew caller(3, [&] {
    once.call([&] {
      called = true;
      eventually([&] { return may_end.load(); });
    });
  });
  eventually([&] { return called.load(); });
  const Ending ending = run_forked([&] {
    int calls = 0;
    if constexpr (!std::is_same_v<TestType, handle::OnceFlag>) CHILD_REQUIRE(!once.done());
    CHILD_REQUIRE(once.call([&] { ++calls; }, 0));
    CHILD_REQUIRE(once.call([&] { ++calls; }));
    CHILD_REQUIRE(calls == 1);
    CHILD_REQUIRE(once.done());
  });
  CHECK(ending.how == "exit 0");
  if constexpr (std::is_same_v<TestType, handle::Once>) {
    const Ending destroyed = run_forked([&] { CHILD_REQUIRE(thrum_once_destroy(once.raw) == THRUM_OK); });
    CHECK(destroyed.how == "exit 0");
    CHECK(thrum_once_destroy(once.raw) == THRUM_E_BUSY);
  }
  may_end = true;
  caller.join();
  CHECK(once.done());
}

TEMPLATE_TEST_CASE("a call that forks goes on in parent and child", "[fork][once]", thrum::Once,
                   handle::Once) {
  TestType once;
  const auto child = [&] {
    CHILD_REQUIRE(!once.done());
    CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { once.call([] {}); }) == THRUM_E_DEADLOCK);
    if constexpr (std::is_same_v<TestType, handle::Once>) {
      CHILD_REQUIRE(thrum_once_destroy(once.raw) == THRUM_E_BUSY);
    }
    if (!children_start_threads) return;
    bool called = false;
    bool passed = true;
    NativeCrew(1, [&] { passed = once.call([&] { called = true; }, 0.001); }).join();
    CHILD_REQUIRE(!called);
    CHILD_REQUIRE(!passed);
  };
  Ending direct;
  Ending grandchild;
  int calls = 0;
  CHECK(once.call([&] {
    ++calls;
    direct = run_forked(child);
    grandchild = run_forked([&] { child_require_clean(run_forked(child)); });
  }));
  CHECK(direct.how == "exit 0");
  CHECK(grandchild.how == "exit 0");
  CHECK(once.call([&] { ++calls; }));
  CHECK(calls == 1);

  // The child whose thread ends the call has it done.
  TestType whole;
  Ending ending;
  bool is_child = false;
  whole.call([&] {
    const pid_t forked = fork();
    is_child = forked == 0;
    if (is_child) alarm(support::watchdog);
    if (!is_child) ending.how = support::detail::wait_for(forked);
  });
  if (is_child) {
    CHILD_REQUIRE(whole.done());
    CHILD_REQUIRE(whole.call([&] { ++calls; }));
    CHILD_REQUIRE(calls == 1);
    support::leave_child(0);
  }
  CHECK(ending.how == "exit 0");
  CHECK(whole.done());
}
