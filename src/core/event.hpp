// core/event.hpp - a flag that threads wait for.
//
//   PARKED  SET   meaning                       who moves it where
//     0      0    clear                         set: SET; a wait: enters the queue and sets PARKED
//     1      0    clear, threads are queued     set: SET without PARKED, and wakes them all; the last
//                                               whose time is up: clears PARKED
//     0      1    set                           clear: clear
//
// PARKED changes with the mutex of the word's bucket held. A thread enters the queue before it looks a
// last time for a while: one that only looked would miss a set with a clear behind it.
#ifndef THRUM_CORE_EVENT_HPP
#define THRUM_CORE_EVENT_HPP

#include "core/deadline.hpp"
#include "core/generation.hpp"
#include "core/lot.hpp"

namespace thrum::event {

inline constexpr std::uint64_t kClear = 0;
inline constexpr std::uint64_t kSet = 1;
inline constexpr std::uint64_t kParked = 2;

thrum_status set_slowly(detail::Word& event, Generation generation) noexcept;
thrum_status clear_slowly(detail::Word& event, Generation generation) noexcept;
thrum_status wait_slowly(detail::Word& event, Generation generation, double timeout) noexcept;
thrum_status wait_until(detail::Word& event, Generation generation, Deadline deadline) noexcept;
thrum_status reinitialise(detail::Word& event, Generation generation) noexcept;

inline thrum_status set(detail::Word& event, Generation generation) noexcept {
  std::uint64_t word = make_word(generation, kClear);
  // release: pairs with the acquire in wait.
  if (atomic::change_release(event, word, make_word(generation, kSet))) return THRUM_OK;
  return set_slowly(event, generation);
}

inline thrum_status clear(detail::Word& event, Generation generation) noexcept {
  std::uint64_t word = make_word(generation, kSet);
  // acquire: who clears an event has seen what was done before it was set.
  if (atomic::change_acquire(event, word, make_word(generation, kClear))) return THRUM_OK;
  return clear_slowly(event, generation);
}

inline bool is_set(const detail::Word& event, Generation generation) noexcept {
  // acquire: pairs with the release in set.
  return atomic::load_acquire(event) == make_word(generation, kSet);
}

inline thrum_status wait(detail::Word& event, Generation generation, double timeout) noexcept {
  if (is_plain(timeout) && is_set(event, generation)) return THRUM_OK;
  return wait_slowly(event, generation, timeout);
}

}  // namespace thrum::event

#endif
