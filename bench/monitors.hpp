// monitors.hpp - a lock with two conditions, of thrum and of its peers, for the workloads that need one.
#ifndef THRUM_BENCH_MONITORS_HPP
#define THRUM_BENCH_MONITORS_HPP

#include <pthread.h>

#include <condition_variable>
#include <mutex>

#include "harness.hpp"
#include "thrum/condition.hpp"

namespace bench {

/// Which condition: each side of a workload waits on its own, both on one lock.
enum Side : std::size_t { lead, partner };

class alignas(cache_line) HandleMonitor {
 public:
  static constexpr Column column = Column::thrum_c;
  HandleMonitor() {
    require(thrum_lock_create(&lock_), "thrum_lock_create");
    for (thrum_condition& condition : conditions_) {
      require(thrum_condition_create_with_lock(&condition, lock_), "thrum_condition_create_with_lock");
    }
  }
  HandleMonitor(const HandleMonitor&) = delete;
  HandleMonitor& operator=(const HandleMonitor&) = delete;
  ~HandleMonitor() {
    for (const thrum_condition condition : conditions_) {
      require(thrum_condition_destroy(condition), "thrum_condition_destroy");
    }
    require(thrum_lock_destroy(lock_), "thrum_lock_destroy");
  }
  void acquire() { require(thrum_lock_acquire(lock_, THRUM_FOREVER), "thrum_lock_acquire"); }
  void release() { require(thrum_lock_release(lock_), "thrum_lock_release"); }
  void wait(Side side) {
    require(thrum_condition_wait(conditions_[side], THRUM_FOREVER), "thrum_condition_wait");
  }
  void notify(Side side) { require(thrum_condition_notify(conditions_[side], 1), "thrum_condition_notify"); }
  void notify_all(Side side) {
    require(thrum_condition_notify_all(conditions_[side]), "thrum_condition_notify_all");
  }

 private:
  thrum_lock lock_;
  thrum_condition conditions_[2];
};

class alignas(cache_line) ClassMonitor {
 public:
  static constexpr Column column = Column::thrum_cpp;
  void acquire() { lock_.acquire(); }
  void release() { lock_.release(); }
  void wait(Side side) { conditions_[side].wait(); }
  void notify(Side side) { conditions_[side].notify(); }
  void notify_all(Side side) { conditions_[side].notify_all(); }

 private:
  thrum::Lock lock_;
  thrum::Condition conditions_[2] = {thrum::Condition(lock_), thrum::Condition(lock_)};
};

class alignas(cache_line) PthreadMonitor {
 public:
  static constexpr Column column = Column::glibc;
  void acquire() { require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void release() { require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }
  void wait(Side side) { require(pthread_cond_wait(&conditions_[side], &mutex_), "pthread_cond_wait"); }
  void notify(Side side) { require(pthread_cond_signal(&conditions_[side]), "pthread_cond_signal"); }
  void notify_all(Side side) {
    require(pthread_cond_broadcast(&conditions_[side]), "pthread_cond_broadcast");
  }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t conditions_[2] = {PTHREAD_COND_INITIALIZER, PTHREAD_COND_INITIALIZER};
};

class alignas(cache_line) StandardMonitor {
 public:
  static constexpr Column column = Column::standard;
  void acquire() { mutex_.lock(); }
  void release() { mutex_.unlock(); }
  void wait(Side side) {
    std::unique_lock held(mutex_, std::adopt_lock);
    conditions_[side].wait(held);
    held.release();
  }
  void notify(Side side) { conditions_[side].notify_one(); }
  void notify_all(Side side) { conditions_[side].notify_all(); }

 private:
  std::mutex mutex_;
  std::condition_variable conditions_[2];
};

}  // namespace bench

#endif
