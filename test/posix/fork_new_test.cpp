// fork_new_test.cpp - the child of a fork is as new: its main thread, its barriers and timers, and what was
// shut down before.
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <ctime>

#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.hpp"

using support::child_require_clean;
using support::children_start_threads;
using support::Crew;
using support::Ending;
using support::eventually;
using support::run_forked;

namespace {

void do_nothing(void* /*unused*/) {}

/// Of the processor's time.
double seconds_of(clockid_t clock) {
  timespec time{};
  if (clock_gettime(clock, &time) != 0) support::leave_child(2);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

TEST_CASE("the main thread of a child that a daemon has forked is none", "[fork][daemon]") {
  Ending ending;
  bool in_parent = false;
  thrum::ThreadOptions options;
  options.daemon = true;
  thrum::Thread daemon(options, [&] {
    ending = run_forked([] {
      CHILD_REQUIRE(!thrum::main_thread().daemon());
      CHILD_REQUIRE(!thrum::current_thread().daemon());
      // What it makes is none either.
      CHILD_REQUIRE(!thrum::Thread([] {}).daemon());
      CHILD_REQUIRE(!thrum::Timer(0, [] {}).daemon());
    });
    in_parent = thrum::current_thread().daemon();
  });
  daemon.start();
  daemon.join();
  CHECK(ending.how == "exit 0");
  CHECK(in_parent);
  // The same of a thread that thrum has not started.
  Ending foreign;
  Crew(1, [&] {
    static_cast<void>(thrum::current_thread());
    foreign = run_forked([] {
      CHILD_REQUIRE(!thrum::main_thread().daemon());
      CHILD_REQUIRE(!thrum::Thread([] {}).daemon());
    });
  }).join();
  CHECK(foreign.how == "exit 0");
}

TEST_CASE("the thread that waits for timers sleeps in the child, too", "[timer][fork]") {
  if (!children_start_threads) SKIP("a child that may not start threads has no timers");
  // In the parent it is asleep.
  thrum::Timer pending(1000, [] {});
  pending.start();
  for (int round = 0; round < 3; ++round) {
    const Ending ending = run_forked([] {
      const double before = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
      std::atomic<bool> fired{false};
      thrum::Timer timer(0.3, [&] { fired = true; });
      timer.start();
      // Another that did not sleep would have got about as much of the processors as this one.
      const double own = seconds_of(CLOCK_THREAD_CPUTIME_ID);
      while (!fired) {
      }
      const double turned = seconds_of(CLOCK_THREAD_CPUTIME_ID) - own;
      CHILD_REQUIRE(seconds_of(CLOCK_PROCESS_CPUTIME_ID) - before < 1.5 * turned);
      CHILD_REQUIRE(timer.join());
    });
    CHECK(ending.how == "exit 0");
  }
  pending.cancel();
}

TEMPLATE_TEST_CASE("a barrier that is made new in the child has nobody at it", "[fork][barrier]",
                   thrum::Barrier, handle::Barrier) {
  TestType barrier(3);
  Crew waiters(2, [&] { barrier.wait(); });
  eventually([&] { return barrier.n_waiting() == 2; });
  const Ending ending = run_forked([&] {
    barrier.reinit_after_fork();
    CHILD_REQUIRE(barrier.n_waiting() == 0 && !barrier.broken());
    if (!children_start_threads) return;
    // It takes three.
    support::NativeCrew two(2, [&] { barrier.wait(); });
    eventually([&] { return barrier.n_waiting() == 2; });
    CHILD_REQUIRE(barrier.wait() == 2);
    two.join();
  });
  CHECK(ending.how == "exit 0");
  CHECK(barrier.wait() == 2);
}

TEST_CASE("futures can be had in the child, whoever was making one", "[future][fork][stress]") {
  thrum_pool closed{0};
  REQUIRE(thrum_pool_create(&closed, 1, nullptr) == THRUM_OK);
  REQUIRE(thrum_pool_shutdown(closed, 1, 0) == THRUM_OK);
  std::atomic<bool> over{false};
  std::atomic<int> others{0};
  // Each call takes a future and gives it back.
  Crew crew(3, [&] {
    thrum_future future{0};
    while (!over) {
      if (thrum_pool_submit(closed, do_nothing, nullptr, &future) != THRUM_E_SHUTDOWN) others.fetch_add(1);
    }
  });
  int clean = 0;
  const int forks = support::scaled(200);
  for (int i = 0; i < forks; ++i) {
    const Ending ending = run_forked([&] {
      thrum_future future{0};
      for (int call = 0; call < 10; ++call) {
        CHILD_REQUIRE(thrum_pool_submit(closed, do_nothing, nullptr, &future) == THRUM_E_SHUTDOWN);
      }
    });
    if (ending.how != "exit 0") break;
    ++clean;
  }
  over = true;
  crew.join();
  CHECK(clean == forks);
  CHECK(others == 0);
  CHECK(thrum_pool_destroy(closed) == THRUM_OK);
}

TEST_CASE("a child forked after the shutdown can do everything", "[fork][shutdown][pool]") {
  const Ending ending = run_forked([] {
    thrum::ThreadPool pool(2);
    if (children_start_threads) CHILD_REQUIRE(pool.submit([] { return 1; }).result() == 1);
    thrum::shutdown();
    child_require_clean(run_forked([&] {
      support::use_everything();
      CHILD_REQUIRE(thrum_register_atexit(do_nothing, nullptr) == THRUM_OK);
      if (!children_start_threads) return;
      CHILD_REQUIRE(pool.submit([] { return 2; }).result() == 2);
      thrum::ThreadPool another(2);
      CHILD_REQUIRE(another.submit([] { return 3; }).result() == 3);
      thrum::Timer timer(0, [] {});
      timer.start();
      CHILD_REQUIRE(timer.join());
      // And is shut down in turn.
      thrum::shutdown();
    }));
  });
  CHECK(ending.how == "exit 0");
}
