// timeout.cpp - how late a wait of a millisecond ends.
#include <pthread.h>

#include <cerrno>
#include <condition_variable>
#include <ctime>
#include <mutex>
#include <thread>

#include "thrum/event.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

constexpr std::chrono::milliseconds timeout{1};
constexpr double timeout_seconds = 1e-3;

class HandleWait {
 public:
  static constexpr Column column = Column::thrum_c;
  HandleWait() { require(thrum_event_create(&event_), "thrum_event_create"); }
  HandleWait(const HandleWait&) = delete;
  HandleWait& operator=(const HandleWait&) = delete;
  ~HandleWait() { require(thrum_event_destroy(event_), "thrum_event_destroy"); }
  void operator()() {
    require(thrum_event_wait(event_, timeout_seconds) != THRUM_TIMEOUT, "thrum_event_wait");
  }

 private:
  thrum_event event_;
};

class ClassWait {
 public:
  static constexpr Column column = Column::thrum_cpp;
  void operator()() { require(event_.wait(timeout_seconds), "Event::wait"); }

 private:
  thrum::Event event_;
};

class PthreadWait {
 public:
  static constexpr Column column = Column::glibc;
  PthreadWait() {
    pthread_condattr_t attributes;
    require(pthread_condattr_init(&attributes), "pthread_condattr_init");
    require(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC), "pthread_condattr_setclock");
    require(pthread_cond_init(&condition_, &attributes), "pthread_cond_init");
    require(pthread_condattr_destroy(&attributes), "pthread_condattr_destroy");
  }
  void operator()() {
    timespec deadline;
    require(clock_gettime(CLOCK_MONOTONIC, &deadline), "clock_gettime");
    deadline.tv_nsec += std::chrono::nanoseconds(timeout).count();
    if (deadline.tv_nsec >= 1'000'000'000) {
      deadline.tv_nsec -= 1'000'000'000;
      ++deadline.tv_sec;
    }
    require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock");
    int status = 0;
    while (status == 0) status = pthread_cond_timedwait(&condition_, &mutex_, &deadline);
    require(status != ETIMEDOUT, "pthread_cond_timedwait");
    require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock");
  }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition_;
};

class StandardWait {
 public:
  static constexpr Column column = Column::standard;
  void operator()() {
    std::unique_lock held(mutex_);
    require(condition_.wait_for(held, timeout, [] { return false; }), "condition_variable::wait_for");
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
};

class Sleep {
 public:
  static constexpr Column column = Column::floor;
  void operator()() { std::this_thread::sleep_for(timeout); }
};

template <class Wait>
Peer overshoot() {
  return {Wait::column, [wait = std::make_shared<Wait>()](Nanoseconds) -> Figures {
            return {(stopwatch(std::ref(*wait)) - Nanoseconds(timeout)).count()};
          }};
}

}  // namespace

void add_timeout_workloads(std::vector<Workload>& workloads) {
  workloads.push_back({"timeout/1ms-overshoot",
                       {overshoot<HandleWait>(), overshoot<ClassWait>(), overshoot<PthreadWait>(),
                        overshoot<StandardWait>(), overshoot<Sleep>()},
                       timeout,
                       {{"p50", &Figures::nanoseconds, 0.5}, {"p99", &Figures::nanoseconds, 0.99}},
                       60});
}

}  // namespace bench
