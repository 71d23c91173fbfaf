// eventually.hpp - waiting in a test for what another thread is about to bring about.
#ifndef THRUM_TEST_SUPPORT_EVENTUALLY_HPP
#define THRUM_TEST_SUPPORT_EVENTUALLY_HPP

#include <chrono>
#include <thread>

#include "support/overdue.hpp"

namespace support {

/// The clock on which no wait may end early.
using Clock = std::chrono::steady_clock;

/// Returns once condition() is true. A test that never gets there tells so shortly before the test runner
/// would end it, and no machine is too slow for one that does.
template <class Condition>
void eventually(Condition condition) {
  // In the simulator time passes only where everybody waits, and who never gets there is reported.
  if constexpr (simulated) {
    while (!condition()) std::this_thread::yield();
  } else {
    const Clock::time_point start = Clock::now();
    for (unsigned turn = 1; !condition(); ++turn) {
      std::this_thread::yield();
      if (turn % 64 == 0 && Clock::now() - start > std::chrono::seconds(patience)) {
        overdue("a condition that comes true eventually");
      }
    }
  }
}

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
