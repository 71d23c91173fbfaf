// sim/platform_types.hpp - the types of platform.hpp in the simulator.
#ifndef THRUM_SIM_PLATFORM_TYPES_HPP
#define THRUM_SIM_PLATFORM_TYPES_HPP

#include <cerrno>
#include <cstdint>

namespace thrum::sim {
struct Thread;
void step_begins() noexcept;
void step_ends(const void* word, bool wrote) noexcept;
}  // namespace thrum::sim

namespace thrum::platform {

inline constexpr bool kSimulated = true;
inline constexpr bool kSignals = false;
inline constexpr bool kFirstMayLeave = false;

struct Mutex {
  bool held = false;
};

struct Parker {
  bool token;
};

using ThreadHandle = sim::Thread*;

/// Nothing: there are no signals to let through.
struct SignalMask {};
inline SignalMask signal_mask() noexcept { return {}; }
inline SignalMask no_signals() noexcept { return {}; }

inline void* interruption() noexcept { return nullptr; }

// In the models of the library itself every such operation is a scheduling point.
inline void stepping(const void* /*word*/) noexcept {
#if defined(THRUM_MODEL)
  sim::step_begins();
#endif
}
inline void stepped(const void* word, bool wrote) noexcept { sim::step_ends(word, wrote); }

inline int* error_number() noexcept { return &errno; }

}  // namespace thrum::platform

#endif
