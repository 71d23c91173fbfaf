// conditions_model.cpp - Conditions that share: two on one lock, two with two locks crosswise in the parking
// lot, and one on a lock that others hold and release meanwhile.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "model/seat.hpp"
#include "thrum/condition.hpp"

namespace {

using namespace model;

bool rests(const thrum::Condition& condition) { return queued_for(&condition) == 0; }

/// Room for one item, with a Condition for who waits for room and one for who waits for an item. All three
/// are in one queue of the lot. One puts two items, two take one each; a single notify for each will do.
template <class Lock>
struct Buffer {
  Seat<Lock> lock;
  Seat<thrum::Condition> not_full{lock};
  Seat<thrum::Condition> not_empty{lock};
  int items = 0;

  void put() {
    lock.acquire();
    while (items == 1) THRUM_SIM_ASSERT(not_full.wait());
    ++items;
    not_empty.notify();
    lock.release();
  }
  void take() {
    lock.acquire();
    while (items == 0) THRUM_SIM_ASSERT(not_empty.wait());
    --items;
    not_full.notify();
    lock.release();
  }
  void work(unsigned thread) {
    if (thread != 0) return take();
    put();
    put();
  }
  void check() {
    THRUM_SIM_ASSERT(items == 0 && is_at_rest<Lock>(lock) && rests(not_full) && rests(not_empty));
  }
};

/// Two wait for a Condition each, on one Lock, with time-outs; one of the two is told. The other's time must
/// come.
struct OneTold {
  Seat<thrum::Lock> lock;
  Seat<thrum::Condition> left{lock};
  Seat<thrum::Condition> right{lock};
  bool told = false;

  void work(unsigned thread) {
    lock.acquire();
    if (thread == 0) {
      const bool notified = left.wait(1.0);
      THRUM_SIM_ASSERT(!notified || told);
    } else if (thread == 1) {
      THRUM_SIM_ASSERT(!right.wait(1.0));
    } else {
      told = true;
      left.notify_all();
    }
    lock.release();
  }
  void check() { THRUM_SIM_ASSERT(is_at_rest<thrum::Lock>(lock) && rests(left) && rests(right)); }
};

/// Two wait for a Condition each, on one Lock; who notifies one notifies the other with the Lock still held,
/// and both go on.
struct BothTold {
  Seat<thrum::Lock> lock;
  Seat<thrum::Condition> left{lock};
  Seat<thrum::Condition> right{lock};
  Section section;
  bool told = false;

  void work(unsigned thread) {
    lock.acquire();
    if (thread == 2) {
      told = true;
      left.notify();
      right.notify();
    } else {
      thrum::Condition& own = thread == 0 ? static_cast<thrum::Condition&>(left) : right;
      while (!told) THRUM_SIM_ASSERT(own.wait());
    }
    section.enter();
    section.leave();
    lock.release();
  }
  void check() {
    THRUM_SIM_ASSERT(section.times() == 3 && is_at_rest<thrum::Lock>(lock));
    THRUM_SIM_ASSERT(rests(left) && rests(right));
  }
};

/// Each of two Conditions lies in the stripe of the other one's Lock: who notifies one and who notifies the
/// other want the same two mutexes, and name them in opposite orders.
struct Crosswise {
  struct Side {
    thrum::Lock& lock;
    thrum::Condition& condition;
    bool told = false;

    void wait() {
      lock.acquire();
      while (!told) THRUM_SIM_ASSERT(condition.wait());
      lock.release();
    }
    void tell() {
      lock.acquire();
      told = true;
      condition.notify();
      lock.release();
    }
    bool both_rest() const { return is_at_rest(lock) && rests(condition); }
  };
  Seat<thrum::Lock, kFirst> first_lock;
  Seat<thrum::Condition, kOtherStripe> first_condition{first_lock};
  Seat<thrum::Lock, kOtherStripe> second_lock;
  Seat<thrum::Condition, kFirst> second_condition{second_lock};
  Side first{first_lock, first_condition};
  Side second{second_lock, second_condition};

  void work(unsigned thread) {
    if (thread == 0) first.wait();
    if (thread == 1) second.wait();
    if (thread == 2) first.tell();
    if (thread == 3) second.tell();
  }
  void check() { THRUM_SIM_ASSERT(first.both_rest() && second.both_rest()); }
};

/// One waits with a time-out, one notifies, and one acquires and releases the Lock, in whose queue the first
/// may stand by the one or the other. Each has the Lock alone, and nobody stays in a queue.
struct NotifyTimeoutRelease {
  thrum::Lock lock;
  thrum::Condition condition{lock};
  Section section;
  bool waiting = false;
  bool told = false;
  bool notified = false;

  void work(unsigned thread) {
    lock.acquire();
    section.enter();
    if (thread == 0 && !told) {
      waiting = true;
      section.leave();
      notified = condition.wait(1.0);
      section.enter();
      waiting = false;
      THRUM_SIM_ASSERT(!notified || told);
    } else if (thread == 1) {
      told = true;
      condition.notify();
    }
    section.leave();
    lock.release();
  }
  void check() { THRUM_SIM_ASSERT(!waiting && is_at_rest(lock) && rests(condition)); }
};

/// Two are notified at once, of whom one's time may be up: the other goes on in any case, and each has the
/// Lock alone.
struct TwoNotified {
  thrum::Lock lock;
  thrum::Condition condition{lock};
  Section section;
  bool told = false;

  void work(unsigned thread) {
    lock.acquire();
    if (thread == 0) {
      if (!told) static_cast<void>(condition.wait(1.0));
    } else if (thread == 1) {
      while (!told) THRUM_SIM_ASSERT(condition.wait());
    } else {
      told = true;
      condition.notify(2);
    }
    section.enter();
    section.leave();
    lock.release();
  }
  void check() { THRUM_SIM_ASSERT(section.times() == 3 && is_at_rest(lock) && rests(condition)); }
};

}  // namespace

TEST_CASE("Conditions: two on one Lock", "[condition]") {
  explore<Buffer<thrum::Lock>>("2 Conditions, 3 threads, a Lock", 3, {1, 2, 3});
}

TEST_CASE("Conditions: two on one RLock", "[condition]") {
  explore<Buffer<thrum::RLock>>("2 Conditions, 3 threads, an RLock", 3, {1, 2, 3});
}

TEST_CASE("Conditions: one of two on a Lock is notified", "[condition]") {
  explore<OneTold>("2 Conditions, 3 threads, a notify against time-outs", 3, {1, 2, 4});
}

TEST_CASE("Conditions: both of two on a Lock are notified", "[condition]") {
  explore<BothTold>("2 Conditions, 3 threads, two notifies", 3, {1, 2, 4});
}

TEST_CASE("Conditions: two with a Lock each, crosswise", "[condition]") {
  explore<Crosswise>("2 Conditions, 4 threads, 2 Locks in each other's stripes", 4, {1, 2, 3});
}

TEST_CASE("Conditions: a notify, a time-out and a release", "[condition]") {
  explore<NotifyTimeoutRelease>("Condition, 3 threads, a notify, a time-out, a release", 3, {2, 3, 5});
}

TEST_CASE("Conditions: two notified at once, one in time", "[condition]") {
  explore<TwoNotified>("Condition, 3 threads, two notified, a time-out", 3, {1, 2, 4});
}
