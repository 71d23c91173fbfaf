// scale.hpp - how much work a stress test does.
#ifndef THRUM_TEST_SUPPORT_SCALE_HPP
#define THRUM_TEST_SUPPORT_SCALE_HPP

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

#ifdef _WIN32
inline constexpr bool slow = true;
#else
inline constexpr bool slow = sanitized;
#endif

/// `count` in an ordinary build; a tenth where a sanitizer makes every step several times as slow, or Wine
/// the waits and the starts of threads.
constexpr int scaled(int count) { return slow ? count / 10 : count; }

}  // namespace support

#endif
