// posix/platform_types.hpp - the types of platform.hpp on POSIX threads.
#ifndef THRUM_POSIX_PLATFORM_TYPES_HPP
#define THRUM_POSIX_PLATFORM_TYPES_HPP

#include <pthread.h>
#include <signal.h>

#include <cerrno>

#include "compiler.hpp"
// Defines Parker: over a semaphore where the system has sem_clockwait, else over a condition variable.
#include "parker_types.hpp"

namespace thrum::platform {

inline constexpr bool kSimulated = false;
inline constexpr bool kSignals = true;
inline constexpr bool kFirstMayLeave = true;

struct Mutex {
  pthread_mutex_t native = PTHREAD_MUTEX_INITIALIZER;
};

using ThreadHandle = pthread_t;

struct SignalMask {
  sigset_t blocked;
};

inline SignalMask signal_mask() noexcept {
  SignalMask mask{};
  pthread_sigmask(SIG_SETMASK, nullptr, &mask.blocked);
  return mask;
}

inline SignalMask no_signals() noexcept {
  SignalMask mask{};
  sigfillset(&mask.blocked);
  return mask;
}

/// While this lives, the calling thread is not cancelled: one that left in the middle of a wait would stay
/// in a queue, or keep a mutex. A cancellation that comes meanwhile waits for the next chance.
class NoCancellation {
 public:
  NoCancellation() noexcept { pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
  NoCancellation(const NoCancellation&) = delete;
  NoCancellation& operator=(const NoCancellation&) = delete;
  ~NoCancellation() { pthread_setcancelstate(before_, nullptr); }

 private:
  int before_ = PTHREAD_CANCEL_ENABLE;
};

// Not thread_local, which for an extern variable goes through a function that asks whether it has been
// initialised.
extern __thread Identity current_identity __attribute__((visibility("hidden")));

inline const Identity& identity() noexcept { return current_identity; }

struct alignas(8) InterruptionMemory {
  unsigned char bytes[160];
};
extern __thread InterruptionMemory current_interruption __attribute__((visibility("hidden")));

inline void* interruption() noexcept { return &current_interruption; }

inline int* error_number() noexcept { return &errno; }

inline void pause() noexcept { compiler::pause(); }

inline void stepping(const void* /*word*/) noexcept {}
inline void stepped(const void* /*word*/, bool /*wrote*/) noexcept {}

std::uint64_t now() noexcept;
inline bool has_passed(std::uint64_t time) noexcept { return now() >= time; }

}  // namespace thrum::platform

#endif
