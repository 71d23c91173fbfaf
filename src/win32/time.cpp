// win32/time.cpp - the monotonic clock.
#include <windows.h>

#include "platform.hpp"

namespace thrum::platform {

std::uint64_t now() noexcept {
  constexpr std::uint64_t kSecond = 1000000000;
  LARGE_INTEGER frequency;
  LARGE_INTEGER counter;
  // Neither fails from Windows XP on.
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&counter);
  const auto rate = static_cast<std::uint64_t>(frequency.QuadPart);
  const auto ticks = static_cast<std::uint64_t>(counter.QuadPart);
  // In two parts: the product of ticks and nanoseconds would overflow after half an hour.
  return ticks / rate * kSecond + ticks % rate * kSecond / rate;
}

}  // namespace thrum::platform
