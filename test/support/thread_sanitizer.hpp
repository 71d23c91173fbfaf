// thread_sanitizer.hpp - whether ThreadSanitizer is part of this build, for the few things that it forbids.
#ifndef THRUM_TEST_SUPPORT_THREAD_SANITIZER_HPP
#define THRUM_TEST_SUPPORT_THREAD_SANITIZER_HPP

namespace support {

#if defined(__SANITIZE_THREAD__)
inline constexpr bool thread_sanitized = true;
#elif defined(__has_feature)
inline constexpr bool thread_sanitized = __has_feature(thread_sanitizer);
#else
inline constexpr bool thread_sanitized = false;
#endif

}  // namespace support

#endif
