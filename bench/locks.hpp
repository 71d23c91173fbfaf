// locks.hpp - thrum's locks and those of its peers, for the workloads that need one.
#ifndef THRUM_BENCH_LOCKS_HPP
#define THRUM_BENCH_LOCKS_HPP

#include <pthread.h>

#include <mutex>

#include "harness.hpp"
#include "thrum/lock.hpp"

namespace bench {

class alignas(cache_line) HandleLock {
 public:
  static constexpr Column column = Column::thrum_c;
  HandleLock() { require(thrum_lock_create(&lock_), "thrum_lock_create"); }
  HandleLock(const HandleLock&) = delete;
  HandleLock& operator=(const HandleLock&) = delete;
  ~HandleLock() { require(thrum_lock_destroy(lock_), "thrum_lock_destroy"); }
  void acquire() { require(thrum_lock_acquire(lock_, THRUM_FOREVER), "thrum_lock_acquire"); }
  void release() { require(thrum_lock_release(lock_), "thrum_lock_release"); }

 private:
  thrum_lock lock_;
};

class alignas(cache_line) ClassLock {
 public:
  static constexpr Column column = Column::thrum_cpp;
  void acquire() { lock_.acquire(); }
  void release() { lock_.release(); }

 private:
  thrum::Lock lock_;
};

class alignas(cache_line) PthreadLock {
 public:
  static constexpr Column column = Column::glibc;
  void acquire() { require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void release() { require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

class alignas(cache_line) StandardLock {
 public:
  static constexpr Column column = Column::standard;
  void acquire() { mutex_.lock(); }
  void release() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

}  // namespace bench

#endif
