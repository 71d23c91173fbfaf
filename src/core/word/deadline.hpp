// core/word/deadline.hpp - from a caller's timeout, seconds from now, to a deadline on the platform's clock.
#ifndef THRUM_CORE_WORD_DEADLINE_HPP
#define THRUM_CORE_WORD_DEADLINE_HPP

#include <cstdint>

#include "compiler.hpp"
#include "platform.hpp"
#include "thrum/thrum.h"

namespace thrum {

using Deadline = std::uint64_t;

using platform::kNever;

/// The deadline of a call that asks without waiting.
inline constexpr Deadline kPoll = 0;

/// Whether a timeout is one that every call takes: neither negative nor NaN nor too large. For the fast
/// paths, on the bits: an atomic operation waits for all that comes before it, and so for loads of constants.
inline bool is_plain(double timeout) noexcept {
  constexpr auto kLargest = compiler::bit_cast<std::uint64_t>(THRUM_TIMEOUT_MAX);
  constexpr auto kForever = compiler::bit_cast<std::uint64_t>(THRUM_FOREVER);
  const auto bits = compiler::bit_cast<std::uint64_t>(timeout);
  return bits <= kLargest || bits == kForever;
}

/// The status of a call that takes a negative timeout as 0.
inline thrum_status check_timeout(double timeout) noexcept {
  if (timeout <= THRUM_TIMEOUT_MAX || timeout == THRUM_FOREVER) return THRUM_OK;
  return timeout > 0 ? THRUM_E_OVERFLOW : THRUM_E_VALUE;
}

/// The status of a call that refuses a negative one.
inline thrum_status check_timeout_not_negative(double timeout) noexcept {
  return timeout < 0 ? THRUM_E_VALUE : check_timeout(timeout);
}

/// The deadline of a timeout that has been checked, and is neither 0 nor for ever, as of that time.
inline Deadline deadline_from(std::uint64_t time, double timeout) noexcept {
  // Whole seconds to the nanosecond. The rest up to the next whole one, and past what a timeout that is not
  // whole may itself have lost to rounding: a wait never ends early.
  const auto seconds = static_cast<std::uint64_t>(timeout);
  const double rest = (timeout - static_cast<double>(seconds)) * 1e9;
  const auto whole = static_cast<std::uint64_t>(rest);
  const std::uint64_t nanoseconds = seconds * 1000000000 + whole;
  // The sum stays below 2^64, for both of its parts do below 2^63 and a bit.
  const std::uint64_t deadline = time + nanoseconds;
  if (rest == 0) return deadline;
  return deadline + (static_cast<double>(whole) < rest ? 1 : 0) + (nanoseconds >> 52);
}

/// The deadline of a timeout that has been checked.
inline Deadline deadline_after(double timeout) noexcept {
  if (timeout <= 0) return kPoll;
  return timeout == THRUM_FOREVER ? kNever : deadline_from(platform::now(), timeout);
}

/// The timeout that is left until a deadline; 0 when it has passed.
inline double seconds_until(Deadline deadline) noexcept {
  if (deadline == kNever) return THRUM_FOREVER;
  const std::uint64_t time = platform::now();
  return time < deadline ? static_cast<double>(deadline - time) * 1e-9 : 0;
}

}  // namespace thrum

#endif
