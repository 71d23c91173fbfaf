// posix/time.cpp - the monotonic clock.
#include <ctime>

#include "platform.hpp"

namespace thrum::platform {

std::uint64_t now() noexcept {
  timespec time{};
  if (clock_gettime(CLOCK_MONOTONIC, &time) != 0) fatal("clock_gettime failed");
  return static_cast<std::uint64_t>(time.tv_sec) * 1000000000 + static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace thrum::platform
