// posix/with_semaphore/parker_types.hpp - a parker over a semaphore, which signal handlers may give the token
// to.
//
// For systems with sem_clockwait, glibc since 2.30 among them. Neither side takes a mutex: with one, a thread
// that is woken gets it back as one that others wait for, and lets it go by a system call that wakes nobody.
#ifndef THRUM_POSIX_WITH_SEMAPHORE_PARKER_TYPES_HPP
#define THRUM_POSIX_WITH_SEMAPHORE_PARKER_TYPES_HPP

#include <semaphore.h>

#include <cerrno>
#include <ctime>

namespace thrum::platform {

/// The functions answer false where something cannot be; time-outs and signals are no such thing.
struct Parker {
  sem_t semaphore;

  bool initialise() noexcept { return sem_init(&semaphore, 0, 0) == 0; }

  bool take() noexcept {
    while (sem_wait(&semaphore) != 0) {
      if (errno != EINTR) return false;
    }
    return true;
  }

  /// `taken`: whether the token was there by then, on the monotonic clock. May come back early without it.
  bool take_until(const timespec& time, bool& taken) noexcept {
    taken = sem_clockwait(&semaphore, CLOCK_MONOTONIC, &time) == 0;
    return taken || errno == ETIMEDOUT || errno == EINTR;
  }

  bool try_take() noexcept {
    while (sem_trywait(&semaphore) != 0) {
      if (errno != EINTR) return false;
    }
    return true;
  }

  void give() noexcept { sem_post(&semaphore); }
};

}  // namespace thrum::platform

#endif
