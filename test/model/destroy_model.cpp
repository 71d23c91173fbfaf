// destroy_model.cpp - objects behind handles that cannot be destroyed before a thread has come back that was
// woken to look again: nobody who slept when the object was let go is told that its handle is stale.
#include <catch2/catch_test_macros.hpp>

#include "model/handle_kinds.hpp"
#include "model/model.hpp"

namespace {

using namespace model;
using handles::explore_letting_go;
using handles::LetGo;

/// A first call by a Once fails while others wait for its end, and who made it destroys the Once. One of
/// those who slept makes the call anew.
template <unsigned kWaiters>
struct FailedCall {
  handles::Once once{kWaiters};
  handles::Sleepers<kWaiters> sleepers;
  Word running;
  thrum_status answers[kWaiters] = {};
  thrum_status destroyed = THRUM_OK;

  static int fail(void* self) {
    static_cast<FailedCall*>(self)->running.store(1);
    static_cast<FailedCall*>(self)->sleepers.look();
    return -1;
  }
  void work(unsigned thread) {
    if (thread == kWaiters) {
      THRUM_SIM_ASSERT(once.call(fail, this, THRUM_FOREVER) == THRUM_E_FAILED);
      destroyed = once.destroy();
    } else {
      running.await(1);
      sleepers.enter(thread);
      answers[thread] = once.wait(THRUM_FOREVER);
    }
  }
  void check() {
    THRUM_SIM_ASSERT(destroyed == THRUM_OK || destroyed == THRUM_E_BUSY);
    THRUM_SIM_ASSERT(once.destroy() == (destroyed == THRUM_OK ? THRUM_E_HANDLE : THRUM_OK));
    for (unsigned i = 0; i != kWaiters; ++i) {
      THRUM_SIM_ASSERT(answers[i] == THRUM_OK || (answers[i] == THRUM_E_HANDLE && !sleepers.had(i)));
    }
  }
};

/// A waiter that a notify has moved to the queue of the Lock is woken by the release, behind which the Lock
/// is destroyed: it has waited for the Lock, too.
struct LockOfNotified {
  thrum_lock lock{};
  thrum_condition condition{};
  bool waiting = false;
  bool told = false;
  bool destroyed = false;

  LockOfNotified() {
    thrum_lock_create(&lock);
    thrum_condition_create_with_lock(&condition, lock);
  }
  void work(unsigned thread) {
    THRUM_SIM_ASSERT(thrum_lock_acquire(lock, THRUM_FOREVER) == THRUM_OK);
    if (thread == 0) {
      waiting = true;
      if (!told) THRUM_SIM_ASSERT(thrum_condition_wait(condition, THRUM_FOREVER) == THRUM_OK);
      THRUM_SIM_ASSERT(thrum_lock_release(lock) == THRUM_OK);
      return;
    }
    const bool there = waiting;
    told = true;
    THRUM_SIM_ASSERT(thrum_condition_notify(condition, 1) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_lock_release(lock) == THRUM_OK);
    if (!there) return;
    const thrum_status status = thrum_lock_destroy(lock);
    THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_E_BUSY);
    destroyed = status == THRUM_OK;
  }
  void check() {
    THRUM_SIM_ASSERT(thrum_condition_destroy(condition) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_lock_destroy(lock) == (destroyed ? THRUM_E_HANDLE : THRUM_OK));
  }
};

}  // namespace

TEST_CASE("Destroy: a Lock that is released", "[handles]") {
  explore_letting_go<LetGo<handles::Lock, 1>>("destroying a Lock, 2 threads", 2, {kAny, kAny, kAny});
}

TEST_CASE("Destroy: a Lock that is released to two, a time-out", "[handles]") {
  explore_letting_go<LetGo<handles::Lock, 2, true>>("destroying a Lock, 3 threads", 3, {2, 3, 5});
}

TEST_CASE("Destroy: an RLock that a task releases", "[handles]") {
  explore_letting_go<LetGo<handles::Task, 1>>("destroying an RLock, 2 threads", 2, {kAny, kAny, kAny});
}

TEST_CASE("Destroy: a Semaphore that is released", "[handles]") {
  explore_letting_go<LetGo<handles::Semaphore, 1>>("destroying a Semaphore, 2 threads", 2,
                                                   {kAny, kAny, kAny});
}

TEST_CASE("Destroy: a Semaphore that is released twice at once, a time-out", "[handles]") {
  explore_letting_go<LetGo<handles::Semaphore, 2, true>>("destroying a Semaphore, 3 threads", 3, {2, 3, 5});
}

TEST_CASE("Destroy: a Once whose call fails", "[handles]") {
  explore_letting_go<FailedCall<1>>("destroying a Once, 2 threads", 2, {kAny, kAny, kAny});
}

TEST_CASE("Destroy: a Once whose call fails before two", "[handles]") {
  explore_letting_go<FailedCall<2>>("destroying a Once, 3 threads", 3, {2, 3, 5});
}

TEST_CASE("Destroy: a Queue that gets two items", "[handles]") {
  explore_letting_go<LetGo<handles::QueueOf<0>, 2>>("destroying a Queue, 3 threads", 3, {2, 2, 4});
}

TEST_CASE("Destroy: a Condition with its lock, notified", "[handles]") {
  explore_letting_go<LetGo<handles::Condition, 1>>("destroying a Condition and its lock, 2 threads", 2,
                                                   {kAny, kAny, kAny});
}

TEST_CASE("Destroy: the Lock of a Condition, notified", "[handles]") {
  explore_letting_go<LockOfNotified>("destroying a Condition's Lock, 2 threads", 2, {kAny, kAny, kAny});
}
