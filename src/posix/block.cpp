// posix/block.cpp - mutexes and parkers.
#include <sched.h>
#include <cerrno>
#include <ctime>

#include "platform.hpp"

namespace thrum::platform {

__thread InterruptionMemory current_interruption = {};
static_assert(sizeof current_interruption == kInterruptionSize);

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
  if (!parker.initialise()) fatal("a parker cannot be initialised");
}

bool park(Parker& parker, std::uint64_t deadline) noexcept {
  const NoCancellation whole;
  const int saved = errno;
  bool works = true;
  bool taken = false;
  if (deadline == kNever) {
    works = taken = parker.take();
  } else {
    while (works && !taken) {
      const std::uint64_t time = now();
      if (time >= deadline) {
        taken = parker.try_take();
        break;
      }
      works = parker.take_until(slice_end(deadline, time), taken);
    }
  }
  if (!works) fatal("a thread cannot wait");
  errno = saved;
  return taken;
}

void unpark(Parker& parker) noexcept { parker.give(); }

void yield() noexcept { sched_yield(); }

void nap() noexcept {
  const NoCancellation no_cancellation;
  const timespec time{0, 50000};
  // That a signal cuts it short is all the same. Unlike nanosleep it leaves errno alone.
  static_cast<void>(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr));
}

}  // namespace thrum::platform
