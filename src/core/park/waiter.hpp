// core/park/waiter.hpp - a thread that waits, and its place in the queue of an address.
//
// A waiter is in one of four states, which the address in its place tells:
//
//   state    address          meaning                        moved on by
//   away     0                in no queue                    its thread: queued
//   queued   the object's     in the queue of that address   a waker: called, or handed; its thread, out of
//                                                            time: away
//   called   the object's, 1  woken to look again, and not   its thread: away, or queued again in front
//            more             back yet
//   handed   0                has been given what it waits   its thread, with the wake-up that is to come:
//                             for, or told what becomes of   away
//                             that
//
// A called waiter stands in a second queue, that of the next address, which no object has. So whoever holds
// the mutex of the address sees that a thread is still on its way: the object cannot be destroyed, and who
// releases it again need wake nobody.
//
// Who waits for several addresses at once has a place for each, and a claim. A waker that takes one of the
// places out has to claim the waiter, before others who have found it by another place:
//
//   claim     meaning                                     moved on by
//   0         it waits at its own place alone             its thread: open
//   open      in several queues, nobody has come for it   who takes a place out: that place; its thread, out
//                                                         of time: its own place
//   a place   whoever took that one out has it            its thread, which takes the others out: 0
#ifndef THRUM_CORE_PARK_WAITER_HPP
#define THRUM_CORE_PARK_WAITER_HPP

#include "core/park/parker.hpp"
#include "thrum/thrum.h"

namespace thrum {

struct Waiter;

namespace lot {
class Bucket;
class WakeList;
}  // namespace lot

namespace debts {
/// Wakes whom a word says that it owes a wake-up, see debts.hpp. Call with the bucket's mutex held and
/// somebody queued who has this settle.
using Settle = void (*)(detail::Word& word, lot::Bucket& bucket, lot::WakeList& awake) noexcept;
}  // namespace debts

/// What a waiter is told by the one that wakes it.
enum class Verdict : std::uint8_t {
  look_again,   ///< what it waits for may be had; others may be faster
  handed_over,  ///< it has been given what it waited for
};

/// What a waiter waits for, for those who look on.
enum class Kind : std::uint8_t {
  none,
  lock,
  condition,
  event,
  semaphore,
  barrier,
  latch,
  once,
  rwlock,
  queue,
  future
};

/// A place in the queue of one address. Changes with the mutex of that address held.
struct Place {
  detail::Word address;      // that of the queue; 0: in none
  Waiter* waiter = nullptr;  // whose place it is
  Place* next = nullptr;
  Place* previous = nullptr;
  debts::Settle settle = nullptr;  // null: nobody can owe it a wake-up
  detail::Word kind;               // what the address is of: a Kind

  // Of the first in a queue alone.
  Place* last = nullptr;
  std::size_t count = 0;        // of those in the queue
  Place* next_queue = nullptr;  // the first of another one with an address of the same hash
  Place* previous_queue = nullptr;
  std::uint64_t served = 0;  // when one of the queue last had its turn before all who come by; 0: never
};

/// Part of a thread's record. Its fields, but for the parker, are guarded by the mutex of the address that it
/// is queued for, and belong to the waker from then until the wake-up.
struct Waiter {
  Waiter() noexcept { own.waiter = this; }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  Place own;
  Waiter* next = nullptr;  // in a WakeList
  Verdict verdict = Verdict::look_again;
  thrum_status status = THRUM_OK;  // what the call of one comes to that need not look again
  bool reads = false;              // at a read-write lock: what it waits for
  std::uint32_t in_vain = 0;       // waits in a row that have outlasted the look before the sleep
  std::uint64_t item = 0;          // what a waiter at a queue has to put, or is handed with the verdict
  detail::Word claim;

  /// An age that is served at the next release, whenever others have been.
  static constexpr std::uint64_t kAtOnce = 1;

  // Times on the platform's clock.
  detail::Word since;     // about when it fell asleep; 0: it has not yet in this wait
  std::uint64_t age = 0;  // since when it waits for the lock or the unit that it is queued for; 0: not told

  Parker parker;
};

}  // namespace thrum

#endif
