// win32/time.cpp - the monotonic clock.
#include <windows.h>

#include "platform.hpp"

namespace thrum::platform {

namespace {

/// In two parts: the product of ticks and nanoseconds would overflow after half an hour.
constexpr std::uint64_t nanoseconds(std::uint64_t ticks, std::uint64_t rate) noexcept {
  constexpr std::uint64_t kSecond = 1000000000;
  return ticks / rate * kSecond + ticks % rate * kSecond / rate;
}

// A century after the start at the rate of Windows 10, and half of one at that of a processor's own counter.
static_assert(nanoseconds(31557600000000007, 10000000) == 3155760000000000700);
static_assert(nanoseconds(4733640000000000003, 3000000000) == 1577880000000000001);

}  // namespace

std::uint64_t now() noexcept {
  LARGE_INTEGER frequency;
  LARGE_INTEGER counter;
  // Neither fails from Windows XP on.
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&counter);
  return nanoseconds(static_cast<std::uint64_t>(counter.QuadPart),
                     static_cast<std::uint64_t>(frequency.QuadPart));
}

}  // namespace thrum::platform
