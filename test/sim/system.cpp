// system.cpp - what tests use of the system beside the library, in the simulator: the threads that
// std::thread starts are the simulator's, as are the turns of std::this_thread::yield and the time of
// std::chrono.
//
// The program's own definitions come before those of the C and the C++ library, for these too.
#include <pthread.h>
#include <sched.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <new>

#include "thrum/sim.h"

namespace {

struct Start {
  void* (*routine)(void*);
  void* arg;
};

void run(void* arg) {
  const Start start = *static_cast<Start*>(arg);
  delete static_cast<Start*>(arg);
  start.routine(start.arg);
}

std::uint64_t& wake_ups(pthread_cond_t* condition) { return *reinterpret_cast<std::uint64_t*>(condition); }

}  // namespace

extern "C" {

int pthread_create(pthread_t* thread, const pthread_attr_t* /*attributes*/, void* (*routine)(void*),
                   void* arg) {
  auto* start = new (std::nothrow) Start{routine, arg};
  thrum_sim_foreign* const foreign = start != nullptr ? thrum_sim_start_foreign(run, start) : nullptr;
  if (foreign == nullptr) {
    delete start;
    return EAGAIN;
  }
  *thread = reinterpret_cast<std::uintptr_t>(foreign);
  return 0;
}

int pthread_join(pthread_t thread, void** /*result*/) {
  thrum_sim_join_foreign(reinterpret_cast<thrum_sim_foreign*>(thread));
  return 0;
}

int sched_yield() noexcept {
  thrum_sim_yield();
  return 0;
}

// Who holds it may have been switched from inside.
int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  int error = 0;
  while ((error = pthread_mutex_trylock(mutex)) == EBUSY) thrum_sim_yield();
  return error;
}

// A condition variable of the C library's begins as zeros; here it counts the wake-ups. All threads take each
// for theirs, which they have to expect.

int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  const std::uint64_t before = wake_ups(condition);
  pthread_mutex_unlock(mutex);
  while (wake_ups(condition) == before) thrum_sim_yield();
  return pthread_mutex_lock(mutex);
}

int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  ++wake_ups(condition);
  return 0;
}

int pthread_cond_broadcast(pthread_cond_t* condition) noexcept { return pthread_cond_signal(condition); }

int pthread_cond_destroy(pthread_cond_t* /*condition*/) noexcept { return 0; }
}

namespace std::chrono {

steady_clock::time_point steady_clock::now() noexcept {
  return time_point(nanoseconds(static_cast<rep>(thrum_sim_now())));
}

system_clock::time_point system_clock::now() noexcept {
  return time_point(nanoseconds(static_cast<rep>(thrum_sim_now())));
}

}  // namespace std::chrono
