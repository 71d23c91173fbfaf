// locks.hpp - the rows of a lock, all of them.
#ifndef THRUM_BENCH_PEERS_LOCKS_HPP
#define THRUM_BENCH_PEERS_LOCKS_HPP

#include "rows/condition.hpp"
#include "rows/growth_objects.hpp"
#include "rows/growth_wakeups.hpp"
#include "rows/lock.hpp"

namespace bench {

template <class Lock>
void add_lock(const Peer& peer) {
  add_lock_rows<Lock>(peer);
  add_lock_growth<Lock>(peer);
  add_lock_release_growth<Lock>(peer);
  add_object_growth<Lock>(peer);
}

/// A lock of the kind that C++'s own is.
template <class Mutex>
class alignas(cache_line) Lockable {
 public:
  void acquire() { mutex_.lock(); }
  void release() { mutex_.unlock(); }

 private:
  Mutex mutex_;
};

/// The same of a read-write lock.
template <class Mutex>
class alignas(cache_line) SharedLockable {
 public:
  void read() {
    mutex_.lock_shared();
    clobber();
    mutex_.unlock_shared();
  }
  void write() {
    mutex_.lock();
    clobber();
    mutex_.unlock();
  }

 private:
  Mutex mutex_;
};

/// A lock with two conditions of that kind. They ask for the lock in the form of a Held, which adopts it.
template <class Mutex, class Condition, class Held, class Adopt>
class alignas(cache_line) Conditions {
 public:
  void acquire() { mutex_.lock(); }
  void release() { mutex_.unlock(); }
  void wait(Side side) {
    with_held(side, [](Condition& condition, Held& held) { condition.wait(held); });
  }
  void notify(Side side = lead) { conditions_[side].notify_one(); }
  void notify_all(Side side) { conditions_[side].notify_all(); }

 protected:
  template <class Action>
  void with_held(Side side, Action action) {
    Held held(mutex_, Adopt());
    action(conditions_[side], held);
    held.release();
  }

 private:
  Mutex mutex_;
  Condition conditions_[2];
};

}  // namespace bench

#endif
