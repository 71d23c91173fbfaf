// cxxapi/rlock.cpp - thrum_core_rlock_...
#include "core/sync/rlock.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_rlock_acquire(RLockState& lock, std::uint32_t generation, std::uint64_t owner,
                                      double timeout) noexcept {
  return rlock::acquire(lock, generation, owner, timeout);
}

thrum_status thrum_core_rlock_release(RLockState& lock, std::uint32_t generation,
                                      std::uint64_t owner) noexcept {
  return rlock::release(lock, generation, owner);
}

thrum_status thrum_core_rlock_count(const RLockState& lock, std::uint32_t generation,
                                    std::size_t& out) noexcept {
  return rlock::count(lock, generation, out);
}

thrum_status thrum_core_rlock_reinit(RLockState& lock, std::uint32_t generation) noexcept {
  return rlock::reinitialise(lock, generation);
}

}  // namespace thrum::detail
