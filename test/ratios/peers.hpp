// peers.hpp - what glibc has, and what programs make of it: an event, a queue.
#ifndef THRUM_TEST_RATIOS_PEERS_HPP
#define THRUM_TEST_RATIOS_PEERS_HPP

#include <pthread.h>
#include <semaphore.h>

#include <array>
#include <cstddef>

#include "ratios/ratios.hpp"

namespace ratios {

class alignas(cache_line) Mutex {
 public:
  void acquire() { require(pthread_mutex_lock(&mutex_)); }
  void release() { require(pthread_mutex_unlock(&mutex_)); }

 private:
  friend class Condition;
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
};

class Condition {
 public:
  explicit Condition(Mutex& mutex) : mutex_(mutex.mutex_) {}
  void wait() { require(pthread_cond_wait(&condition_, &mutex_)); }
  void notify() { require(pthread_cond_signal(&condition_)); }
  void notify_all() { require(pthread_cond_broadcast(&condition_)); }

 private:
  pthread_mutex_t& mutex_;
  pthread_cond_t condition_ = PTHREAD_COND_INITIALIZER;
};

class alignas(cache_line) ReadWriteLock {
 public:
  void acquire_read() { require(pthread_rwlock_rdlock(&lock_)); }
  void release_read() { require(pthread_rwlock_unlock(&lock_)); }

 private:
  pthread_rwlock_t lock_ = PTHREAD_RWLOCK_INITIALIZER;
};

class alignas(cache_line) Semaphore {
 public:
  explicit Semaphore(unsigned value) { require(sem_init(&semaphore_, 0, value)); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;
  ~Semaphore() { require(sem_destroy(&semaphore_)); }
  void acquire() { require(sem_wait(&semaphore_)); }
  void release() { require(sem_post(&semaphore_)); }

 private:
  sem_t semaphore_;
};

/// A flag under a mutex, and a condition.
class alignas(cache_line) Event {
 public:
  void set() {
    mutex_.acquire();
    is_set_ = true;
    condition_.notify_all();
    mutex_.release();
  }
  void clear() {
    mutex_.acquire();
    is_set_ = false;
    mutex_.release();
  }
  void wait() {
    mutex_.acquire();
    while (!is_set_) condition_.wait();
    mutex_.release();
  }

 private:
  Mutex mutex_;
  Condition condition_{mutex_};
  bool is_set_ = false;
};

/// A ring under a mutex, and two conditions.
template <std::size_t capacity>
class alignas(cache_line) Queue {
 public:
  void put(std::size_t item) {
    mutex_.acquire();
    while (count_ == capacity) not_full_.wait();
    ring_[(first_ + count_++) % capacity] = item;
    mutex_.release();
    not_empty_.notify();
  }
  std::size_t get() {
    mutex_.acquire();
    while (count_ == 0) not_empty_.wait();
    const std::size_t item = ring_[first_];
    first_ = (first_ + 1) % capacity;
    --count_;
    mutex_.release();
    not_full_.notify();
    return item;
  }

 private:
  Mutex mutex_;
  Condition not_empty_{mutex_};
  Condition not_full_{mutex_};
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::array<std::size_t, capacity> ring_{};
};

}  // namespace ratios

#endif
