// cxxapi/once.cpp - thrum_core_once_...
#include "core/sync/once.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

static_assert(once_done == once::kDone && once::kNew == 0);

thrum_status thrum_core_once_begin(OnceState& once, std::uint32_t generation, double timeout) noexcept {
  return once::begin(once, generation, timeout);
}

void thrum_core_once_end(OnceState& once, std::uint32_t generation, bool succeeded) noexcept {
  once::end(once, generation, succeeded);
}

}  // namespace thrum::detail
