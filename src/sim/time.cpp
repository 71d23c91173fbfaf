// sim/time.cpp - virtual time.
#include "engine/world.hpp"
#include "platform.hpp"

namespace thrum::platform {

std::uint64_t now() noexcept { return sim::world().now(); }

bool has_passed(std::uint64_t time) noexcept { return sim::world().may_have_passed(time); }

}  // namespace thrum::platform
