// posix/with_condition/parker_types.hpp - a parker over a condition variable on the monotonic clock.
//
// Where there is no sem_clockwait, and under ThreadSanitizer, which does not know that. A signal handler that
// interrupts a thread here must not wake one.
#ifndef THRUM_POSIX_WITH_CONDITION_PARKER_TYPES_HPP
#define THRUM_POSIX_WITH_CONDITION_PARKER_TYPES_HPP

#include <pthread.h>

#include <cerrno>
#include <ctime>

namespace thrum::platform {

/// One thread waits on the condition variable, ever: glibc before 2.41 can lose a wake-up among several
/// (BZ 25847). The functions answer false where something cannot be; time-outs are no such thing.
struct Parker {
  pthread_mutex_t mutex;
  pthread_cond_t condition;  // on the monotonic clock
  bool token;                // guarded by the mutex

  bool initialise() noexcept {
    pthread_condattr_t attributes;
    const bool made = pthread_condattr_init(&attributes) == 0 &&
                      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                      pthread_cond_init(&condition, &attributes) == 0 &&
                      pthread_mutex_init(&mutex, nullptr) == 0;
    pthread_condattr_destroy(&attributes);
    token = false;
    return made;
  }

  bool take() noexcept {
    pthread_mutex_lock(&mutex);
    int result = 0;
    while (!token && result == 0) result = pthread_cond_wait(&condition, &mutex);
    token = false;
    pthread_mutex_unlock(&mutex);
    return result == 0;
  }

  /// `taken`: whether the token was there by then. May come back early without it.
  bool take_until(const timespec& time, bool& taken) noexcept {
    pthread_mutex_lock(&mutex);
    const int result = token ? 0 : pthread_cond_timedwait(&condition, &mutex, &time);
    taken = token;
    token = false;
    pthread_mutex_unlock(&mutex);
    return result == 0 || result == ETIMEDOUT;
  }

  bool try_take() noexcept {
    pthread_mutex_lock(&mutex);
    const bool taken = token;
    token = false;
    pthread_mutex_unlock(&mutex);
    return taken;
  }

  void give() noexcept {
    pthread_mutex_lock(&mutex);
    token = true;
    pthread_mutex_unlock(&mutex);
    // After the mutex: a thread woken before would only block on it.
    pthread_cond_signal(&condition);
  }
};

}  // namespace thrum::platform

#endif
