// core/park/flag.hpp - the word of an event, a flag that threads wait for: setting and clearing it.
//
//   PARKED  SET   meaning                       who moves it where
//     0      0    clear                         set: SET; a wait: enters the queue and sets PARKED
//     1      0    clear, threads are queued     set: SET without PARKED, and wakes them all; the last
//                                               whose time is up: clears PARKED
//     0      1    set                           clear: clear
//     1      1    set by a signal handler,      whoever pays that, sets or clears: wakes them all, and
//                 which owes it to the threads  clears PARKED; so does the last whose time is up
//                 that are queued
//
// Above them the word counts how often it has been set. A thread that waits looks for a while before it
// enters the queue, and a count that has changed tells it of a set with a clear behind it; so every thread
// that waits at the moment of a set comes back. As long as nobody has ever looked the count is 0 and stays
// so, and set and clear know the word that they change.
//
// Waiting is sync/event.hpp's: it takes a thread's record, which has such words itself.
//
// PARKED changes with the mutex of the word's bucket held.
#ifndef THRUM_CORE_PARK_FLAG_HPP
#define THRUM_CORE_PARK_FLAG_HPP

#include "core/park/lot.hpp"
#include "core/word/generation.hpp"
#include "thrum/thrum.h"

namespace thrum::event {

inline constexpr std::uint64_t kClear = 0;
inline constexpr std::uint64_t kSet = 1;
inline constexpr std::uint64_t kParked = 2;
inline constexpr std::uint64_t kSetOnce = 4;  // one in the count
inline constexpr std::uint64_t kCount = UINT32_MAX & ~(kSetOnce - 1);

/// The word with the event set.
constexpr std::uint64_t with_set(std::uint64_t word) noexcept {
  if ((word & kSet) != 0 || (word & kCount) == 0) return word | kSet;
  // After the largest count comes the first: 0 is for those that are not counted.
  const std::uint64_t count = (word & kCount) == kCount ? kSetOnce : (word & kCount) + kSetOnce;
  return (word & ~kCount) | count | kSet;
}

/// Wakes all who wait for an event that is set.
void settle(detail::Word& event, lot::Bucket& bucket, lot::WakeList& awake) noexcept;

thrum_status set_slowly(detail::Word& event, Generation generation) noexcept;
thrum_status clear_slowly(detail::Word& event, Generation generation) noexcept;
thrum_status reinitialise(detail::Word& event, Generation generation) noexcept;

inline thrum_status set(detail::Word& event, Generation generation) noexcept {
  std::uint64_t word = make_word(generation, kClear);
  // release: pairs with the acquire in wait. [pair: parked] It fails where threads are queued.
  if (!compiler::tells_thread_sanitizer() &&
      atomic::change_release(event, word, make_word(generation, kSet))) {
    return THRUM_OK;
  }
  return set_slowly(event, generation);
}

inline thrum_status clear(detail::Word& event, Generation generation) noexcept {
  std::uint64_t word = make_word(generation, kSet);
  // acquire: who clears an event has seen what was done before it was set.
  if (!compiler::tells_thread_sanitizer() &&
      atomic::change_acquire(event, word, make_word(generation, kClear))) {
    return THRUM_OK;
  }
  return clear_slowly(event, generation);
}

inline bool is_set(const detail::Word& event, Generation generation) noexcept {
  // acquire: pairs with the release in set.
  return (atomic::load_acquire(event) & ~(kCount | kParked)) == make_word(generation, kSet);
}

}  // namespace thrum::event

#endif
