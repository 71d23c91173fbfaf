// detail/lockable.hpp - the names by which the standard library knows a lock, for those that have Python's.
#ifndef THRUM_DETAIL_LOCKABLE_HPP
#define THRUM_DETAIL_LOCKABLE_HPP

#include <chrono>

#include "thrum/error.hpp"

namespace thrum::detail {

/// A timeout of the standard library in thrum's terms: seconds, the past as 0, beyond the largest as
/// no_timeout.
template <class Rep, class Period>
double seconds(const std::chrono::duration<Rep, Period>& timeout) {
  const double count = std::chrono::duration<double>(timeout).count();
  if (count > timeout_max) return no_timeout;
  return count < 0 ? 0 : count;
}

/// Tries `acquire`, which takes seconds, until the clock says so much.
template <class Clock, class Duration, class Acquire>
bool try_until(const std::chrono::time_point<Clock, Duration>& deadline, Acquire acquire) {
  // The clock may be set while this waits: what counts is what it says in the end.
  for (;;) {
    const auto left = deadline - Clock::now();
    if (acquire(seconds(left))) return true;
    if (Clock::now() >= deadline) return false;
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
    return self().acquire(seconds(timeout));
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
    return self().acquire_read(seconds(timeout));
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
