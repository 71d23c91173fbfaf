// events.hpp - thrum's events and those of its peers, for the workloads that need one.
#ifndef THRUM_BENCH_EVENTS_HPP
#define THRUM_BENCH_EVENTS_HPP

#include <pthread.h>

#include <atomic>

#include "harness.hpp"
#include "thrum/event.hpp"

namespace bench {

class alignas(cache_line) HandleEvent {
 public:
  static constexpr Column column = Column::thrum_c;
  HandleEvent() { require(thrum_event_create(&event_), "thrum_event_create"); }
  HandleEvent(const HandleEvent&) = delete;
  HandleEvent& operator=(const HandleEvent&) = delete;
  ~HandleEvent() { require(thrum_event_destroy(event_), "thrum_event_destroy"); }
  void set() { require(thrum_event_set(event_), "thrum_event_set"); }
  void clear() { require(thrum_event_clear(event_), "thrum_event_clear"); }
  void wait() { require(thrum_event_wait(event_, THRUM_FOREVER), "thrum_event_wait"); }

 private:
  thrum_event event_;
};

class alignas(cache_line) ClassEvent {
 public:
  static constexpr Column column = Column::thrum_cpp;
  void set() { event_.set(); }
  void clear() { event_.clear(); }
  void wait() { event_.wait(); }

 private:
  thrum::Event event_;
};

/// An event as it is made with pthreads: a flag under a mutex, and a condition variable.
class alignas(cache_line) PthreadEvent {
 public:
  static constexpr Column column = Column::glibc;
  void set() {
    require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock");
    is_set_ = true;
    require(pthread_cond_broadcast(&condition_), "pthread_cond_broadcast");
    require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock");
  }
  void clear() {
    require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock");
    is_set_ = false;
    require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock");
  }
  void wait() {
    require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock");
    while (!is_set_) require(pthread_cond_wait(&condition_, &mutex_), "pthread_cond_wait");
    require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock");
  }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition_ = PTHREAD_COND_INITIALIZER;
  bool is_set_ = false;
};

class alignas(cache_line) StandardEvent {
 public:
  static constexpr Column column = Column::standard;
  void set() {
    flag_.store(1);  // not release: notify_all then looks whether anybody waits
    flag_.notify_all();
  }
  void clear() { flag_.store(0, std::memory_order_release); }
  void wait() { flag_.wait(0, std::memory_order_acquire); }

 private:
  std::atomic<int> flag_{0};
};

}  // namespace bench

#endif
