// ending_model.cpp - objects behind handles that end as soon as those who wait for them are let go, and while
// others notify or wait: who was let go is told so, whether or not the object is still there.
#include <catch2/catch_test_macros.hpp>

#include "model/handle_kinds.hpp"
#include "model/model.hpp"

namespace {

using namespace model;
using handles::explore_letting_go;
using handles::LetGo;

bool is_one_of(thrum_status status, thrum_status first, thrum_status second) {
  return status == first || status == second;
}

/// One waits, one notifies, and one destroys the Condition, which fails while anybody waits for it. The Lock
/// stays.
struct WaitNotifyDestroy {
  thrum_lock lock{};
  thrum_condition condition{};
  bool told = false;
  bool waited = false;
  thrum_status destroyed = THRUM_OK;

  WaitNotifyDestroy() {
    thrum_lock_create(&lock);
    thrum_condition_create_with_lock(&condition, lock);
  }
  void wait() {
    // Who is let in to the queue comes out of it by the notify.
    const thrum_status status = thrum_condition_wait(condition, THRUM_FOREVER);
    THRUM_SIM_ASSERT(status == (told ? THRUM_OK : THRUM_E_HANDLE));
    waited = status == THRUM_OK;
  }
  void work(unsigned thread) {
    if (thread == 2) {
      destroyed = thrum_condition_destroy(condition);
      THRUM_SIM_ASSERT(is_one_of(destroyed, THRUM_OK, THRUM_E_BUSY));
      return;
    }
    THRUM_SIM_ASSERT(thrum_lock_acquire(lock, THRUM_FOREVER) == THRUM_OK);
    if (thread == 0) {
      if (!told) wait();
    } else {
      told = true;
      THRUM_SIM_ASSERT(is_one_of(thrum_condition_notify(condition, 1), THRUM_OK, THRUM_E_HANDLE));
    }
    THRUM_SIM_ASSERT(thrum_lock_release(lock) == THRUM_OK);
  }
  void check() {
    THRUM_SIM_ASSERT(destroyed == THRUM_OK || waited);
    THRUM_SIM_ASSERT(thrum_condition_destroy(condition) ==
                     (destroyed == THRUM_OK ? THRUM_E_HANDLE : THRUM_OK));
    THRUM_SIM_ASSERT(thrum_lock_destroy(lock) == THRUM_OK);
  }
};

/// Who notifies destroys the Condition as soon as it has let the Lock go, which the waiter, whose time may be
/// up, still has to get.
struct NotifyThenDestroy {
  thrum_lock lock{};
  thrum_condition condition{};
  bool waiting = false;
  bool told = false;
  bool destroyed = false;

  NotifyThenDestroy() {
    thrum_lock_create(&lock);
    thrum_condition_create_with_lock(&condition, lock);
  }
  void work(unsigned thread) {
    THRUM_SIM_ASSERT(thrum_lock_acquire(lock, THRUM_FOREVER) == THRUM_OK);
    if (thread == 0) {
      waiting = true;
      const thrum_status status = told ? THRUM_OK : thrum_condition_wait(condition, 1.0);
      THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_TIMEOUT));
      THRUM_SIM_ASSERT(thrum_lock_release(lock) == THRUM_OK);
      return;
    }
    const bool there = waiting;
    told = true;
    THRUM_SIM_ASSERT(thrum_condition_notify(condition, 1) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_lock_release(lock) == THRUM_OK);
    if (!there) return;
    const thrum_status status = thrum_condition_destroy(condition);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_BUSY));
    destroyed = status == THRUM_OK;
  }
  void check() {
    THRUM_SIM_ASSERT(thrum_condition_destroy(condition) == (destroyed ? THRUM_E_HANDLE : THRUM_OK));
    THRUM_SIM_ASSERT(thrum_lock_destroy(lock) == THRUM_OK);
  }
};

/// One waits, one sets, and one destroys the Event, which fails while anybody waits for it. Who waits is set
/// free, or has come too late.
struct WaitSetDestroy {
  thrum_event event{};
  thrum_status waited = THRUM_OK;
  thrum_status set = THRUM_OK;
  thrum_status destroyed = THRUM_OK;

  WaitSetDestroy() { thrum_event_create(&event); }
  void work(unsigned thread) {
    if (thread == 0) waited = thrum_event_wait(event, THRUM_FOREVER);
    if (thread == 1) set = thrum_event_set(event);
    if (thread == 2) destroyed = thrum_event_destroy(event);
  }
  void check() {
    THRUM_SIM_ASSERT(is_one_of(destroyed, THRUM_OK, THRUM_E_BUSY));
    THRUM_SIM_ASSERT(waited == THRUM_OK || (waited == THRUM_E_HANDLE && destroyed == THRUM_OK));
    THRUM_SIM_ASSERT(set == THRUM_OK || (set == THRUM_E_HANDLE && waited == THRUM_E_HANDLE));
    THRUM_SIM_ASSERT(thrum_event_destroy(event) == (destroyed == THRUM_OK ? THRUM_E_HANDLE : THRUM_OK));
  }
};

}  // namespace

TEST_CASE("Ending: an Event that is set", "[handles]") {
  explore_letting_go<LetGo<handles::Event, 1>>("ending an Event, 2 threads", 2, {kAny, kAny, kAny});
}

TEST_CASE("Ending: an Event that is set for two, a time-out", "[handles]") {
  explore_letting_go<LetGo<handles::Event, 2, true>>("ending an Event, 3 threads", 3, {2, 3, 5});
}

TEST_CASE("Ending: a Latch that is counted down", "[handles]") {
  explore_letting_go<LetGo<handles::Latch, 2>>("ending a Latch, 3 threads", 3, {2, 3, 5});
}

TEST_CASE("Ending: an RWLock that is let go by a writer", "[handles]") {
  explore_letting_go<LetGo<handles::Readers, 2>>("ending an RWLock for readers, 3 threads", 3, {2, 3, 5});
}

TEST_CASE("Ending: an RWLock that is let go by a reader, a time-out", "[handles]") {
  explore_letting_go<LetGo<handles::Writers, 2, true>>("ending an RWLock for writers, 3 threads", 3,
                                                       {2, 3, 5});
}

TEST_CASE("Ending: a Barrier that is passed", "[handles]") {
  explore_letting_go<LetGo<handles::Barrier, 2>>("ending a Barrier, 3 threads", 3, {2, 3, 5});
}

TEST_CASE("Ending: a Queue that gets an item", "[handles]") {
  explore_letting_go<LetGo<handles::QueueOf<0>, 1>>("ending a Queue, 2 threads", 2, {2, 3, 5});
}

TEST_CASE("Ending: a Queue with a bound that gets an item", "[handles]") {
  explore_letting_go<LetGo<handles::QueueOf<1>, 1>>("ending a Queue with a bound, 2 threads", 2, {2, 3, 5});
}

TEST_CASE("Ending: a Condition that is notified", "[handles]") {
  explore_letting_go<NotifyThenDestroy>("ending a Condition, 2 threads", 2, {kAny, kAny, kAny});
}

TEST_CASE("Ending: a Condition against wait and notify", "[handles]") {
  explore_letting_go<WaitNotifyDestroy>("a Condition's wait, notify and end, 3 threads", 3, {2, 4, kAny});
}

TEST_CASE("Ending: an Event against wait and set", "[handles]") {
  explore_letting_go<WaitSetDestroy>("an Event's wait, set and end, 3 threads", 3, {kAny, kAny, kAny});
}
