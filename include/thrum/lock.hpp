// lock.hpp - thrum::Lock, Python's threading.Lock.
#ifndef THRUM_LOCK_HPP
#define THRUM_LOCK_HPP

#include "thrum/detail/layout.hpp"
#include "thrum/detail/lockable.hpp"

namespace thrum {

class Condition;

/// A lock that one thread at a time can hold, and any thread can release. Not re-entrant.
///
/// Eight bytes, no destructor, ready before any constructor runs: `static thrum::Lock lock;`. Like every
/// class of thrum it must outlive the calls that use it, and no longer: the thread that a release lets in
/// may destroy it. Blocking, exit and fork are as thrum.h says.
class Lock : public detail::Lockable<Lock> {
 public:
  constexpr Lock() noexcept = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  /// Acquires the lock, however long that takes. Lock.acquire().
  void acquire() {
    if (detail::try_change(word_, detail::lock_free, detail::lock_held)) return;
    acquire(no_timeout);
  }

  /// Acquires the lock, waiting at most `timeout` seconds: false where it was not free in time, 0 to ask
  /// without waiting. ValueError: NaN or negative. OverflowError: above timeout_max.
  /// Lock.acquire(timeout=...).
  bool acquire(double timeout) { return detail::outcome(detail::thrum_core_lock_acquire(word_, 0, timeout)); }

  /// Releases the lock. RuntimeError: nobody holds it. Lock.release.
  void release() {
    if (detail::try_change(word_, detail::lock_held, detail::lock_free)) return;
    detail::check_status(detail::thrum_core_lock_release(word_, 0));
  }

  /// Whether anybody holds the lock. Lock.locked.
  bool locked() const noexcept { return (detail::load(word_) & detail::lock_held) != 0; }

  /// Makes the lock as new, in a forked child. Lock._at_fork_reinit.
  void reinit_after_fork() { detail::check_status(detail::thrum_core_lock_reinit(word_, 0)); }

 private:
  friend class Condition;
  detail::Word word_;
};

}  // namespace thrum

#endif
