// core/park/lot.hpp - the parking lot: where every thread waits that waits in thrum.
//
// A fixed table of queues, found by the address that a thread waits on. An object needs no queue of its
// own, only a bit that says "somebody is queued for my address", so that its fast path need not look here.
// The queue of an address is first in, first out.
//
// The table is cut into stripes of several queues with one mutex each. There are few enough mutexes to
// hold them all at once during a fork (ThreadSanitizer allows 64 a thread), and enough queues for a
// thousand waiting threads to meet in few of them.
//
// The rules of waiting:
//   1. A thread enters the queue of its address with the stripe's mutex held, after it has checked that
//      there still is a reason to wait and has set the object's bit.
//   2. Who takes it out of the queue, with the mutex held, must wake it afterwards, once, without the mutex.
//   3. A thread whose time is up takes itself out; where another has done that already, it waits for the
//      wake-up that must come.
//   4. The object is not touched after the step that lets a waiter go: its memory may be gone by then.
#ifndef THRUM_CORE_PARK_LOT_HPP
#define THRUM_CORE_PARK_LOT_HPP

#include "core/park/parker.hpp"
#include "core/word/participant.hpp"
#include "core/word/spin.hpp"

namespace thrum {

/// What a waiter is told by the one that wakes it.
enum class Verdict {
  look_again,   ///< what it waits for may be had; others may be faster
  handed_over,  ///< it has been given what it waited for
};

/// A thread in a queue; part of the thread's record. Its fields, but for the parker, are guarded by the
/// mutex of the stripe that it is queued in, and belong to the waker from then until the wake-up.
struct Waiter {
  detail::Word address;  // that it waits on; 0: in no queue. Changed with that stripe's mutex held
  Waiter* next = nullptr;
  Waiter* previous = nullptr;
  Verdict verdict = Verdict::look_again;
  bool reads = false;      // at a read-write lock: what it waits for
  std::uint64_t item = 0;  // what a waiter at a queue has to put, or is handed with the verdict
  Parker parker;
};

namespace lot {

struct Queue {
  Waiter* first = nullptr;
  Waiter* last = nullptr;
};

struct Stripe;

/// The queue of one address, with its stripe's mutex held as long as this lives or until unlock().
class Bucket {
 public:
  explicit Bucket(const void* address) noexcept;
  Bucket(const Bucket&) = delete;
  Bucket& operator=(const Bucket&) = delete;
  ~Bucket() { unlock(); }

  void unlock() noexcept;

  /// Puts the waiter at the end.
  void push(Waiter& waiter) noexcept;
  /// Takes out the one that waits longest for the address, or null.
  Waiter* pop() noexcept;
  /// The longest waiting one, or null; it stays in the queue.
  Waiter* first() const noexcept;
  /// Whether anybody waits for the address.
  bool occupied() const noexcept;
  /// Takes the waiter out, if it waits for this address.
  bool remove(Waiter& waiter) noexcept;

  /// Whether it is time to hand over to the longest waiting thread, even if others would be faster. True
  /// about once a millisecond, so that nobody waits for ever and most go fast.
  bool time_to_be_fair() noexcept;

 private:
  friend class BucketPair;
  Bucket(const void* address, Stripe* stripe) noexcept;

  std::uint64_t address_;
  Stripe* stripe_;  // null: unlocked
  Queue* queue_;
};

/// The queues of two addresses, with the mutexes of both held.
class BucketPair {
 public:
  BucketPair(const void* first, const void* second) noexcept;
  BucketPair(const BucketPair&) = delete;
  BucketPair& operator=(const BucketPair&) = delete;
  ~BucketPair() { unlock(); }

  void unlock() noexcept;

  Bucket& first() noexcept { return first_; }
  Bucket& second() noexcept { return second_; }

 private:
  Bucket first_;
  Bucket second_;
};

/// Waiters that have been taken out of their queues and are to be woken, in that order.
class WakeList {
 public:
  void push(Waiter& waiter, Verdict verdict) noexcept;
  /// Takes all that wait for the bucket's address.
  void push_all(Bucket& bucket, Verdict verdict) noexcept;
  /// The first of the chain, for wake_chain in its stead.
  Waiter* first() const noexcept { return list_.first; }
  /// Call with no mutex held.
  void wake_all() noexcept;

 private:
  Queue list_;
};

/// Wakes a waiter that has been taken out of its queue. Call with no mutex held.
void wake(Waiter& waiter, Verdict verdict) noexcept;
/// Wakes the chain of waiters that a WakeList was.
void wake_chain(Waiter* first, Verdict verdict) noexcept;

/// Waits until somebody has woken the waiter, which is the calling thread's and has been queued; false if
/// the deadline passed first: the waiter may then still be queued. Looks for so long before it sleeps.
bool wait(Waiter& self, Deadline deadline, Spin::Budget budget = Spin::kSignal) noexcept;

/// For a thread whose time is up: takes it out of the queue of `address`, and calls forget() with the
/// mutex held if it was the last one there. False: it had been taken out already and has now been woken.
template <class Forget>
bool leave(Waiter& self, const void* address, Forget forget) noexcept {
  Bucket bucket(address);
  if (bucket.remove(self)) {
    if (!bucket.occupied()) forget();
    return true;
  }
  bucket.unlock();
  wait(self, kNever);
  return false;
}

/// Around a fork it holds every mutex; in the child it forgets all waiters, who are gone.
extern const fork::Participant participant;

}  // namespace lot
}  // namespace thrum

#endif
