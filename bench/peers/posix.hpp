// posix.hpp - what rows and programs both have of pthreads; the tests of the harness have its lock, too.
#ifndef THRUM_BENCH_PEERS_POSIX_HPP
#define THRUM_BENCH_PEERS_POSIX_HPP

#include <pthread.h>

#include <cerrno>
#include <ctime>

#include "rows/condition.hpp"

namespace bench {

class alignas(cache_line) PthreadLock {
 public:
  void acquire() { require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void release() { require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

class alignas(cache_line) PthreadMonitor {
 public:
  PthreadMonitor() {
    pthread_condattr_t attributes;
    require(pthread_condattr_init(&attributes), "pthread_condattr_init");
    require(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC), "pthread_condattr_setclock");
    for (pthread_cond_t& condition : conditions_) {
      require(pthread_cond_init(&condition, &attributes), "pthread_cond_init");
    }
    require(pthread_condattr_destroy(&attributes), "pthread_condattr_destroy");
  }
  void acquire() { require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void release() { require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }
  void wait(Side side) { require(pthread_cond_wait(&conditions_[side], &mutex_), "pthread_cond_wait"); }
  void notify(Side side) { require(pthread_cond_signal(&conditions_[side]), "pthread_cond_signal"); }
  void notify_all(Side side) {
    require(pthread_cond_broadcast(&conditions_[side]), "pthread_cond_broadcast");
  }
  void time_out(std::chrono::nanoseconds time) {
    timespec deadline;
    require(clock_gettime(CLOCK_MONOTONIC, &deadline), "clock_gettime");
    deadline.tv_nsec += time.count();
    if (deadline.tv_nsec >= 1'000'000'000) {
      deadline.tv_nsec -= 1'000'000'000;
      ++deadline.tv_sec;
    }
    int status = 0;
    while (status == 0) status = pthread_cond_timedwait(&conditions_[lead], &mutex_, &deadline);
    require(status != ETIMEDOUT, "pthread_cond_timedwait");
  }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t conditions_[2];
};

class alignas(cache_line) PthreadBarrier {
 public:
  explicit PthreadBarrier(int parties) {
    require(pthread_barrier_init(&barrier_, nullptr, static_cast<unsigned>(parties)), "pthread_barrier_init");
  }
  PthreadBarrier(const PthreadBarrier&) = delete;
  PthreadBarrier& operator=(const PthreadBarrier&) = delete;
  ~PthreadBarrier() { require(pthread_barrier_destroy(&barrier_), "pthread_barrier_destroy"); }
  void wait() {
    const int status = pthread_barrier_wait(&barrier_);
    require(status == PTHREAD_BARRIER_SERIAL_THREAD ? 0 : status, "pthread_barrier_wait");
  }

 private:
  pthread_barrier_t barrier_;
};

class PthreadThread {
 public:
  void start(void (*body)(void*), void* argument) {
    body_ = body;
    argument_ = argument;
    const auto live = [](void* self) -> void* {
      const PthreadThread& thread = *static_cast<const PthreadThread*>(self);
      thread.body_(thread.argument_);
      return nullptr;
    };
    require(pthread_create(&thread_, nullptr, live, this), "pthread_create");
  }
  void join() { require(pthread_join(thread_, nullptr), "pthread_join"); }

 private:
  pthread_t thread_;
  void (*body_)(void*);
  void* argument_;
};

}  // namespace bench

#endif
