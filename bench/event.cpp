// event.cpp - an event that is set, set and clear with nobody waiting, and two threads that set each other's.
#include "thrum/event.hpp"

#include <pthread.h>

#include <atomic>

#include "team.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

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

template <class Event>
struct Both {
  static constexpr Column column = Event::column;
  Event ping;
  Event pong;
};

template <class Round>
Workload over_events(const char* name, Round round) {
  return of_calls<HandleEvent, ClassEvent, PthreadEvent, StandardEvent>(name, round);
}

Workload ping_pong(const char* name, Placement placement) {
  return of_trips<Both<HandleEvent>, Both<ClassEvent>, Both<PthreadEvent>, Both<StandardEvent>>(
      name, [placement](auto& events, Nanoseconds budget) {
        return round_trips(
            placement, budget,
            [&] {
              events.ping.set();
              events.pong.wait();
              events.pong.clear();
            },
            [&] {
              events.ping.wait();
              events.ping.clear();
            },
            [&] { events.pong.set(); });
      });
}

}  // namespace

void add_event_workloads(std::vector<Workload>& workloads) {
  workloads.push_back(over_events("event/wait-when-set", [](auto& event, Nanoseconds budget) {
    event.set();
    return repeat_for(budget, batch_of_calls, [&] { event.wait(); });
  }));
  workloads.push_back(over_events("event/set-clear", [](auto& event, Nanoseconds budget) {
    return repeat_for(budget, batch_of_calls, [&] {
      event.set();
      event.clear();
    });
  }));
  workloads.push_back(ping_pong("event/ping-pong/one-cpu", Placement::one_cpu));
  if (processors().size() > 1)
    workloads.push_back(ping_pong("event/ping-pong/two-cpus", Placement::two_cpus));
}

}  // namespace bench
