// core/word/atomic.hpp - the atomic operations of the library, over libatomic_ops.
//
// This is the only file that knows libatomic_ops, of which it uses the header atomic_ops.h alone. All
// operations are on a 64-bit Word; the suffix names the memory order, and the caller's comment its partner.
#ifndef THRUM_CORE_WORD_ATOMIC_HPP
#define THRUM_CORE_WORD_ATOMIC_HPP

// Through the compiler's builtins ThreadSanitizer sees the operations.
#define AO_PREFER_BUILTIN_ATOMICS
#include <atomic_ops.h>

#include <cstdint>

#include "compiler.hpp"
#include "platform.hpp"
#include "thrum/detail/word.hpp"

namespace thrum::atomic {

using detail::Word;

// In the simulator each of these operations is told before it is done, and what it was; elsewhere nothing is.
using platform::stepped;
using platform::stepping;

// libatomic_ops has operations on words of the processor, and on double ones: a Word is the one or the other.
#if defined(AO_HAVE_double_t) && SIZE_MAX == UINT32_MAX

static_assert(sizeof(AO_double_t) == sizeof(Word::bits), "libatomic_ops has no 64-bit word here");

inline volatile AO_double_t* cell(Word& word) noexcept {
  return reinterpret_cast<volatile AO_double_t*>(&word.bits);
}
inline const volatile AO_double_t* cell(const Word& word) noexcept {
  return reinterpret_cast<const volatile AO_double_t*>(&word.bits);
}
inline AO_double_t pair(std::uint64_t bits) noexcept {
  AO_double_t value;
  value.AO_whole = bits;
  return value;
}

inline std::uint64_t load_relaxed(const Word& word) noexcept { return AO_double_load(cell(word)).AO_whole; }
inline std::uint64_t load_acquire(const Word& word) noexcept {
  const std::uint64_t bits = AO_double_load_acquire(cell(word)).AO_whole;
  compiler::acquired(&word);
  return bits;
}

inline std::uint64_t load_own(const Word& word) noexcept {
  return AO_double_load_acquire(cell(word)).AO_whole;
}

inline std::uint64_t load_guarded(const Word& word) noexcept { return load_relaxed(word); }

inline void store_relaxed(Word& word, std::uint64_t bits) noexcept {
  AO_double_store(cell(word), pair(bits));
}
inline void store_guarded(Word& word, std::uint64_t bits) noexcept { store_relaxed(word, bits); }
inline void store_release(Word& word, std::uint64_t bits) noexcept {
  compiler::releasing(&word);
  AO_double_store_release(cell(word), pair(bits));
}

/// Changes `expected` into `desired`. False: the word was something else, which `expected` now holds.
inline bool change(Word& word, std::uint64_t& expected, std::uint64_t desired) noexcept {
  compiler::releasing(&word);
  while (AO_double_compare_and_swap_full(cell(word), pair(expected), pair(desired)) == 0) {
    // The operation does not say what it found, and by now that may have become what was expected.
    const std::uint64_t found = load_acquire(word);
    if (found == expected) continue;
    expected = found;
    return false;
  }
  compiler::acquired(&word);
  return true;
}
inline bool change_relaxed(Word& word, std::uint64_t& expected, std::uint64_t desired) noexcept {
  return atomic::change(word, expected, desired);
}
inline bool change_acquire(Word& word, std::uint64_t& expected, std::uint64_t desired) noexcept {
  return atomic::change(word, expected, desired);
}
inline bool change_release(Word& word, std::uint64_t& expected, std::uint64_t desired) noexcept {
  return atomic::change(word, expected, desired);
}

#else

static_assert(sizeof(AO_t) == sizeof(Word::bits), "libatomic_ops has no 64-bit word here");

inline volatile AO_t* cell(Word& word) noexcept { return &word.bits; }
inline const volatile AO_t* cell(const Word& word) noexcept { return &word.bits; }

inline std::uint64_t load_relaxed(const Word& word) noexcept {
  stepping(&word);
  stepped(&word, false);
  return AO_load(cell(word));
}
inline std::uint64_t load_acquire(const Word& word) noexcept {
  stepping(&word);
  stepped(&word, false);
  const std::uint64_t bits = AO_load_acquire(cell(word));
  compiler::acquired(&word);
  return bits;
}

/// Acquire, of what orders the library's own memory alone, which ThreadSanitizer does not see.
inline std::uint64_t load_own(const Word& word) noexcept {
  stepping(&word);
  stepped(&word, false);
  return AO_load_acquire(cell(word));
}

/// Of a word that changes with a mutex held, or by one thread alone, and that others only look on at. What
/// orders it is the mutex: in the simulator these two are no steps.
inline std::uint64_t load_guarded(const Word& word) noexcept { return AO_load(cell(word)); }
inline void store_guarded(Word& word, std::uint64_t bits) noexcept { AO_store(cell(word), bits); }

inline void store_relaxed(Word& word, std::uint64_t bits) noexcept {
  stepping(&word);
  stepped(&word, true);
  AO_store(cell(word), bits);
}
inline void store_release(Word& word, std::uint64_t bits) noexcept {
  stepping(&word);
  stepped(&word, true);
  compiler::releasing(&word);
  AO_store_release(cell(word), bits);
}

/// Changes `expected` into `desired`. False: the word was something else, which `expected` now holds.
inline bool change_relaxed(Word& word, std::uint64_t& expected, std::uint64_t desired) noexcept {
  stepping(&word);
  const std::uint64_t found = AO_fetch_compare_and_swap(cell(word), expected, desired);
  stepped(&word, found == expected);
  if (found == expected) return true;
  expected = found;
  return false;
}

inline bool change_acquire(Word& word, std::uint64_t& expected, std::uint64_t desired) noexcept {
  stepping(&word);
  const std::uint64_t found = AO_fetch_compare_and_swap_acquire(cell(word), expected, desired);
  compiler::acquired(&word);
  stepped(&word, found == expected);
  if (found == expected) return true;
  expected = found;
  return false;
}

inline bool change_release(Word& word, std::uint64_t& expected, std::uint64_t desired) noexcept {
  stepping(&word);
  compiler::releasing(&word);
  const std::uint64_t found = AO_fetch_compare_and_swap_release(cell(word), expected, desired);
  stepped(&word, found == expected);
  if (found == expected) return true;
  expected = found;
  return false;
}

/// Acquire, release, and in the one order of all such operations.
inline bool change(Word& word, std::uint64_t& expected, std::uint64_t desired) noexcept {
  stepping(&word);
  compiler::releasing(&word);
  const std::uint64_t found = AO_fetch_compare_and_swap_full(cell(word), expected, desired);
  compiler::acquired(&word);
  stepped(&word, found == expected);
  if (found == expected) return true;
  expected = found;
  return false;
}

#endif

/// A load, acquire, that comes behind the calling thread's last change() in the one order of all those: two
/// threads that each change a word and then look at the other's do not both miss it. A change() of some
/// processors, as of an Arm without its one instruction for that, lets a later load pass by.
inline std::uint64_t load_ordered(const Word& word) noexcept {
#if !defined(__x86_64__) && !defined(__i386__) && !defined(_M_X64) && !defined(_M_IX86)
  AO_nop_full();
#endif
  return load_acquire(word);
}

/// Adds to a word, ordered as change(); returns what it was. What is subtracted is added as 0 less that.
inline std::uint64_t add(Word& word, std::uint64_t n) noexcept {
  std::uint64_t value = load_relaxed(word);
  while (!atomic::change(word, value, value + n)) {
  }
  return value;
}
inline std::uint64_t add_relaxed(Word& word, std::uint64_t n) noexcept {
  std::uint64_t value = load_relaxed(word);
  while (!atomic::change_relaxed(word, value, value + n)) {
  }
  return value;
}

}  // namespace thrum::atomic

#endif
