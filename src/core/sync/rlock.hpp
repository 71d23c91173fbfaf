// core/sync/rlock.hpp - the re-entrant lock: a lock's word, and who holds it how often.
//
// The owner is 0 whenever the lock is free, and is set and cleared by the holder alone; so a thread that
// finds itself there holds the lock, and nothing it reads can change. The count is the holder's own.
#ifndef THRUM_CORE_SYNC_RLOCK_HPP
#define THRUM_CORE_SYNC_RLOCK_HPP

#include "core/self/runtime.hpp"
#include "core/sync/lock.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::rlock {

using detail::RLockState;

/// Owners with this bit are tasks of the caller's; the rest are identifiers of threads.
inline constexpr std::uint64_t kTask = std::uint64_t{1} << 63;

inline constexpr std::uint32_t kMaxCount = UINT32_MAX;

inline bool is_owned_by(const RLockState& lock, std::uint64_t owner) noexcept {
  // relaxed: only this owner itself can have written what makes this true.
  return atomic::load_relaxed(lock.owner) == owner;
}

/// The caller has acquired the word: makes it the owner.
inline void own(RLockState& lock, std::uint64_t owner, std::uint32_t count) noexcept {
  atomic::store_relaxed(lock.owner, owner);
  lock.count = count;
}

/// Frees the lock whole, which the caller owns. Returns how often it was held.
inline std::uint32_t disown(RLockState& lock, Generation generation) noexcept {
  const std::uint32_t count = lock.count;
  atomic::store_relaxed(lock.owner, 0);
  static_cast<void>(lock::release(lock.word, generation));  // it is held, so this is no misuse
  return count;
}

/// Acquires once more a lock that the caller owns.
inline thrum_status acquire_again(RLockState& lock, Generation generation) noexcept {
  if (generation_of(atomic::load_relaxed(lock.word)) != generation) return THRUM_E_HANDLE;
  if (lock.count == kMaxCount) return THRUM_E_OVERFLOW;
  ++lock.count;
  return THRUM_OK;
}

/// Acquires a lock where something is not as usual: it is held by others, or the timeout is to be refused,
/// or the calling thread is not known yet.
thrum_status acquire_slowly(RLockState& lock, Generation generation, std::uint64_t owner,
                            double timeout) noexcept;

// In the next two the owner is 0 for the calling thread.

inline thrum_status acquire(RLockState& lock, Generation generation, std::uint64_t owner,
                            double timeout) noexcept {
  if (owner == 0) owner = platform::identity().ident;
  if (!compiler::tells_thread_sanitizer() && owner != 0 && is_plain(timeout)) {
    if (is_owned_by(lock, owner)) return acquire_again(lock, generation);
    if (lock::try_acquire(lock.word, generation)) {
      own(lock, owner, 1);
      return THRUM_OK;
    }
  }
  return acquire_slowly(lock, generation, owner, timeout);
}

inline thrum_status release(RLockState& lock, Generation generation, std::uint64_t owner) noexcept {
  if (owner == 0) owner = platform::identity().ident;
  if (generation_of(atomic::load_relaxed(lock.word)) != generation) return THRUM_E_HANDLE;
  if (owner == 0 || !is_owned_by(lock, owner)) return THRUM_E_NOT_OWNER;
  if (lock.count > 1) {
    --lock.count;
    return THRUM_OK;
  }
  atomic::store_relaxed(lock.owner, 0);
  return lock::release(lock.word, generation);
}

/// How often the calling thread holds the lock.
inline thrum_status count(const RLockState& lock, Generation generation, std::size_t& out) noexcept {
  if (generation_of(atomic::load_relaxed(lock.word)) != generation) return THRUM_E_HANDLE;
  const std::uint64_t caller = runtime::ident();
  out = caller != 0 && is_owned_by(lock, caller) ? lock.count : 0;
  return THRUM_OK;
}

thrum_status reinitialise(RLockState& lock, Generation generation) noexcept;

}  // namespace thrum::rlock

#endif
