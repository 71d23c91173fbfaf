// core/rlock.cpp - what RLock in the headers calls.
#include "core/rlock.hpp"

namespace thrum::rlock {

thrum_status reinitialise(RLockState& lock, Generation generation) noexcept {
  const thrum_status status = lock::reinitialise(lock.word, generation);
  if (status == THRUM_OK) own(lock, 0, 0);
  return status;
}

namespace {

std::uint64_t owner_or_caller(std::uint64_t owner) noexcept { return owner != 0 ? owner : runtime::ident(); }

}  // namespace

}  // namespace thrum::rlock

namespace thrum::detail {

thrum_status thrum_core_rlock_acquire(RLockState& lock, std::uint32_t generation, std::uint64_t owner,
                                      double timeout) noexcept {
  return rlock::acquire(lock, generation, rlock::owner_or_caller(owner), timeout);
}

thrum_status thrum_core_rlock_release(RLockState& lock, std::uint32_t generation,
                                      std::uint64_t owner) noexcept {
  return rlock::release(lock, generation, rlock::owner_or_caller(owner));
}

thrum_status thrum_core_rlock_count(const RLockState& lock, std::uint32_t generation,
                                    std::size_t& out) noexcept {
  return rlock::count(lock, generation, out);
}

thrum_status thrum_core_rlock_reinit(RLockState& lock, std::uint32_t generation) noexcept {
  return rlock::reinitialise(lock, generation);
}

}  // namespace thrum::detail
