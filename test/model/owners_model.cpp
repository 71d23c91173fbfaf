// owners_model.cpp - an RLock whose owners are tasks, which go from thread to thread, and threads beside
// them.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/condition.hpp"
#include "thrum/rlock.hpp"
#include "thrum/thrum.h"

namespace {

using namespace model;

constexpr std::uint64_t kTask = 7;
constexpr std::uint64_t kOtherTask = 8;

/// A task acquires the lock in one thread and once more in the next, where it releases it twice; another
/// task's time may be up meanwhile.
struct Nested {
  thrum::RLock lock;
  Section section;
  Word moved;
  bool came = false;

  void work(unsigned thread) {
    if (thread == 0) {
      lock.acquire_as(kTask);
      section.enter();
      moved.store(1);
    } else if (thread == 1) {
      moved.await(1);
      THRUM_SIM_ASSERT(lock.acquire_as(kTask, 0));
      lock.release_as(kTask);
      THRUM_SIM_ASSERT(lock.locked());
      section.leave();
      lock.release_as(kTask);
    } else if (lock.acquire_as(kOtherTask, 1.0)) {
      came = true;
      section.enter();
      section.leave();
      lock.release_as(kOtherTask);
    }
  }
  void check() { THRUM_SIM_ASSERT(is_at_rest(lock) && section.times() == (came ? 2 : 1)); }
};

/// Two tasks and a thread, all of which acquire the lock twice; the time of all but the first may be up.
struct TimeOuts {
  thrum::RLock lock;
  Section section;
  Word timed_out;

  bool acquire(unsigned thread, double timeout) {
    return thread == 2 ? lock.acquire(timeout) : lock.acquire_as(kTask + thread, timeout);
  }
  void release(unsigned thread) { thread == 2 ? lock.release() : lock.release_as(kTask + thread); }
  void work(unsigned thread) {
    if (!acquire(thread, thread == 0 ? thrum::no_timeout : 1.0)) {
      timed_out.add(1);
      return;
    }
    section.enter();
    THRUM_SIM_ASSERT(acquire(thread, 0) && lock.is_owned() == (thread == 2));
    release(thread);
    THRUM_SIM_ASSERT(lock.locked());
    section.leave();
    release(thread);
  }
  void check() {
    THRUM_SIM_ASSERT(is_at_rest(lock) && !lock.is_owned());
    THRUM_SIM_ASSERT(static_cast<unsigned>(section.times()) + timed_out.plain() == 3);
  }
};

/// A task has the number that is the identifier of a thread, which is not taken for the task, nor the task
/// for it: neither may release what the other holds.
struct Namesake {
  thrum_rlock lock{};
  Section section;
  Word identifier;

  Namesake() { thrum_rlock_create(&lock); }
  void hold(thrum_status released_by_the_other) {
    section.enter();
    THRUM_SIM_ASSERT(released_by_the_other == THRUM_E_NOT_OWNER);
    section.leave();
  }
  void work(unsigned thread) {
    if (thread == 0) {
      identifier.store(thrum_get_ident());
      THRUM_SIM_ASSERT(thrum_rlock_acquire(lock, THRUM_FOREVER) == THRUM_OK);
      hold(thrum_rlock_release_as(lock, identifier.plain()));
      THRUM_SIM_ASSERT(thrum_rlock_release(lock) == THRUM_OK);
    } else {
      identifier.await(1);
      const std::uint64_t task = identifier.plain();
      THRUM_SIM_ASSERT(thrum_rlock_acquire_as(lock, task, THRUM_FOREVER) == THRUM_OK);
      hold(thrum_rlock_release(lock));
      THRUM_SIM_ASSERT(thrum_rlock_release_as(lock, task) == THRUM_OK);
    }
  }
  void check() { THRUM_SIM_ASSERT(thrum_rlock_destroy(lock) == THRUM_OK); }
};

/// A thread waits for a Condition with its RLock held twice; meanwhile a task acquires that in one thread and
/// releases it in another, which then notifies. The thread has its depth back, and is the owner again.
struct TaskBesideWait {
  thrum::RLock lock;
  thrum::Condition condition{lock};
  Section section;
  Word moved;
  bool told = false;

  void work(unsigned thread) {
    if (thread == 0) {
      lock.acquire();
      lock.acquire();
      section.enter();
      while (!told) {
        section.leave();
        THRUM_SIM_ASSERT(condition.wait());
        section.enter();
      }
      THRUM_SIM_ASSERT(lock.recursion_count() == 2);
      section.leave();
      lock.release();
      lock.release();
    } else if (thread == 1) {
      lock.acquire_as(kTask);
      section.enter();
      moved.store(1);
    } else {
      moved.await(1);
      section.leave();
      lock.release_as(kTask);
      lock.acquire();
      told = true;
      condition.notify();
      lock.release();
    }
  }
  void check() { THRUM_SIM_ASSERT(is_at_rest(lock) && queued_for(&condition) == 0); }
};

}  // namespace

TEST_CASE("Owners: a task that moves between threads, nested", "[rlock]") {
  explore<Nested>("RLock, 3 threads, a task that moves, nested, and a time-out", 3, {2, kAny, kAny});
}

TEST_CASE("Owners: two tasks and a thread, time-outs", "[rlock]") {
  explore<TimeOuts>("RLock, 3 threads, 2 tasks, time-outs", 3, {1, 2, 4});
}

TEST_CASE("Owners: a task with the number of a thread", "[rlock]") {
  explore<Namesake>("RLock, 2 threads, a task with the number of the other thread", 2, {kAny, kAny, kAny},
                    Misuse::expected);
}

TEST_CASE("Owners: a task beside a Condition's wait", "[rlock]") {
  explore<TaskBesideWait>("RLock, 3 threads, a task beside a Condition's wait", 3, {2, 4, 6});
}
