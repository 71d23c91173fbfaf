// core/sync/latch.hpp - a number that counts down, and threads that wait for 0.
//
//   count  PARKED   meaning               who moves it where
//    > 0     0      nobody waits          count_down: count; a wait: enters the queue and sets PARKED
//    > 0     1      threads are queued    count_down: count, and with the last: 0 without PARKED, waking
//                                         all; the last whose time is up: clears PARKED
//     0      0      open                  nobody: for good
//     0      1      opened by a signal    whoever pays that: wakes all and clears PARKED
//                   handler, which owes
//                   it to those queued
//
// PARKED is the lowest bit, the count 31 bits above it. PARKED changes with the mutex of the word's bucket
// held, and so does the count from the last to 0 while it is set.
#ifndef THRUM_CORE_SYNC_LATCH_HPP
#define THRUM_CORE_SYNC_LATCH_HPP

#include "core/park/lot.hpp"
#include "core/word/deadline.hpp"
#include "core/word/generation.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::latch {

inline constexpr std::uint64_t kParked = 1;
inline constexpr std::uint64_t kUnit = detail::latch_unit;

constexpr std::int64_t count_of(std::uint64_t word) noexcept {
  return static_cast<std::int64_t>(state_of(word) / kUnit);
}

thrum_status count_down(detail::Word& latch, Generation generation, std::int64_t n) noexcept;
thrum_status wait(detail::Word& latch, Generation generation, double timeout) noexcept;

/// Counts down and waits, with no moment between the two at which others could end the latch.
thrum_status arrive_and_wait(detail::Word& latch, Generation generation, std::int64_t n,
                             double timeout) noexcept;

thrum_status reinitialise(detail::Word& latch, Generation generation) noexcept;

}  // namespace thrum::latch

#endif
