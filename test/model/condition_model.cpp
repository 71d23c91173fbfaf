// condition_model.cpp - Condition.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/condition.hpp"

namespace {

/// Whether the condition has nobody queued, and does not say so either.
bool is_at_rest(const thrum::Condition& condition) {
  return (model::state_of(condition) & 1) == 0 && model::queued_for(&condition) == 0;
}

/// All threads but the last wait until that one has opened the gate.
template <class Lock, unsigned kWaiters>
struct Gate {
  Lock lock;
  thrum::Condition condition{lock};
  model::Section section;
  bool open = false;

  void work(unsigned thread) {
    lock.acquire();
    section.enter();
    if (thread == kWaiters) {
      open = true;
      condition.notify_all();
    }
    while (!open) {
      section.leave();
      THRUM_SIM_ASSERT(condition.wait());
      section.enter();
    }
    section.leave();
    lock.release();
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(lock) && is_at_rest(condition)); }
};

/// One waits with a time-out and passes on a notification that it gets, the other waits for ever.
struct Baton {
  thrum::Lock lock;
  thrum::Condition condition{lock};
  bool open = false;

  void work(unsigned thread) {
    lock.acquire();
    if (thread == 0) {
      if (!open && condition.wait(1.0)) {
        THRUM_SIM_ASSERT(open);
        condition.notify();
      }
    } else if (thread == 1) {
      while (!open) condition.wait();
    } else {
      open = true;
      condition.notify();
    }
    lock.release();
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(lock) && is_at_rest(condition)); }
};

/// The times of both who wait may be up, and they are told what has come of that: no more are notified than
/// were to be, and no fewer where they had not been waiting for too long.
struct Notified {
  thrum::Lock lock;
  thrum::Condition condition{lock};
  unsigned waiting = 0;
  unsigned notified = 0;
  unsigned most = 0;  // that are to be

  void work(unsigned thread) {
    lock.acquire();
    if (thread < 2) {
      ++waiting;
      if (condition.wait(1.0)) ++notified;
      --waiting;
    } else {
      most = waiting != 0 ? 1 : 0;
      condition.notify(1);
    }
    lock.release();
  }
  void check() { THRUM_SIM_ASSERT(notified <= most && model::is_at_rest(lock) && is_at_rest(condition)); }
};

/// A notify chooses the one that has waited longest.
struct Order {
  thrum::Lock lock;
  thrum::Condition condition{lock};
  unsigned arrivals = 0;
  unsigned returns = 0;
  unsigned first = 0;

  /// Lets the others have the lock until that is so.
  template <class Predicate>
  void await(Predicate predicate) {
    while (!predicate()) {
      lock.release();
      thrum::platform::pause();
      lock.acquire();
    }
  }
  void work(unsigned thread) {
    lock.acquire();
    if (thread < 2) {
      if (arrivals++ == 0) first = thread;
      condition.wait();
      THRUM_SIM_ASSERT((returns++ == 0) == (thread == first));
    } else {
      await([this] { return arrivals == 2; });
      condition.notify();
      await([this] { return returns == 1; });
      condition.notify();
    }
    lock.release();
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(lock) && is_at_rest(condition)); }
};

/// An RLock is let go whole, and is as deep as before when the wait is over, which may be by a time-out.
struct Depth {
  thrum::Condition condition;
  model::Word waiting;
  bool told = false;

  void work(unsigned thread) {
    condition.acquire();
    if (thread == 0) {
      condition.acquire();
      if (!told) THRUM_SIM_ASSERT(!condition.wait(1.0) || told);
      condition.release();
      THRUM_SIM_ASSERT(condition.locked());
    } else {
      told = true;
      condition.notify();
    }
    condition.release();
  }
  void check() { THRUM_SIM_ASSERT(!condition.locked()); }
};

/// A third thread releases the Lock while the holder notifies.
struct ReleasedByAnother {
  thrum_lock lock{};
  thrum_condition condition{};
  model::Word notifying;
  bool open = false;

