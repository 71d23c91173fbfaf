// rlock.hpp - thrum::RLock, Python's threading.RLock.
#ifndef THRUM_RLOCK_HPP
#define THRUM_RLOCK_HPP

#include <cstddef>
#include <cstdint>

#include "thrum/detail/layout.hpp"
#include "thrum/detail/lockable.hpp"

namespace thrum {

class Condition;

/// A lock that the thread which holds it can acquire again, and that is free for others once it has been
/// released as often. No destructor; `static thrum::RLock lock;` needs no initialiser.
class RLock : public detail::Lockable<RLock> {
 public:
  constexpr RLock() noexcept = default;
  RLock(const RLock&) = delete;
  RLock& operator=(const RLock&) = delete;

  /// Acquires the lock for the calling thread, however long that takes: true. OverflowError: held 2^32 - 1
  /// times. RLock.acquire().
  bool acquire() { return acquire_in_line() || acquire(no_timeout); }

  /// The same, waiting at most `timeout` seconds: false where the lock was not free in time. ValueError: NaN
  /// or negative. OverflowError: above timeout_max, too. RLock.acquire(timeout=...).
  bool acquire(double timeout) {
    return detail::outcome(detail::thrum_core_rlock_acquire(state_, 0, 0, timeout));
  }

  /// Undoes one acquire. RuntimeError: the calling thread does not hold the lock. RLock.release.
  void release() {
    if (!is_held_by(detail::caller())) {
      detail::check_status(detail::thrum_core_rlock_release(state_, 0, 0));
    } else if (state_.count > 1) {
      --state_.count;
    } else {
      detail::put(state_.owner, 0);
      if (detail::change(state_.word, detail::lock_held, detail::lock_free)) return;
      detail::check_status(detail::thrum_core_lock_release(state_.word, 0));
    }
  }

  /// The same for an owner in place of the calling thread, 1 to 2^63 - 1 (else ValueError): for runtimes
  /// whose tasks move between threads. Such an owner is never equal to a thread.
  bool acquire_as(std::uint64_t owner, double timeout = no_timeout) {
    return detail::outcome(detail::thrum_core_rlock_acquire(state_, 0, as_task(owner), timeout));
  }
  void release_as(std::uint64_t owner) {
    detail::check_status(detail::thrum_core_rlock_release(state_, 0, as_task(owner)));
  }

  /// Whether anybody holds the lock. RLock.locked.
  bool locked() const noexcept { return (detail::load(state_.word) & detail::lock_held) != 0; }

  /// Whether the calling thread holds the lock. RLock._is_owned.
  bool is_owned() const noexcept { return is_held_by(detail::caller()) || recursion_count() != 0; }

  /// How many times the calling thread holds the lock; 0 where it does not. RLock._recursion_count.
  std::size_t recursion_count() const noexcept {
    std::size_t count = 0;
    static_cast<void>(detail::thrum_core_rlock_count(state_, 0, count));
    return count;
  }

  /// Makes the lock as new, in a forked child. RLock._at_fork_reinit.
  void reinit_after_fork() { detail::check_status(detail::thrum_core_rlock_reinit(state_, 0)); }

 private:
  friend class Condition;

  /// As the library's own (src/core/sync/rlock.hpp), whose words these are.
  bool is_held_by(std::uint64_t caller) const noexcept {
    return caller != 0 && detail::glance(state_.owner) == caller;
  }
  bool acquire_in_line() noexcept {
    const std::uint64_t caller = detail::caller();
    if (is_held_by(caller)) {
      if (state_.count == UINT32_MAX) return false;
      ++state_.count;
      return true;
    }
    if (caller == 0 || !detail::change(state_.word, detail::lock_free, detail::lock_held)) return false;
    detail::put(state_.owner, caller);
    state_.count = 1;
    return true;
  }

  static std::uint64_t as_task(std::uint64_t owner) {
    constexpr std::uint64_t task = std::uint64_t{1} << 63;
    if (owner == 0 || owner >= task) detail::raise(THRUM_E_VALUE);
    return owner | task;
  }

  detail::RLockState state_;
};

}  // namespace thrum

#endif
