// rlock.cpp - a re-entrant lock that is free, and one that the thread holds already.
#include "thrum/rlock.hpp"

#include <pthread.h>

#include <mutex>

#include "workloads.hpp"

namespace bench {

namespace {

class alignas(cache_line) HandleRLock {
 public:
  static constexpr Column column = Column::thrum_c;
  HandleRLock() { require(thrum_rlock_create(&lock_), "thrum_rlock_create"); }
  HandleRLock(const HandleRLock&) = delete;
  HandleRLock& operator=(const HandleRLock&) = delete;
  ~HandleRLock() { require(thrum_rlock_destroy(lock_), "thrum_rlock_destroy"); }
  void acquire() { require(thrum_rlock_acquire(lock_, THRUM_FOREVER), "thrum_rlock_acquire"); }
  void release() { require(thrum_rlock_release(lock_), "thrum_rlock_release"); }

 private:
  thrum_rlock lock_;
};

class alignas(cache_line) ClassRLock {
 public:
  static constexpr Column column = Column::thrum_cpp;
  void acquire() { lock_.acquire(); }
  void release() { lock_.release(); }

 private:
  thrum::RLock lock_;
};

class alignas(cache_line) PthreadRLock {
 public:
  static constexpr Column column = Column::glibc;
  void acquire() { require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void release() { require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

 private:
  pthread_mutex_t mutex_ = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
};

class alignas(cache_line) StandardRLock {
 public:
  static constexpr Column column = Column::standard;
  void acquire() { mutex_.lock(); }
  void release() { mutex_.unlock(); }

 private:
  std::recursive_mutex mutex_;
};

template <class RLock>
Figures pairs(RLock& lock, Nanoseconds budget) {
  return repeat_for(budget, batch_of_calls, [&] {
    lock.acquire();
    lock.release();
  });
}

template <class Round>
Workload over_rlocks(const char* name, Round round) {
  return of_calls<HandleRLock, ClassRLock, PthreadRLock, StandardRLock>(name, round);
}

}  // namespace

void add_rlock_workloads(std::vector<Workload>& workloads) {
  workloads.push_back(
      over_rlocks("rlock/free", [](auto& lock, Nanoseconds budget) { return pairs(lock, budget); }));
  workloads.push_back(over_rlocks("rlock/nested", [](auto& lock, Nanoseconds budget) {
    lock.acquire();
    const Figures figures = pairs(lock, budget);
    lock.release();
    return figures;
  }));
}

}  // namespace bench
