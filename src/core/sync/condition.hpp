// core/sync/condition.hpp - waiting for a notification, with a lock let go meanwhile.
//
//   WAITERS  meaning                        who moves it on
//      0     nobody waits                   a wait: enters the queue and sets it
//      1     threads wait, or have waited   a notify or a time-out that leaves the queue empty: clears it
//
// The bits above WAITERS are the header's, which notes there what kind of lock a condition in C++ has.
//
// The word changes with the mutex of its bucket held. A waiter enters the queue before it lets the lock
// go, so no notify that comes after is lost. A notify moves the threads that it chooses from this queue to
// the lock's: each wakes when the lock is let go for it, and none wakes only to wait for the lock.
#ifndef THRUM_CORE_SYNC_CONDITION_HPP
#define THRUM_CORE_SYNC_CONDITION_HPP

#include "core/word/generation.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::condition {

using detail::LockRef;

inline constexpr std::uint64_t kWaiters = 1;
inline constexpr std::uint64_t kAll = UINT64_MAX;

thrum_status wait(detail::Word& condition, Generation generation, const LockRef& lock,
                  double timeout) noexcept;

thrum_status notify(detail::Word& condition, Generation generation, const LockRef& lock,
                    std::uint64_t count) noexcept;

/// Ends the condition and the lock that it owns, both or neither.
thrum_status end_life_with_lock(detail::Word& condition, Generation generation, const LockRef& lock) noexcept;

thrum_status reinitialise(detail::Word& condition, Generation generation) noexcept;

}  // namespace thrum::condition

#endif