  ReleasedByAnother() {
    thrum_lock_create(&lock);
    thrum_condition_create_with_lock(&condition, lock);
  }
  void work(unsigned thread) {
    if (thread == 0) {
      thrum_lock_acquire(lock, THRUM_FOREVER);
      while (!open) THRUM_SIM_ASSERT(thrum_condition_wait(condition, THRUM_FOREVER) == THRUM_OK);
      thrum_lock_release(lock);
    } else if (thread == 1) {
      thrum_lock_acquire(lock, THRUM_FOREVER);
      open = true;
      notifying.store(1);
      const thrum_status status = thrum_condition_notify(condition, 1);
      if (status == THRUM_OK) return;
      // It has been released too early.
      THRUM_SIM_ASSERT(status == THRUM_E_NOT_HELD);
      thrum_lock_acquire(lock, THRUM_FOREVER);
      THRUM_SIM_ASSERT(thrum_condition_notify(condition, 1) == THRUM_OK);
      thrum_lock_release(lock);
    } else {
      notifying.await(1);
      thrum_lock_release(lock);
    }
  }
  void check() {
    // BUSY would tell of one who is left in a queue, and of a lock that is held.
    THRUM_SIM_ASSERT(thrum_condition_destroy(condition) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_lock_destroy(lock) == THRUM_OK);
  }
};

/// A third thread releases the Lock while the holder begins to wait, and a fourth notifies.
struct ReleasedBeforeWait {
  thrum_lock lock{};
  thrum_condition condition{};
  model::Word held;
  thrum_status waited = THRUM_OK;

  ReleasedBeforeWait() {
    thrum_lock_create(&lock);
    thrum_condition_create_with_lock(&condition, lock);
  }
  void work(unsigned thread) {
    if (thread == 0) {
      thrum_lock_acquire(lock, THRUM_FOREVER);
      held.store(1);
      waited = thrum_condition_wait(condition, 1.0);
      THRUM_SIM_ASSERT(waited == THRUM_OK || waited == THRUM_TIMEOUT || waited == THRUM_E_NOT_HELD);
      if (waited != THRUM_E_NOT_HELD) thrum_lock_release(lock);
    } else if (thread == 1) {
      held.await(1);
      thrum_lock_release(lock);
    } else {
      thrum_lock_acquire(lock, THRUM_FOREVER);
      thrum_condition_notify(condition, 1);
      thrum_lock_release(lock);
    }
  }
  void check() {
    THRUM_SIM_ASSERT(thrum_condition_destroy(condition) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_lock_destroy(lock) == THRUM_OK);
  }
};

}  // namespace

TEST_CASE("Condition: one waits, a Lock", "[condition]") {
  model::explore<Gate<thrum::Lock, 1>>("Condition, 2 threads, a Lock", 2,
                                       {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Condition: two wait, a Lock", "[condition]") {
  model::explore<Gate<thrum::Lock, 2>>("Condition, 3 threads, a Lock", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("Condition: two wait, an RLock", "[condition]") {
  model::explore<Gate<thrum::RLock, 2>>("Condition, 3 threads, an RLock", 3, {2, 3, model::kAny});
}

TEST_CASE("Condition: a notification is not lost to a time-out", "[condition]") {
  model::explore<Baton>("Condition, 3 threads, a notify against a time-out", 3, {2, 3, 5});
}

TEST_CASE("Condition: no more are notified than are to be", "[condition]") {
  model::explore<Notified>("Condition, 3 threads, a notify against two time-outs", 3, {1, 2, 4});
}

TEST_CASE("Condition: who waits longest is notified", "[condition]") {
  model::explore<Order>("Condition, 3 threads, the order of notifications", 3, {2, 3, 5});
}

TEST_CASE("Condition: an RLock is as deep as before", "[condition]") {
  model::explore<Depth>("Condition, 2 threads, an RLock held twice", 2,
                        {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Condition: a Lock released by another thread during a notify", "[condition]") {
  model::explore<ReleasedByAnother>("Condition, 3 threads, a Lock released during a notify", 3,
                                    {2, model::kAny, model::kAny}, model::Misuse::expected);
}

TEST_CASE("Condition: a Lock released by another thread before a wait", "[condition]") {
  model::explore<ReleasedBeforeWait>("Condition, 3 threads, a Lock released before a wait", 3, {2, 3, 5},
                                     model::Misuse::expected);
}
