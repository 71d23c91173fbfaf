// core/park/lot.hpp - the parking lot: where every thread waits that waits in thrum.
//
// A fixed table finds the queue of an address that threads wait on. An object needs no queue of its own, only
// a bit that says "somebody is queued for my address", so that its fast path need not look here. The queue of
// an address is first in, first out, and to enter and to leave it takes as long with ten thousand waiters as
// with one: each address has a chain of its own, and the chains that share a place of the table are few.
//
// The table is cut into stripes with one mutex each. There are few enough mutexes to hold them all at once
// during a fork (ThreadSanitizer allows 64 a thread).
//
// The rules of waiting:
//   1. A thread enters the queue of its address with the stripe's mutex held, after it has checked that
//      there still is a reason to wait and has set the object's bit (parked.hpp).
//   2. Who takes it out of the queue, with the mutex held, must wake it afterwards, once, without the mutex.
//   3. A thread whose time is up takes itself out; where another has done that already, it waits for the
//      wake-up that must come.
//   4. The object is not touched after the step that lets a waiter go: its memory may be gone by then. One
//      that is called to look again keeps it, as it will touch it itself, until it has come back.
#ifndef THRUM_CORE_PARK_LOT_HPP
#define THRUM_CORE_PARK_LOT_HPP

#include "core/park/chain.hpp"
#include "core/park/waiter.hpp"
#include "core/word/participant.hpp"
#include "core/word/spin.hpp"

namespace thrum::lot {

struct Stripe;

// A claim that is no place, see waiter.hpp.
inline constexpr std::uint64_t kAlone = 0;
inline constexpr std::uint64_t kOpen = 1;

/// The queue of one address, with its stripe's mutex held as long as this lives or until unlock().
class Bucket {
 public:
  explicit Bucket(const void* address) noexcept;
  Bucket(const Bucket&) = delete;
  Bucket& operator=(const Bucket&) = delete;
  ~Bucket() { unlock(); }

  void unlock() noexcept;

  /// Puts the waiter at the end.
  void push(Waiter& waiter, Kind kind = Kind::none, debts::Settle settle = nullptr) noexcept {
    push(waiter.own, waiter, kind, settle);
  }
  /// The same with one of several places.
  void push(Place& place, Waiter& waiter, Kind kind, debts::Settle settle) noexcept;
  /// Puts the waiter at the front if it was called, and came too late; else at the end.
  void push_again(Waiter& waiter, bool called, Kind kind, debts::Settle settle = nullptr) noexcept;

  /// Takes out the one that waits longest for the address, or null. It is to be woken, and need not look
  /// again.
  Waiter* pop() noexcept;
  /// Takes it out to be woken to look again: it is on its way back until it says so. Or null.
  Waiter* call() noexcept;
  /// The same for one that was in the queue of another address, and is to look at this one.
  void call(Waiter& waiter) noexcept;
  /// How many have been called and are not back yet.
  std::size_t called() const noexcept;
  /// A waiter that was called is back.
  void back(Waiter& waiter) noexcept;

  /// The longest waiting one, or null; it stays in the queue.
  Waiter* first() const noexcept;
  /// What can owe it a wake-up; null: nothing, or there is no such waiter.
  debts::Settle settled_by() const noexcept;
  /// How many wait for the address, and whether anybody does.
  std::size_t waiting() const noexcept;
  bool occupied() const noexcept { return first() != nullptr; }
  /// Whether anybody waits for it or is on the way back.
  bool in_use() const noexcept { return occupied() || called() != 0; }
  /// How many of the first, at most so many, are to be served now before all who come by. None for a while
  /// once some have been; so call it to serve them.
  std::size_t due(std::size_t most) noexcept;
  /// Takes the waiter out, if it waits for this address.
  bool remove(Waiter& waiter) noexcept { return remove(waiter.own); }
  bool remove(Place& place) noexcept;

  /// For tests: how many waiters pop and call have looked at.
  std::size_t looked_at() const noexcept { return looked_at_; }

 private:
  friend class BucketPair;
  friend void settle_all() noexcept;
  Bucket(const void* address, Stripe* stripe) noexcept;

  std::uint64_t address_;
  Stripe* stripe_;  // null: unlocked
  Chain& chain_;
  std::size_t looked_at_ = 0;
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
  /// Takes all that wait for the bucket's address, who will not look at the object again.
  void push_all(Bucket& bucket, Verdict verdict = Verdict::handed_over) noexcept;
  /// Calls all that wait for it to look again.
  void call_all(Bucket& bucket) noexcept;
  /// The first of the chain, for wake_chain in its stead.
  Waiter* first() const noexcept { return first_; }
  /// Call with no mutex held.
  void wake_all() noexcept;

 private:
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
};

/// Wakes a waiter that has been taken out of its queue. Call with no mutex held.
void wake(Waiter& waiter, Verdict verdict) noexcept;
/// Wakes the chain of waiters that a WakeList was.
void wake_chain(Waiter* first, Verdict verdict) noexcept;

/// For how long to look before the waiter sleeps: the budget, but for one that has slept in the end each of
/// the last times, which looks only now and then. Who looks with success sets the waiter's in_vain to 0.
Spin::Budget patience(Waiter& self, Spin::Budget budget) noexcept;

/// Waits until somebody has woken the waiter, which is the calling thread's and has been queued; false if
/// the deadline passed first: the waiter may then still be queued. Looks for so long before it sleeps.
bool wait(Waiter& self, Deadline deadline, Spin::Budget budget = Spin::kSignal) noexcept;

/// A waiter that was called is back, and does not look at the object under its mutex.
void come_back(Waiter& self) noexcept;

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

/// How long after one that is due the next one of the same queue is served so, in nanoseconds. Each time
/// costs a switch to a thread that sleeps: where hundreds of threads want one lock all are soon due, and if
/// each were served in its turn they would take twenty times as long.
inline constexpr std::uint64_t kServedAfter = 250000;

/// Whether one who is queued has waited so long that it is to be served before all who come by.
bool is_due(const Waiter& waiter) noexcept;

/// What a thread waits for, and since when, as far as it can be told without a mutex; address 0: nothing.
struct Look {
  const void* address;
  std::uint64_t since;  // on the platform's clock; 0: it has not fallen asleep yet
  Kind kind;
  bool called;  // it has been woken and is on its way back
};
Look look(const Waiter& waiter) noexcept;

/// Does what is left to be done for the word, if a thread waits for it who has this settle. See debts.hpp.
void settle(detail::Word& word, debts::Settle how) noexcept;
/// The same for all that wait for anything.
void settle_all() noexcept;

/// Around a fork it holds every mutex; in the child it forgets all waiters, who are gone.
extern const fork::Participant participant;

}  // namespace thrum::lot

#endif
