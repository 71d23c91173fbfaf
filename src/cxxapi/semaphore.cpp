// cxxapi/semaphore.cpp - thrum_core_semaphore_...
#include "core/sync/semaphore.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_semaphore_acquire(Word& semaphore, std::uint32_t generation,
                                          double timeout) noexcept {
  return semaphore::acquire(semaphore, generation, timeout);
}

thrum_status thrum_core_semaphore_release(Word& semaphore, std::uint32_t generation, std::int64_t count,
                                          std::int64_t bound) noexcept {
  return semaphore::release(semaphore, generation, count, bound);
}

thrum_status thrum_core_semaphore_reinit(Word& semaphore, std::uint32_t generation,
                                         std::int64_t value) noexcept {
  return semaphore::reinitialise(semaphore, generation, value);
}

}  // namespace thrum::detail
