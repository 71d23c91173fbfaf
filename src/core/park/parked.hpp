// core/park/parked.hpp - the flag of an object's word that says that threads are queued for its address.
//
// It changes with the mutex of the address held. It may be set with nobody queued, as in the child of a fork,
// whose queues are empty; it is never clear with somebody queued.
#ifndef THRUM_CORE_PARK_PARKED_HPP
#define THRUM_CORE_PARK_PARKED_HPP

#include "core/park/lot.hpp"

namespace thrum::parked {

/// Sets the flag, as long as waits(word) says that there is a reason to wait. False: there is none, and
/// `word` is what it was then. Call with the bucket's mutex held, and enter the queue before it is let go.
/// [pair: end] An object that has ended, which takes the mutex too, is no reason to wait.
template <class Waits>
bool set(detail::Word& object, std::uint64_t flag, std::uint64_t& word, Waits waits) noexcept {
  // acquire: there may be no reason to wait any more, and what was done before that is seen.
  // [pair: parked] with whoever takes the reason away, by a change of the same word: that one comes before
  // this, which then looks again, or finds the flag and takes the mutex that is held here until the queue is
  // entered.
  word = atomic::load_acquire(object);
  do {
    if (!waits(word)) return false;
  } while ((word & flag) == 0 && !atomic::change_acquire(object, word, word | flag));
  return true;
}

/// Clears it: the queue is empty. Call with the bucket's mutex held.
inline void clear(detail::Word& object, std::uint64_t flag) noexcept {
  // relaxed: the flag is looked at with the mutex held where it counts.
  std::uint64_t word = atomic::load_relaxed(object);
  while ((word & flag) != 0 && !atomic::change_relaxed(object, word, word & ~flag)) {
  }
}

}  // namespace thrum::parked

#endif
