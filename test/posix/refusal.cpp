// refusal.cpp - support/refusal.hpp on POSIX, by --wrap.
#include "support/refusal.hpp"

#include <pthread.h>
#include <semaphore.h>

#include <cerrno>
#include <cstddef>
#include <ctime>

using namespace support;

namespace {

/// Whether a wait until that time on the clock is to end as if it had come.
bool is_over(clockid_t clock, const timespec& end) {
  timespec now{};
  clock_gettime(clock, &now);
  const double length = static_cast<double>(end.tv_sec - now.tv_sec);
  // One of decades is another's than the library's: a test's own wait, on the other clock.
  if (length < 3600 || length > 1e9) return false;
  if (length > longest_wait) longest_wait = length;
  if (long_waits_to_end == 0) return false;
  long_waits_to_end.fetch_sub(1);
  return true;
}

}  // namespace

extern "C" {
// One of the two, as the library's parkers are made. Where there is no such function nobody calls this.
__attribute__((weak)) int __real_sem_clockwait(sem_t*, clockid_t, const timespec*);
int __wrap_sem_clockwait(sem_t*, clockid_t, const timespec*);
int __wrap_sem_clockwait(sem_t* semaphore, clockid_t clock, const timespec* end) {
  if (!is_over(clock, *end)) return __real_sem_clockwait(semaphore, clock, end);
  errno = ETIMEDOUT;
  return -1;
}

int __real_pthread_cond_timedwait(pthread_cond_t*, pthread_mutex_t*, const timespec*);
int __wrap_pthread_cond_timedwait(pthread_cond_t*, pthread_mutex_t*, const timespec*);
int __wrap_pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* end) {
  return is_over(CLOCK_MONOTONIC, *end) ? ETIMEDOUT : __real_pthread_cond_timedwait(condition, mutex, end);
}

using StartRoutine = void* (*)(void*);

int __real_pthread_create(pthread_t*, const pthread_attr_t*, StartRoutine, void*);
int __wrap_pthread_create(pthread_t*, const pthread_attr_t*, StartRoutine, void*);
int __wrap_pthread_create(pthread_t* thread, const pthread_attr_t* attributes, StartRoutine routine,
                          void* arg) {
  std::size_t stack = 0;
  if (pthread_attr_getstacksize(attributes, &stack) == 0 && stack < least_stack) return EINVAL;
  if (!refuse_threads) return __real_pthread_create(thread, attributes, routine, arg);
  threads_refused.fetch_add(1);
  if (before_refusing_thread) before_refusing_thread();
  // As glibc's, which has found no memory for the stack.
  errno = ENOMEM;
  return EAGAIN;
}

int __real_pthread_setspecific(pthread_key_t, const void*);
int __wrap_pthread_setspecific(pthread_key_t, const void*);
int __wrap_pthread_setspecific(pthread_key_t key, const void* value) {
  return refuse_keys ? ENOMEM : __real_pthread_setspecific(key, value);
}

void* __real_malloc(std::size_t);
void* __wrap_malloc(std::size_t);
void* __wrap_malloc(std::size_t size) {
  if (!refuse_memory) return __real_malloc(size);
  errno = ENOMEM;
  return nullptr;
}

void* __real_calloc(std::size_t, std::size_t);
void* __wrap_calloc(std::size_t, std::size_t);
void* __wrap_calloc(std::size_t count, std::size_t size) {
  if (void (*const call)(std::size_t) = before_allocating) call(count * size);
  if (!refuse_memory) return __real_calloc(count, size);
  errno = ENOMEM;
  return nullptr;
}

int __real_atexit(void (*)());
int __wrap_atexit(void (*)());
int __wrap_atexit(void (*function)()) {
  if (refuse_memory) return -1;
  handlers_registered.fetch_add(1);
  return __real_atexit(function);
}
}
