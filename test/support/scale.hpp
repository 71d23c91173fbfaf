// scale.hpp - how much work a stress test does.
#ifndef THRUM_TEST_SUPPORT_SCALE_HPP
#define THRUM_TEST_SUPPORT_SCALE_HPP

#include <cstdlib>

namespace support {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

/// Wine, which runs the tests there, makes waits and starts of threads several times as slow.
#ifdef _WIN32
inline constexpr bool windows = true;
#else
inline constexpr bool windows = false;
#endif

// Only tests for the simulator are compiled so.
#if defined(THRUM_NO_INLINE)
inline constexpr bool simulated = true;
#else
inline constexpr bool simulated = false;
#endif

/// Whether somebody waits for the tests: scripts/test without --all says so.
inline bool somebody_waits() {
  static const bool said = std::getenv("THRUM_TEST_BRIEF") != nullptr;
  return said;
}

/// `count` in an ordinary build; a tenth where a sanitizer makes all steps several times as slow, or Wine
/// some of them, in the simulator, which lets one thread go on at a time, and where somebody waits.
inline int scaled(int count) {
  return sanitized || windows || simulated || somebody_waits() ? count / 10 : count;
}

}  // namespace support

#endif
