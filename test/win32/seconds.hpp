// seconds.hpp - what a clock of the system's says.
#ifndef THRUM_TEST_WIN32_SECONDS_HPP
#define THRUM_TEST_WIN32_SECONDS_HPP

#include <windows.h>

namespace support {

/// Seconds, on a clock that the library does not know of.
inline double seconds() {
  LARGE_INTEGER frequency;
  LARGE_INTEGER counter;
  QueryPerformanceFrequency(&frequency);
  QueryPerformanceCounter(&counter);
  return static_cast<double>(counter.QuadPart) / static_cast<double>(frequency.QuadPart);
}

}  // namespace support

#endif
