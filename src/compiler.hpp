// compiler.hpp - what the compilers have each its own word for. No other source of the library, but for a
// backend, uses an extension.
#ifndef THRUM_COMPILER_HPP
#define THRUM_COMPILER_HPP

#include <type_traits>

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

// For a function that few calls need, in one that is quick otherwise: put in line it would cost all of them
// its frame.
#if defined(_MSC_VER) && !defined(__clang__)
#define THRUM_OUT_OF_LINE __declspec(noinline)
#else
#define THRUM_OUT_OF_LINE [[gnu::noinline]]
#endif

namespace thrum::compiler {

/// The bits of a value as a value of another type; std::bit_cast of C++20.
template <class To, class From>
constexpr To bit_cast(const From& from) noexcept {
  static_assert(sizeof(To) == sizeof(From) && std::is_trivially_copyable_v<To> &&
                std::is_trivially_copyable_v<From>);
  return __builtin_bit_cast(To, from);
}

/// Tells the processor that this is a loop that waits.
inline void pause() noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
#if defined(_M_IX86) || defined(_M_X64)
  _mm_pause();
#else
  __yield();
#endif
#elif defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
  asm volatile("yield");
#endif
}

// ThreadSanitizer sees what is compiled for it, which this library mostly is not: of a word that orders a
// program's memory it has to be told. Its runtime, where a program has it, defines two functions for that;
// elsewhere their addresses are null, as they are from before the first constructor on. Compiled for it, the
// library need not tell it what it sees.
#if defined(__has_feature)
#define THRUM_HAS_FEATURE(name) __has_feature(name)
#else
#define THRUM_HAS_FEATURE(name) 0
#endif
#if defined(__ELF__) && !defined(__SANITIZE_THREAD__) && !THRUM_HAS_FEATURE(thread_sanitizer)
#define THRUM_TELLS_THREAD_SANITIZER
#endif

#if defined(THRUM_TELLS_THREAD_SANITIZER)
extern "C" {
__attribute__((weak, visibility("default"))) void __tsan_acquire(void* address);
__attribute__((weak, visibility("default"))) void __tsan_release(void* address);
}
#endif

/// Whether this program has ThreadSanitizer, and has to be told. Its calls want registers saved on the way to
/// them: what takes no more than a few instructions asks first, and goes a longer way.
inline bool tells_thread_sanitizer() noexcept {
#if defined(THRUM_TELLS_THREAD_SANITIZER)
  return __builtin_expect(__tsan_acquire != nullptr, 0);
#else
  return false;
#endif
}

/// What others did before they came to releasing(address) comes before what this thread does from here on.
/// Call after the operation that makes it so.
inline void acquired([[maybe_unused]] const volatile void* address) noexcept {
#if defined(THRUM_TELLS_THREAD_SANITIZER)
  if (tells_thread_sanitizer()) __tsan_acquire(const_cast<void*>(address));
#endif
}

/// Call before the operation that makes it so.
inline void releasing([[maybe_unused]] const volatile void* address) noexcept {
#if defined(THRUM_TELLS_THREAD_SANITIZER)
  if (tells_thread_sanitizer()) __tsan_release(const_cast<void*>(address));
#endif
}

#if defined(THRUM_TELLS_THREAD_SANITIZER)
template <class Function>
__attribute__((noinline, cold)) auto out_of_line(Function function) noexcept {
  return function();
}
#endif

/// Calls a function of a few instructions, which holds what it needs: where it has to tell ThreadSanitizer of
/// something, out of line. The compiler keeps the calls that tell it away from the usual way then.
template <class Function>
inline auto quick(Function function) noexcept {
#if defined(THRUM_TELLS_THREAD_SANITIZER)
  if (tells_thread_sanitizer()) return out_of_line(function);
#endif
  return function();
}

}  // namespace thrum::compiler

// A pointer to a function that is called as the program, or the library, is loaded: with ELF before any
// constructor of the user's, even of the first that have a priority, 101; elsewhere with the other
// constructors of its file.
#if defined(__ELF__)
#define THRUM_AS_IT_IS_LOADED(function) \
  __attribute__((section(".init_array.00100"), used)) void (*loading)() = function
#else
#define THRUM_AS_IT_IS_LOADED(function) [[maybe_unused]] const bool loading = ((function)(), true)
#endif

#endif
