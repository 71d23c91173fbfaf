// cxxapi/rwlock.cpp - thrum_core_rwlock_...
#include "core/sync/rwlock.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_rwlock_acquire_read(RWLockState& lock, std::uint32_t generation,
                                            double timeout) noexcept {
  return rwlock::acquire_read(lock, generation, timeout);
}

thrum_status thrum_core_rwlock_release_read(RWLockState& lock, std::uint32_t generation) noexcept {
  return rwlock::release_read(lock, generation);
}

thrum_status thrum_core_rwlock_acquire_write(RWLockState& lock, std::uint32_t generation,
                                             double timeout) noexcept {
  return rwlock::acquire_write(lock, generation, timeout);
}

thrum_status thrum_core_rwlock_release_write(RWLockState& lock, std::uint32_t generation) noexcept {
  return rwlock::release_write(lock, generation);
}

thrum_status thrum_core_rwlock_reinit(RWLockState& lock, std::uint32_t generation) noexcept {
  return rwlock::reinitialise(lock, generation);
}

}  // namespace thrum::detail
