// compiler.hpp - what the compilers have each its own word for. No other source of the library, but for a
// backend, uses an extension.
#ifndef THRUM_COMPILER_HPP
#define THRUM_COMPILER_HPP

#include <type_traits>

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
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
