// fork_event_test.cpp - events, semaphores and conditions that were waited for at a fork, and their handles.
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>

#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/queue_handles.hpp"
#include "thrum/thrum.hpp"

using support::children_start_threads;
using support::Crew;
using support::Ending;
using support::eventually;
using support::NativeCrew;
using support::run_forked;
using support::until_parked;

TEST_CASE("those who waited for a semaphore before the fork take nothing after it", "[fork][semaphore]") {
  thrum::Semaphore semaphore(0);
  Crew waiters(3, [&] { semaphore.acquire(); });
  until_parked(semaphore);
  const Ending ending = run_forked([&] {
    semaphore.release();
    CHILD_REQUIRE(semaphore.value() == 1);
    CHILD_REQUIRE(semaphore.acquire(0));
    CHILD_REQUIRE(!semaphore.acquire(0));
    semaphore.reinit_after_fork(2);
    CHILD_REQUIRE(semaphore.value() == 2);
    CHILD_REQUIRE(semaphore.acquire(0) && semaphore.acquire(0) && !semaphore.acquire(0.001));
    if (!children_start_threads) return;
    NativeCrew crew(2, [&] { semaphore.acquire(); });
    semaphore.release(2);
    crew.join();
    CHILD_REQUIRE(semaphore.value() == 0);
  });
  semaphore.release(3);
  waiters.join();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("an event that was waited for before the fork works after it", "[fork][event]") {
  thrum::Event event;
  Crew waiters(3, [&] { event.wait(); });
  until_parked(event);
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(!event.wait(0));
    event.set();
    CHILD_REQUIRE(event.wait(0));
    event.reinit_after_fork();
    CHILD_REQUIRE(event.is_set());
    event.clear();
    CHILD_REQUIRE(!event.wait(0.001));
    if (!children_start_threads) return;
    NativeCrew crew(2, [&] { event.wait(); });
    event.set();
    crew.join();
  });
  event.set();
  waiters.join();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("those who waited on a condition before the fork swallow no notify after it", "[fork][condition]") {
  thrum::Condition condition;
  int waiting = 0;
  bool over = false;
  Crew waiters(3, [&] {
    condition.acquire();
    ++waiting;
    condition.wait_for([&over] { return over; });
    condition.release();
  });
  // Who has counted itself has let go of the lock since, and does that by waiting alone.
  bool all_wait = false;
  while (!all_wait) {
    condition.acquire();
    all_wait = waiting == 3;
    if (!all_wait) condition.release();
  }
  const Ending ending = run_forked([&] {
    if (children_start_threads) {
      bool notified = false;
      thrum::Event entered;
      thrum::Thread thread([&] {
        condition.acquire();
        entered.set();
        notified = condition.wait();
        condition.release();
      });
      thread.start();
      condition.release();
      entered.wait();
      condition.acquire();
      condition.notify(1);
      condition.release();
      CHILD_REQUIRE(thread.join());
      CHILD_REQUIRE(notified);
      condition.acquire();
    }
    condition.notify_all();
    CHILD_REQUIRE(!condition.wait(0.001));
    condition.release();
  });
  over = true;
  condition.notify_all();
  condition.release();
  waiters.join();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("a condition whose lock a lost thread holds is made new in the child", "[fork][condition]") {
  thrum::Condition condition;
  handle::Condition by_handle;
  Crew(1, [&] {
    condition.acquire();
    by_handle.acquire();
  }).join();
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(!condition.acquire(0));
    CHILD_REQUIRE(!by_handle.acquire(0));
    condition.reinit_after_fork();
    by_handle.reinit_after_fork();
    CHILD_REQUIRE(condition.acquire(0));
    CHILD_REQUIRE(by_handle.acquire(0));
    condition.notify_all();
    by_handle.notify_all();
    CHILD_REQUIRE(!condition.wait(0.001));
    CHILD_REQUIRE(!by_handle.wait(0.001));
    condition.release();
    by_handle.release();
    CHILD_REQUIRE(thrum_condition_destroy(by_handle.raw) == THRUM_OK);
  });
  CHECK(ending.how == "exit 0");
  CHECK(by_handle.locked());
}

TEST_CASE("handles that lost threads waited on are destroyed in the child", "[fork]") {
  handle::Event event;
  handle::Semaphore semaphore(0);
  handle::Condition condition;
  handle::Barrier barrier(2);
  handle::Latch latch(1);
  handle::RWLock rwlock;
  rwlock.acquire_write();
  handle::Queue ring(1);
  handle::LifoQueue lifo(1);
  std::atomic<int> entered{0};
  Crew waiters(8, [&](int index) {
    ++entered;
    if (index == 6) static_cast<void>(ring.get());
    if (index == 7) static_cast<void>(lifo.get());
    if (index == 0) event.wait();
    if (index == 1) semaphore.acquire();
    if (index == 3) barrier.wait();
    if (index == 4) latch.wait();
    if (index == 5) {
      rwlock.acquire_read();
      rwlock.release_read();
    }
    if (index == 2) {
      condition.acquire();
      condition.wait_for([&] { return event.is_set(); });
      condition.release();
    }
  });
  eventually([&] { return entered == 8; });
  const Ending ending = run_forked([&] {
    rwlock.release_write();
    CHILD_REQUIRE(thrum_barrier_destroy(barrier.raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_latch_destroy(latch.raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_rwlock_destroy(rwlock.raw) == THRUM_OK);
    condition.reinit_after_fork();
    ring.reinit_after_fork();
    lifo.reinit_after_fork();
    CHILD_REQUIRE(thrum_queue_destroy(ring.raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_queue_destroy(lifo.raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_event_destroy(event.raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_semaphore_destroy(semaphore.raw) == THRUM_OK);
    CHILD_REQUIRE(thrum_condition_destroy(condition.raw) == THRUM_OK);
  });
  event.set();
  semaphore.release();
  barrier.wait();
  latch.count_down();
  rwlock.release_write();
  ring.put(1);
  lifo.put(1);
  condition.acquire();
  condition.notify_all();
  condition.release();
  waiters.join();
  CHECK(ending.how == "exit 0");
}
