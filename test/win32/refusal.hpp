// refusal.hpp - what Windows alone may refuse or do early, beside what support/refusal.hpp has.
#ifndef THRUM_TEST_WIN32_REFUSAL_HPP
#define THRUM_TEST_WIN32_REFUSAL_HPP

#include <atomic>
#include <cstdint>

namespace support {

/// Timers of high resolution, which older systems lack.
inline std::atomic<bool> refuse_timers{false};
inline std::atomic<int> timers_refused{0};

/// The shortest and the longest time, in milliseconds, for which the library has let the system wait for a
/// condition variable.
inline std::atomic<std::uint32_t> least_sleep{UINT32_MAX};
inline std::atomic<std::uint32_t> longest_sleep{0};

/// How many waits for a thread, or for a condition variable, the system ends before their time.
inline std::atomic<int> joins_to_end_early{0};
inline std::atomic<int> sleeps_to_end_early{0};

}  // namespace support

#endif
