// core/word/generation.hpp - the two halves of an object's word.
//
// The upper half is the generation. It is 0 in an object of C++, odd in one behind a live handle and even
// in a slot between two lives, so that one compare-and-swap on the word both finds out whether a handle is
// still good and changes the state: no operation can reach an object of another generation.
#ifndef THRUM_CORE_WORD_GENERATION_HPP
#define THRUM_CORE_WORD_GENERATION_HPP

#include <cstdint>

namespace thrum {

using Generation = std::uint32_t;

constexpr std::uint64_t make_word(Generation generation, std::uint64_t state) noexcept {
  return std::uint64_t{generation} << 32 | state;
}

constexpr Generation generation_of(std::uint64_t word) noexcept {
  return static_cast<Generation>(word >> 32);
}

constexpr std::uint64_t state_of(std::uint64_t word) noexcept { return word & UINT32_MAX; }

}  // namespace thrum

#endif
