// cxxapi/lock.cpp - thrum_core_lock_...
#include "core/sync/lock.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

static_assert(lock_free == lock::kFree && lock_held == lock::kHeld);

thrum_status thrum_core_lock_acquire(Word& lock, std::uint32_t generation, double timeout) noexcept {
  return lock::acquire(lock, generation, timeout);
}

thrum_status thrum_core_lock_release(Word& lock, std::uint32_t generation) noexcept {
  return lock::release(lock, generation);
}

thrum_status thrum_core_lock_reinit(Word& lock, std::uint32_t generation) noexcept {
  return lock::reinitialise(lock, generation);
}

}  // namespace thrum::detail
