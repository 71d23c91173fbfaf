// core/sync/semaphore.hpp - a number of units that threads take and give back.
//
//   value  PARKED   meaning                                 who moves it where
//     0      0      no unit, nobody waits                   release: value; a wait: enters the queue and
//                                                           sets PARKED
//    > 0     0      units to be had                         acquire, release: value
//     0      1     no unit, threads are queued             release: value, and calls as many
//    > 0     1     units to be had, threads are queued,    acquire: value; release: value, and calls as
//                  as many of those that were the first    many; the last to leave: clears PARKED
//                  have been called, or a signal handler
//                  owes it to them (park/debts.hpp)
//
// PARKED is the lowest bit, the value 31 bits above it. PARKED changes, and releases happen while it is
// set, with the mutex of the word's bucket held; but for a release in a signal handler, which adds the units
// and leaves the rest. As with a lock, those who have waited for a
// millisecond are handed theirs.
#ifndef THRUM_CORE_SYNC_SEMAPHORE_HPP
#define THRUM_CORE_SYNC_SEMAPHORE_HPP

#include "core/park/lot.hpp"
#include "core/word/deadline.hpp"
#include "core/word/generation.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::semaphore {

inline constexpr std::uint64_t kParked = detail::semaphore_parked;
inline constexpr std::uint64_t kUnit = detail::semaphore_unit;

constexpr std::int64_t value_of(std::uint64_t word) noexcept {
  return static_cast<std::int64_t>(state_of(word) / kUnit);
}

thrum_status acquire_slowly(detail::Word& semaphore, Generation generation, double timeout) noexcept;
thrum_status release_slowly(detail::Word& semaphore, Generation generation, std::int64_t count,
                            std::int64_t bound) noexcept;
thrum_status reinitialise(detail::Word& semaphore, Generation generation, std::int64_t value) noexcept;

/// Whether `count` more units may be released to a semaphore of that value.
inline thrum_status check_release(std::int64_t value, std::int64_t count, std::int64_t bound) noexcept {
  if (count > THRUM_SEMAPHORE_MAX - value) return bound == INT64_MAX ? THRUM_E_OVERFLOW : THRUM_E_VALUE;
  return count > bound - value ? THRUM_E_VALUE : THRUM_OK;
}

inline thrum_status acquire(detail::Word& semaphore, Generation generation, double timeout) noexcept {
  std::uint64_t word = atomic::load_relaxed(semaphore);
  // acquire: pairs with the release in release.
  if (!compiler::tells_thread_sanitizer() && is_plain(timeout) && generation_of(word) == generation &&
      value_of(word) > 0 && atomic::change_acquire(semaphore, word, word - kUnit)) {
    return THRUM_OK;
  }
  return acquire_slowly(semaphore, generation, timeout);
}

inline thrum_status release(detail::Word& semaphore, Generation generation, std::int64_t count,
                            std::int64_t bound) noexcept {
  if (count < 1) return THRUM_E_VALUE;
  std::uint64_t word = atomic::load_relaxed(semaphore);
  // release: pairs with the acquire in acquire. [pair: parked] It fails where threads have come to be queued.
  if (!compiler::tells_thread_sanitizer() && generation_of(word) == generation && (word & kParked) == 0 &&
      check_release(value_of(word), count, bound) == THRUM_OK &&
      atomic::change_release(semaphore, word, word + static_cast<std::uint64_t>(count) * kUnit)) {
    return THRUM_OK;
  }
  return release_slowly(semaphore, generation, count, bound);
}

}  // namespace thrum::semaphore

#endif
