// kinds.hpp - what there is to wait for, all in one form: an object that is closed, which one thread opens
// and another waits for.
#ifndef THRUM_TEST_MODEL_KINDS_HPP
#define THRUM_TEST_MODEL_KINDS_HPP

#include "model/model.hpp"
#include "model/seat.hpp"
#include "thrum/barrier.hpp"
#include "thrum/condition.hpp"
#include "thrum/event.hpp"
#include "thrum/latch.hpp"
#include "thrum/lock.hpp"
#include "thrum/once.hpp"
#include "thrum/queue.hpp"
#include "thrum/rlock.hpp"
#include "thrum/rwlock.hpp"
#include "thrum/semaphore.hpp"

namespace model::kinds {

// Each has
//   prepare()      by the thread that opens it, before others wait
//   open()         by that thread: one who waits may go on
//   wait(timeout)  whether it has come by; to be called once it is prepared
//   rests(came)    that nothing of it is left, after one who waited came by or did not

class Lock {
 public:
  Lock() { lock_.acquire(); }
  void prepare() {}
  void open() { lock_.release(); }
  bool wait(double timeout = thrum::no_timeout) {
    if (!lock_.acquire(timeout)) return false;
    THRUM_SIM_ASSERT(lock_.locked());
    lock_.release();
    return true;
  }
  bool rests(bool /*came*/) const { return is_at_rest(lock_); }

 private:
  thrum::Lock lock_;
};

/// Held by a task, waited for by threads.
class Task {
 public:
  Task() { lock_.acquire_as(kTask); }
  void prepare() {}
  void open() { lock_.release_as(kTask); }
  bool wait(double timeout = thrum::no_timeout) {
    if (!lock_.acquire(timeout)) return false;
    THRUM_SIM_ASSERT(lock_.recursion_count() == 1);
    lock_.release();
    return true;
  }
  bool rests(bool /*came*/) const { return is_at_rest(lock_); }

 private:
  static constexpr std::uint64_t kTask = 7;
  thrum::RLock lock_;
};

class Semaphore {
 public:
  void prepare() {}
  void open() { semaphore_.release(); }
  bool wait(double timeout = thrum::no_timeout) { return semaphore_.acquire(timeout); }
  bool rests(bool came) const { return semaphore_.value() == (came ? 0 : 1) && queued_for(&semaphore_) == 0; }

 private:
  thrum::Semaphore semaphore_{0};
};

class Event {
 public:
  void prepare() {}
  void open() { event_.set(); }
  bool wait(double timeout = thrum::no_timeout) {
    const bool came = event_.wait(timeout);
    THRUM_SIM_ASSERT(!came || event_.is_set());
    return came;
  }
  bool rests(bool /*came*/) const { return event_.is_set() && queued_for(&event_) == 0; }

 private:
  thrum::Event event_;
};

class Latch {
 public:
  void prepare() {}
  void open() { latch_.count_down(); }
  bool wait(double timeout = thrum::no_timeout) {
    const bool came = latch_.wait(timeout);
    THRUM_SIM_ASSERT(!came || latch_.try_wait());
    return came;
  }
  bool rests(bool /*came*/) const { return is_at_rest(latch_); }

 private:
  thrum::Latch latch_{1};
};

/// Held to write, waited for to read.
class RWLock {
 public:
  void prepare() { lock_.acquire_write(); }
  void open() { lock_.release_write(); }
  bool wait(double timeout = thrum::no_timeout) {
    if (!lock_.acquire_read(timeout)) return false;
    THRUM_SIM_ASSERT(!lock_.write_locked());
    lock_.release_read();
    return true;
  }
  bool rests(bool /*came*/) const { return is_at_rest(lock_); }

 private:
  thrum::RWLock lock_;
};

/// With a Lock at that distance, in bytes: an offset in the page behind it.
template <std::size_t kLockOffset = kFirst>
class ConditionAt {
 public:
  void prepare() {}
  void open() {
    lock_.acquire();
    open_ = true;
    condition_.notify();
    lock_.release();
  }
  bool wait(double timeout = thrum::no_timeout) {
    lock_.acquire();
    while (!open_ && condition_.wait(timeout)) {
      // There is no other reason to be notified.
      THRUM_SIM_ASSERT(open_);
    }
    const bool came = open_;
    lock_.release();
    return came;
  }
  bool rests(bool /*came*/) const {
    return open_ && is_at_rest<thrum::Lock>(lock_) && queued_for(&condition_) == 0;
  }

 private:
  thrum::Condition condition_{lock_};
  Seat<thrum::Lock, kLockOffset> lock_;
  bool open_ = false;
};
/// In one queue with its lock.
using Condition = ConditionAt<>;

/// One that has no bound, so that it is a lock and a list, or else a ring.
template <int kBound>
class QueueOf {
 public:
  void prepare() {}
  void open() { queue_.put(1); }
  bool wait(double timeout = thrum::no_timeout) {
    const auto item = queue_.try_get(timeout);
    THRUM_SIM_ASSERT(!item || *item == 1);
    return item.has_value();
  }
  bool rests(bool came) const { return queue_.qsize() == (came ? 0U : 1U) && queued_for(&queue_) == 0; }

 private:
  thrum::Queue<int> queue_{kBound};
};
using Queue = QueueOf<0>;
using Ring = QueueOf<1>;

}  // namespace model::kinds

#endif
