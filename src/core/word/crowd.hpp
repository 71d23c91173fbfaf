// core/word/crowd.hpp - whether the processors are wanted by others than those who wait for each other here.
//
// A yield takes less than a microsecond where nobody else wants the processor, and some more where those do
// that this thread waits for. Beside other work it takes a turn of each of theirs, milliseconds, where a
// thread that sleeps is woken in the middle of such a turn. So after a yield that took long nobody yields for
// many times as long: what the yields cost on a machine with much other work is a small part of the time, and
// they come back soon after it has gone.
#ifndef THRUM_CORE_WORD_CROWD_HPP
#define THRUM_CORE_WORD_CROWD_HPP

#include "core/word/atomic.hpp"

namespace thrum::crowd {

/// Nanoseconds; shorter than any system's turns, longer than what a few dozen threads do before each sleeps
/// again.
inline constexpr std::uint64_t kLong = 200'000;

/// For how many times as long nobody yields.
inline constexpr std::uint64_t kRest = 32;

/// Until when nobody yields. No order with anything: a thread that sees an old time yields once more.
inline detail::Word until;

/// Whether a yield would take long, as far as is known at this time.
inline bool is_there(std::uint64_t now) noexcept { return now < atomic::load_relaxed(until); }

/// A yield has taken so long, until now.
inline void has_yielded(std::uint64_t took, std::uint64_t now) noexcept {
  if (took >= kLong) atomic::store_relaxed(until, now + kRest * took);
}

}  // namespace thrum::crowd

#endif
