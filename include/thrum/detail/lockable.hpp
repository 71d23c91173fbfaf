// detail/lockable.hpp - the names by which the standard library knows a lock, for those that have Python's.
#ifndef THRUM_DETAIL_LOCKABLE_HPP
#define THRUM_DETAIL_LOCKABLE_HPP

#include <chrono>
#include <cstdint>
#include <type_traits>

#include "thrum/error.hpp"

namespace thrum::detail {

/// Seconds in two parts, so that neither the largest durations overflow nor small differences of large ones
/// get lost.
struct Seconds {
  double whole;
  double rest;
};

template <class Rep, class Period>
constexpr Seconds to_seconds(const std::chrono::duration<Rep, Period>& duration) {
  if constexpr (std::is_integral_v<Rep>) {
    // Not by the standard library's conversions, which multiply in integers.
    using Count = std::common_type_t<Rep, std::intmax_t>;
    constexpr auto num = static_cast<double>(Period::num);
    const auto count = static_cast<Count>(duration.count());
    const auto den = static_cast<Count>(Period::den);
    const Count periods = count / den;
    const Count rest = count % den;
    return {static_cast<double>(periods) * num,
            static_cast<double>(rest) * num / static_cast<double>(Period::den)};
  } else {
    return {std::chrono::duration<double>(duration).count(), 0};
  }
}

/// As a timeout of thrum's: the past is 0, and what is beyond the largest has no limit.
constexpr double to_timeout(double seconds) {
  if (seconds > timeout_max) return no_timeout;
  return seconds < 0 ? 0 : seconds;
}

template <class Rep, class Period>
constexpr double to_timeout(const std::chrono::duration<Rep, Period>& timeout) {
  const Seconds seconds = to_seconds(timeout);
  return to_timeout(seconds.whole + seconds.rest);
}

/// How many seconds are left until then.
template <class Clock, class Duration>
double left_until(const std::chrono::time_point<Clock, Duration>& deadline) {
  const Seconds end = to_seconds(deadline.time_since_epoch());
  const Seconds now = to_seconds(Clock::now().time_since_epoch());
  return (end.whole - now.whole) + (end.rest - now.rest);
}

/// Tries `acquire`, which takes seconds, until the clock says so much.
template <class Clock, class Duration, class Acquire>
bool try_until(const std::chrono::time_point<Clock, Duration>& deadline, Acquire acquire) {
  // The clock may be set while this waits: what counts is what it says in the end.
  for (;;) {
    if (acquire(to_timeout(left_until(deadline)))) return true;
    if (left_until(deadline) <= 0) return false;
  }
}

/// Makes `Derived`, which has acquire and release, meet TimedLockable: std::lock_guard, std::unique_lock,
/// std::scoped_lock and std::condition_variable_any take it.
template <class Derived>
class Lockable {
 public:
  void lock() { self().acquire(); }
  bool try_lock() { return self().acquire(0); }
  void unlock() { self().release(); }

  template <class Rep, class Period>
  bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
    return self().acquire(to_timeout(timeout));
  }

  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& deadline) {
    return try_until(deadline, [this](double timeout) { return self().acquire(timeout); });
  }

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
};

/// Makes `Derived`, which has acquire_read and release_read, meet SharedTimedMutex: std::shared_lock takes
/// it.
template <class Derived>
class SharedLockable {
 public:
  void lock_shared() { self().acquire_read(); }
  bool try_lock_shared() { return self().acquire_read(0); }
  void unlock_shared() { self().release_read(); }

  template <class Rep, class Period>
  bool try_lock_shared_for(const std::chrono::duration<Rep, Period>& timeout) {
    return self().acquire_read(to_timeout(timeout));
  }

  template <class Clock, class Duration>
  bool try_lock_shared_until(const std::chrono::time_point<Clock, Duration>& deadline) {
    return try_until(deadline, [this](double timeout) { return self().acquire_read(timeout); });
  }

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace thrum::detail

#endif
