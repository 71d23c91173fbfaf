// engine/scramble.hpp - numbers that look as if drawn by lot, and hashes.
#ifndef THRUM_ENGINE_SCRAMBLE_HPP
#define THRUM_ENGINE_SCRAMBLE_HPP

#include <cstdint>

namespace thrum::sim {

/// The step from one scrambled number to the next.
inline constexpr std::uint64_t kScrambleStep = 0x9E3779B97F4A7C15;

/// SplitMix64: every bit of the result depends on all of the number's.
inline std::uint64_t scramble(std::uint64_t z) noexcept {
  z += kScrambleStep;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EB;
  return z ^ (z >> 31U);
}

}  // namespace thrum::sim

#endif
