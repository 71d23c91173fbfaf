// rwlock.hpp - thrum::RWLock: a lock that many threads can hold to read, or one to write.
#ifndef THRUM_RWLOCK_HPP
#define THRUM_RWLOCK_HPP

#include <cstddef>

#include "thrum/detail/layout.hpp"
#include "thrum/detail/lockable.hpp"

namespace thrum {

/// A lock that many threads can hold to read, or one to write. Who waits gets it in the order of arrival,
/// readers together, so neither readers nor writers can keep the others out. Sixteen bytes, no destructor;
/// `static thrum::RWLock lock;` needs no initialiser.
///
/// It meets the standard library's SharedTimedMutex: std::unique_lock writes, std::shared_lock reads.
class RWLock : public detail::Lockable<RWLock>, public detail::SharedLockable<RWLock> {
 public:
  constexpr RWLock() noexcept = default;
  RWLock(const RWLock&) = delete;
  RWLock& operator=(const RWLock&) = delete;

  /// Acquires the lock to read, waiting at most `timeout` seconds: false where it was not to be had in time;
  /// or once more, without waiting, where the thread holds it to read already. RuntimeError: the thread holds
  /// it to write. ValueError: NaN or negative. OverflowError: above timeout_max, or held 2^32 - 1 times.
  bool acquire_read(double timeout = no_timeout) {
    return detail::outcome(detail::thrum_core_rwlock_acquire_read(state_, 0, timeout));
  }
  /// Undoes one acquire_read. RuntimeError: the thread does not hold the lock to read.
  void release_read() { detail::check_status(detail::thrum_core_rwlock_release_read(state_, 0)); }

  /// Acquires the lock to write. RuntimeError: the thread holds it to write or to read already; there is no
  /// way from reading to writing but to release first. The rest as acquire_read.
  bool acquire_write(double timeout = no_timeout) {
    return detail::outcome(detail::thrum_core_rwlock_acquire_write(state_, 0, timeout));
  }
  /// RuntimeError: the thread does not hold the lock to write.
  void release_write() { detail::check_status(detail::thrum_core_rwlock_release_write(state_, 0)); }

  /// How many threads hold the lock to read.
  std::size_t readers() const noexcept {
    return (detail::load(state_.word) & UINT32_MAX) / detail::rwlock_reader;
  }
  /// Whether a thread holds the lock to write.
  bool write_locked() const noexcept { return (detail::load(state_.word) & detail::rwlock_writer) != 0; }

  /// Makes the lock as new, in a forked child.
  void reinit_after_fork() { detail::check_status(detail::thrum_core_rwlock_reinit(state_, 0)); }

 private:
  friend detail::Lockable<RWLock>;
  bool acquire(double timeout = no_timeout) { return acquire_write(timeout); }
  void release() { release_write(); }

  detail::RWLockState state_;
};

}  // namespace thrum

#endif
