// cxxapi/hooks.cpp - thrum_core_default_excepthook.
#include "core/thread/hooks.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_except_hook thrum_core_default_excepthook() noexcept { return thrum_default_excepthook; }

}  // namespace thrum::detail
