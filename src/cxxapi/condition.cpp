// cxxapi/condition.cpp - thrum_core_condition_...
#include "core/sync/condition.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_condition_wait(Word& condition, std::uint32_t generation, const LockRef& lock,
                                       double timeout) noexcept {
  return condition::wait(condition, generation, lock, timeout);
}

thrum_status thrum_core_condition_notify(Word& condition, std::uint32_t generation, const LockRef& lock,
                                         std::uint64_t count) noexcept {
  return condition::notify(condition, generation, lock, count);
}

thrum_status thrum_core_condition_reinit(Word& condition, std::uint32_t generation) noexcept {
  return condition::reinitialise(condition, generation);
}

}  // namespace thrum::detail
