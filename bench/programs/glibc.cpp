// glibc.cpp - the programs with pthreads, and the timers of the system.
#include <signal.h>

#include "peers/built.hpp"
#include "peers/posix.hpp"
#include "programs/cache.hpp"
#include "programs/pipeline.hpp"
#include "programs/programs.hpp"
#include "programs/timers.hpp"
#include "programs/wordcount.hpp"

namespace bench {

namespace {

class alignas(cache_line) RWLock {
 public:
  void acquire_read() { require(pthread_rwlock_rdlock(&lock_), "pthread_rwlock_rdlock"); }
  void release_read() { require(pthread_rwlock_unlock(&lock_), "pthread_rwlock_unlock"); }
  void acquire_write() { require(pthread_rwlock_wrlock(&lock_), "pthread_rwlock_wrlock"); }
  void release_write() { require(pthread_rwlock_unlock(&lock_), "pthread_rwlock_unlock"); }

 private:
  pthread_rwlock_t lock_ = PTHREAD_RWLOCK_INITIALIZER;
};

class Monitor {
 public:
  Monitor() {
    pthread_condattr_t attributes;
    require(pthread_condattr_init(&attributes), "pthread_condattr_init");
    require(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC), "pthread_condattr_setclock");
    require(pthread_cond_init(&condition_, &attributes), "pthread_cond_init");
    require(pthread_condattr_destroy(&attributes), "pthread_condattr_destroy");
  }
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  ~Monitor() { require(pthread_cond_destroy(&condition_), "pthread_cond_destroy"); }
  void acquire() { require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void release() { require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }
  void notify() { require(pthread_cond_signal(&condition_), "pthread_cond_signal"); }
  void wait_until(Clock::time_point deadline) {
    // The steady clock's is CLOCK_MONOTONIC.
    const auto since = deadline.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    const timespec time{seconds.count(), (since - seconds).count()};
    const int status = pthread_cond_timedwait(&condition_, &mutex_, &time);
    require(status == ETIMEDOUT ? 0 : status, "pthread_cond_timedwait");
  }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t condition_;
};

/// One of the system's for each connection, which starts a thread where it comes.
class SystemTimers {
 public:
  explicit SystemTimers(Timeouts& timeouts) : timers_(connections) {
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD;
    event.sigev_notify_function = [](sigval value) { Timeouts::come(value.sival_ptr); };
    event.sigev_value.sival_ptr = &timeouts;
    for (std::size_t number = 0; number < connections; ++number) {
      require(timer_create(CLOCK_MONOTONIC, &event, &timers_[number]), "timer_create");
      set_anew(number, silence_seconds);
    }
  }
  SystemTimers(const SystemTimers&) = delete;
  SystemTimers& operator=(const SystemTimers&) = delete;
  ~SystemTimers() {
    for (const timer_t timer : timers_) require(timer_delete(timer), "timer_delete");
  }
  void set_anew(std::size_t number, double seconds) {
    itimerspec interval{};
    interval.it_value.tv_sec = static_cast<time_t>(seconds);
    interval.it_value.tv_nsec =
        static_cast<long>((seconds - static_cast<double>(interval.it_value.tv_sec)) * 1e9);
    require(timer_settime(timers_[number], 0, &interval, nullptr), "timer_settime");
  }
  static void batch() {}

 private:
  std::vector<timer_t> timers_;
};

}  // namespace

void add_glibc_programs(Suite& suite) {
  const Peer peer(suite, "glibc");
  add_wordcount(peer, count_with_threads<RingOf<PthreadMonitor>, PthreadThread, PthreadBarrier>);
  add_pipeline<RingOf<PthreadMonitor>, ThreadsOfRun>(peer);
  add_cache<RWLock>(peer);
  add_timers<TimeoutThread<Monitor>>(peer);
  add_timers<SystemTimers>({suite, "timer_settime"});
}

}  // namespace bench
