// condition.cpp - two threads that notify each other, and a broadcast to eight.
#include "thrum/condition.hpp"

#include <pthread.h>

#include <condition_variable>
#include <mutex>

#include "team.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

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

template <class Monitor>
Figures ping_pong(Placement placement, Monitor& monitor, Nanoseconds budget) {
  struct {
    Side turn = lead;
  } shared;
  return round_trips(
      placement, budget,
      [&] {
        monitor.acquire();
        shared.turn = partner;
        monitor.notify(partner);
        while (shared.turn != lead) monitor.wait(lead);
        monitor.release();
      },
      [&] {
        monitor.acquire();
        while (shared.turn != partner) monitor.wait(partner);
      },
      [&] {
        shared.turn = lead;
        monitor.notify(lead);
        monitor.release();
      });
}

/// How long it takes to wake eight waiting threads and have them all wait again.
template <class Monitor>
Figures broadcast(Monitor& monitor, Nanoseconds budget) {
  constexpr int waiters = 8;
  const Pin pin(processors().front());
  struct {
    int waiting = 0;
    long generation = 0;
    bool last = false;
  } shared;
  std::vector<std::thread> team;
  team.reserve(waiters);
  for (int i = 0; i < waiters; ++i) {
    team.emplace_back([&] {  // on the one processor too: a thread inherits that
      monitor.acquire();
      while (!shared.last) {
        const long seen = shared.generation;
        if (++shared.waiting == waiters) monitor.notify(lead);
        while (shared.generation == seen) monitor.wait(partner);
      }
      monitor.release();
    });
  }
  const auto broadcast_when_all_wait = [&] {
    while (shared.waiting < waiters) monitor.wait(lead);
    shared.waiting = 0;
    ++shared.generation;
    monitor.notify_all(partner);
  };
  monitor.acquire();
  repeat(batch_of_trips, broadcast_when_all_wait);
  const Figures figures = repeat_for(budget, batch_of_trips, broadcast_when_all_wait);
  while (shared.waiting < waiters) monitor.wait(lead);
  shared.last = true;
  ++shared.generation;
  monitor.notify_all(partner);
  monitor.release();
  for (std::thread& thread : team) thread.join();
  return figures;
}

template <class Round>
Workload over_monitors(const char* name, Round round) {
  return of_trips<HandleMonitor, ClassMonitor, PthreadMonitor, StandardMonitor>(name, round);
}

Workload ping_pong(const char* name, Placement placement) {
  return over_monitors(
      name, [placement](auto& monitor, Nanoseconds budget) { return ping_pong(placement, monitor, budget); });
}

}  // namespace

void add_condition_workloads(std::vector<Workload>& workloads) {
  workloads.push_back(ping_pong("condition/ping-pong/one-cpu", Placement::one_cpu));
  if (processors().size() > 1) {
    workloads.push_back(ping_pong("condition/ping-pong/two-cpus", Placement::two_cpus));
  }
  workloads.push_back(over_monitors("condition/broadcast-8/one-cpu", [](auto& monitor, Nanoseconds budget) {
    return broadcast(monitor, budget);
  }));
}

}  // namespace bench
