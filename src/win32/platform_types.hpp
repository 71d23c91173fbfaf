// win32/platform_types.hpp - the types of platform.hpp on Windows.
//
// Without windows.h, whose macros the rest of the library is not written for: the system's types are held as
// what they are, pointers and numbers, and block.cpp and thread.cpp hold them to that.
#ifndef THRUM_WIN32_PLATFORM_TYPES_HPP
#define THRUM_WIN32_PLATFORM_TYPES_HPP

#include <cstdint>

#include "compiler.hpp"

namespace thrum::platform {

inline constexpr bool kSimulated = false;
inline constexpr bool kSignals = false;
inline constexpr bool kFirstMayLeave = false;

/// An SRWLOCK. Its exclusive mode alone: the shared one can grant exclusive access (microsoft/STL#4448).
struct Mutex {
  void* native = nullptr;
};

/// A thread that sleeps for ever, or where the system has no better, waits on the condition variable; for
/// a time, on the event and the timer.
struct Parker {
  void* mutex;      // an SRWLOCK
  void* condition;  // a CONDITION_VARIABLE
  void* event;      // null: not made yet, or not to be had
  void* timer;      // of high resolution; null as `event`
  bool token;       // guarded by the mutex, as what follows
  bool timed;       // its thread waits on the event and the timer
};

struct ThreadHandle {
  void* handle;          // null for a thread that is neither joined nor detached
  unsigned long number;  // the system's, good as long as the thread is there
};

/// Nothing: there are no signals to let through.
struct SignalMask {};
inline SignalMask signal_mask() noexcept { return {}; }
inline SignalMask no_signals() noexcept { return {}; }

inline void pause() noexcept { compiler::pause(); }

inline void* interruption() noexcept { return nullptr; }

inline void stepping(const void* /*word*/) noexcept {}
inline void stepped(const void* /*word*/, bool /*wrote*/) noexcept {}

std::uint64_t now() noexcept;
inline bool has_passed(std::uint64_t time) noexcept { return now() >= time; }

}  // namespace thrum::platform

#endif
