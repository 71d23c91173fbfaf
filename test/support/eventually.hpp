// eventually.hpp - waiting in a test for what another thread is about to bring about.
#ifndef THRUM_TEST_SUPPORT_EVENTUALLY_HPP
#define THRUM_TEST_SUPPORT_EVENTUALLY_HPP

#include <chrono>
#include <thread>

namespace support {

/// Returns once condition() is true. It has no time limit of its own: a test that never gets there is ended
/// by the test runner, and no machine is too slow for one that does.
template <class Condition>
void eventually(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

/// The clock on which no wait may end early.
using Clock = std::chrono::steady_clock;

/// The seconds that have passed since `start`.
inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Returns once more than `seconds` have passed since `start`.
inline void outlast(Clock::time_point start, double seconds) {
  eventually([&] { return seconds_since(start) > seconds; });
}

}  // namespace support

#endif
