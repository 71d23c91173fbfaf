// posix/block.cpp - mutexes and parkers.
#include <sched.h>
#include <cerrno>
#include <ctime>

#include "platform.hpp"

namespace thrum::platform {

namespace {

// The longest single wait: a day. Longer ones are made of slices, so that no system's idea of the largest
// time can cut them short.
constexpr std::uint64_t kSlice = std::uint64_t{86400} * 1000000000;

timespec slice_end(std::uint64_t deadline, std::uint64_t now) noexcept {
  const std::uint64_t end = deadline - now > kSlice ? now + kSlice : deadline;
  timespec time{};
  time.tv_sec = static_cast<time_t>(end / 1000000000);
  time.tv_nsec = static_cast<long>(end % 1000000000);
  return time;
}

}  // namespace

void lock(Mutex& mutex) noexcept {
  if (pthread_mutex_lock(&mutex.native) != 0) fatal("pthread_mutex_lock failed");
}

bool try_lock(Mutex& mutex) noexcept { return pthread_mutex_trylock(&mutex.native) == 0; }

void unlock(Mutex& mutex) noexcept {
  if (pthread_mutex_unlock(&mutex.native) != 0) fatal("pthread_mutex_unlock failed");
}

void initialise(Parker& parker) noexcept {
  pthread_condattr_t attributes;
  if (pthread_condattr_init(&attributes) != 0 ||
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) != 0 ||
      pthread_cond_init(&parker.condition, &attributes) != 0 ||
      pthread_mutex_init(&parker.mutex, nullptr) != 0) {
    fatal("a parker cannot be initialised");
  }
  pthread_condattr_destroy(&attributes);
  parker.token = false;
}

bool park(Parker& parker, std::uint64_t deadline) noexcept {
  const NoCancellation whole;
  pthread_mutex_lock(&parker.mutex);
  while (!parker.token) {
    int result = 0;
    if (deadline == kNever) {
      result = pthread_cond_wait(&parker.condition, &parker.mutex);
    } else {
      const std::uint64_t time = now();
      if (time >= deadline) break;
      const timespec end = slice_end(deadline, time);
      result = pthread_cond_timedwait(&parker.condition, &parker.mutex, &end);
    }
    if (result != 0 && result != ETIMEDOUT) fatal("pthread_cond_wait failed");
  }
  const bool taken = parker.token;
  parker.token = false;
  pthread_mutex_unlock(&parker.mutex);
  return taken;
}

void unpark(Parker& parker) noexcept {
  pthread_mutex_lock(&parker.mutex);
  parker.token = true;
  pthread_mutex_unlock(&parker.mutex);
  // After the mutex: a thread woken before would only block on it.
  pthread_cond_signal(&parker.condition);
}

void yield() noexcept { sched_yield(); }

}  // namespace thrum::platform
