// refusal.hpp - what Windows alone may refuse, beside what support/refusal.hpp has.
#ifndef THRUM_TEST_WIN32_REFUSAL_HPP
#define THRUM_TEST_WIN32_REFUSAL_HPP

#include <atomic>

namespace support {

/// Timers of high resolution, which older systems lack.
inline std::atomic<bool> refuse_timers{false};
inline std::atomic<int> timers_refused{0};

}  // namespace support

#endif
