// core/sync/lock.hpp - the lock that is a word. Lock is one; RLock is made around one.
//
//   PARKED  HELD   meaning                                  who moves it where
//     0      0     free                                     anybody: HELD
//     0      1     held                                     a release: free; a thread about to park: PARKED
//     1      1     held, threads are queued                 a release: calls the first and clears HELD, or
//                                                           hands it over; clears PARKED with the last
//     1      0     free, threads are queued, one that was   anybody: HELD; the last to leave: clears PARKED
//                  the first has been called
//
// A release calls the first in the queue to look again, and lets whoever comes by have the lock meanwhile;
// each later one calls the next. One that comes back too late waits at the front. Once the first has waited
// for a millisecond the lock is handed over to it, so nobody waits for ever; but not within a quarter of one
// after another has been served so, as hundreds that wait would soon all be due.
//
// PARKED changes with the mutex of the word's bucket held (park/parked.hpp).
#ifndef THRUM_CORE_SYNC_LOCK_HPP
#define THRUM_CORE_SYNC_LOCK_HPP

#include "core/park/lot.hpp"
#include "core/word/deadline.hpp"
#include "core/word/generation.hpp"

namespace thrum::lock {

inline constexpr std::uint64_t kFree = 0;
inline constexpr std::uint64_t kHeld = 1;
inline constexpr std::uint64_t kParked = 2;

/// Acquires a lock that was not found free.
thrum_status acquire_slowly(detail::Word& lock, Generation generation, double timeout) noexcept;

/// Acquires the lock, however long that takes, for a thread that has been called from its queue.
thrum_status acquire_called(detail::Word& lock, Generation generation, Waiter& self) noexcept;

/// The same for one that comes anew, and has begun to wait as this waiter: it does not pass the gate
/// (self/runtime.hpp), so it may hold what the user's hooks would wait for.
thrum_status acquire_as(detail::Word& lock, Generation generation, Waiter& self) noexcept;
/// The same for one that has not begun, sleeps at once, without another look, and is handed the lock by the
/// next release, before all who are queued: there is one such thread at a time.
thrum_status acquire_first(detail::Word& lock, Generation generation, Waiter& self) noexcept;

/// Releases a lock that was not found held with nobody parked.
thrum_status release_slowly(detail::Word& lock, Generation generation) noexcept;

/// Makes the lock as new.
thrum_status reinitialise(detail::Word& lock, Generation generation) noexcept;

inline bool try_acquire(detail::Word& lock, Generation generation) noexcept {
  std::uint64_t word = make_word(generation, kFree);
  // acquire: pairs with the release in release and release_slowly.
  return atomic::change_acquire(lock, word, make_word(generation, kHeld));
}

inline thrum_status acquire(detail::Word& lock, Generation generation, double timeout) noexcept {
  if (!compiler::tells_thread_sanitizer() && is_plain(timeout) && try_acquire(lock, generation))
    return THRUM_OK;
  return acquire_slowly(lock, generation, timeout);
}

inline thrum_status release(detail::Word& lock, Generation generation) noexcept {
  std::uint64_t word = make_word(generation, kHeld);
  // release: pairs with the acquire in acquire. [pair: parked] It fails where threads are queued.
  if (!compiler::tells_thread_sanitizer() && atomic::change_release(lock, word, make_word(generation, kFree)))
    return THRUM_OK;
  return release_slowly(lock, generation);
}

}  // namespace thrum::lock

#endif
