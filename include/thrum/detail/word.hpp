// detail/word.hpp - the 64-bit word that holds an object's state, and the steps on it that the
// headers do in line. All else that happens to a word happens inside the library (src/core).
//
// The upper half is the object's generation: 0 for an object in C++, odd for one behind a live handle.
// The lower half is the state, a table of which stands beside each class's code in src/core.
#ifndef THRUM_DETAIL_WORD_HPP
#define THRUM_DETAIL_WORD_HPP

#include <cstdint>

#if defined(THRUM_NO_INLINE)
#include "thrum/thrum.h"
#endif

#if defined(_MSC_VER) && !defined(__clang__)
#include <intrin.h>
#endif

namespace thrum::detail {

struct alignas(8) Word {
  std::uint64_t bits = 0;
};

/// Changes `from` into `to`, with acquire and release order. False where the word was not `from`.
inline bool change(Word& word, std::uint64_t from, std::uint64_t to) noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
  return static_cast<std::uint64_t>(
             _InterlockedCompareExchange64(reinterpret_cast<volatile long long*>(&word.bits),
                                           static_cast<long long>(to), static_cast<long long>(from))) == from;
#else
  return __atomic_compare_exchange_n(&word.bits, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
#endif
}

#if defined(THRUM_NO_INLINE)
extern "C" THRUM_API std::uint64_t thrum_core_read(const Word& word) noexcept;
#endif

/// Reads the word, with acquire order.
inline std::uint64_t load(const Word& word) noexcept {
#if defined(THRUM_NO_INLINE)
  return thrum_core_read(word);
#elif defined(_MSC_VER) && !defined(__clang__)
  return static_cast<std::uint64_t>(_InterlockedCompareExchange64(
      const_cast<volatile long long*>(reinterpret_cast<const volatile long long*>(&word.bits)), 0, 0));
#else
  return __atomic_load_n(&word.bits, __ATOMIC_ACQUIRE);
#endif
}

/// Reads a word, and writes one that only the calling thread changes, in no order with anything.
inline std::uint64_t glance(const Word& word) noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
  return load(word);
#else
  return __atomic_load_n(&word.bits, __ATOMIC_RELAXED);
#endif
}
inline void put(Word& word, std::uint64_t bits) noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
  while (!change(word, load(word), bits)) {
  }
#else
  __atomic_store_n(&word.bits, bits, __ATOMIC_RELAXED);
#endif
}

/// Reads a number that other threads may change, in no order with anything.
inline unsigned glance(const unsigned& number) noexcept {
#if defined(_MSC_VER) && !defined(__clang__)
  return const_cast<const volatile unsigned&>(number);
#else
  return __atomic_load_n(&number, __ATOMIC_RELAXED);
#endif
}

}  // namespace thrum::detail

#endif
