// condition.hpp - thrum::Condition, Python's threading.Condition.
#ifndef THRUM_CONDITION_HPP
#define THRUM_CONDITION_HPP

#include <chrono>
#include <cstdint>
#include <utility>

#include "thrum/lock.hpp"
#include "thrum/rlock.hpp"

namespace thrum {

/// Lets threads that hold a lock wait until another thread tells them that what they wait for may be so.
///
/// The lock is a Lock, an RLock, or an RLock of the condition's own, and may be shared by several
/// conditions; it must outlive them. No destructor; as a static it needs no initialiser.
class Condition : public detail::Lockable<Condition> {
 public:
  /// A condition with an RLock of its own. threading.Condition().
  constexpr Condition() noexcept : word_{own}, own_() {}
  /// A condition on a lock that others may use too. threading.Condition(lock).
  constexpr explicit Condition(Lock& lock) noexcept : word_{on_lock}, lock_(&lock) {}
  constexpr explicit Condition(RLock& lock) noexcept : word_{on_rlock}, rlock_(&lock) {}
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  /// Acquires the condition's lock, as that lock's acquire. Condition.acquire.
  bool acquire() {
    if (!has(on_lock)) return rlock().acquire();
    lock_->acquire();
    return true;
  }
  bool acquire(double timeout) { return has(on_lock) ? lock_->acquire(timeout) : rlock().acquire(timeout); }
  /// Releases the condition's lock, as that lock's release. Condition.release.
  void release() { has(on_lock) ? lock_->release() : rlock().release(); }

  /// Releases the lock (an RLock whole), waits to be notified for at most `timeout` seconds, and acquires
  /// the lock again as deep as it was, however long that takes. True if a notify chose this thread, also
  /// where the time ran out before it had the lock back. RuntimeError: the lock is not held (an RLock: not
  /// by this thread). ValueError: NaN. OverflowError: above timeout_max. Condition.wait.
  bool wait(double timeout = no_timeout) {
    return detail::outcome(detail::thrum_core_condition_wait(word_, 0, lock_ref(), timeout));
  }

  /// Waits until predicate() is true, and returns what it returned last. It runs with the lock held, before
  /// each wait and once more when the time is up. Condition.wait_for.
  template <class Predicate>
  auto wait_for(Predicate predicate, double timeout = no_timeout) -> decltype(predicate()) {
    detail::check_timeout(timeout);
    const std::uint64_t start = timeout < no_timeout ? detail::thrum_core_now() : 0;
    auto result = predicate();
    double left = timeout;
    while (!result) {
      const bool notified = wait(left);
      result = predicate();
      if (!notified) break;
      if (timeout < no_timeout) left = timeout - static_cast<double>(detail::thrum_core_now() - start) * 1e-9;
    }
    return result;
  }

  /// Wakes the n longest waiting threads, or all if fewer wait; n <= 0 wakes none. They return once they
  /// have the lock. RuntimeError: the lock is not held (an RLock: not by this thread). Condition.notify.
  void notify(int n = 1) { wake(n > 0 ? static_cast<std::uint64_t>(n) : 0); }
  /// Wakes every waiting thread. Condition.notify_all.
  void notify_all() { wake(UINT64_MAX); }

  /// Whether anybody holds the lock. Condition.locked.
  bool locked() const noexcept {
    return has(on_lock) ? lock_->locked() : has(on_rlock) ? rlock_->locked() : own_.locked();
  }

  /// Makes the condition and its lock as new, in a forked child. Condition._at_fork_reinit.
  void reinit_after_fork() {
    detail::check_status(detail::thrum_core_condition_reinit(word_, 0));
    has(on_lock) ? lock_->reinit_after_fork() : rlock().reinit_after_fork();
  }

 private:
  static constexpr std::uint64_t own = 0;
  static constexpr std::uint64_t on_lock = detail::condition_on_lock;
  static constexpr std::uint64_t on_rlock = detail::condition_on_rlock;

  bool has(std::uint64_t kind) const noexcept { return (detail::load(word_) & kind) != 0; }
  RLock& rlock() noexcept { return has(on_rlock) ? *rlock_ : own_; }

  detail::LockRef lock_ref() {
    if (has(on_lock)) return {&lock_->word_, nullptr, 0};
    return {nullptr, &rlock().state_, 0};
  }

  void wake(std::uint64_t count) {
    detail::check_status(detail::thrum_core_condition_notify(word_, 0, lock_ref(), count));
  }

  detail::Word word_;
  union {
    RLock own_;
    Lock* lock_;
    RLock* rlock_;
  };
};

}  // namespace thrum

#endif
