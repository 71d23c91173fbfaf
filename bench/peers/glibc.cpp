// glibc.cpp - the C library's own, which has queues where its user writes them.
#include <semaphore.h>
#include <signal.h>

#include <vector>

#include "peers/built.hpp"
#include "peers/locks.hpp"
#include "peers/peers.hpp"
#include "peers/posix.hpp"
#include "rows/barrier.hpp"
#include "rows/local.hpp"
#include "rows/rlock.hpp"
#include "rows/rwlock.hpp"
#include "rows/semaphore.hpp"
#include "rows/thread.hpp"
#include "rows/timer.hpp"

namespace bench {

namespace {

class alignas(cache_line) RLock {
 public:
  void acquire() { require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock"); }
  void release() { require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock"); }

 private:
  pthread_mutex_t mutex_ = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
};

class alignas(cache_line) RWLock {
 public:
  void read() {
    require(pthread_rwlock_rdlock(&lock_), "pthread_rwlock_rdlock");
    clobber();
    require(pthread_rwlock_unlock(&lock_), "pthread_rwlock_unlock");
  }
  void write() {
    require(pthread_rwlock_wrlock(&lock_), "pthread_rwlock_wrlock");
    clobber();
    require(pthread_rwlock_unlock(&lock_), "pthread_rwlock_unlock");
  }

 private:
  pthread_rwlock_t lock_ = PTHREAD_RWLOCK_INITIALIZER;
};

class alignas(cache_line) Semaphore {
 public:
  Semaphore() { require(sem_init(&semaphore_, 0, 0), "sem_init"); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;
  ~Semaphore() { require(sem_destroy(&semaphore_), "sem_destroy"); }
  void acquire() { require(sem_wait(&semaphore_), "sem_wait"); }
  void release() { require(sem_post(&semaphore_), "sem_post"); }

 private:
  sem_t semaphore_;
};

class Local {
 public:
  Local() {
    require(pthread_key_create(&key_, nullptr), "pthread_key_create");
    set();
  }
  Local(const Local&) = delete;
  Local& operator=(const Local&) = delete;
  ~Local() { require(pthread_key_delete(key_), "pthread_key_delete"); }
  void get() { use(pthread_getspecific(key_)); }
  void set() { require(pthread_setspecific(key_, this), "pthread_setspecific"); }

 private:
  pthread_key_t key_;
};

/// The system's, which tell nobody.
class Timers {
 public:
  explicit Timers(std::size_t pending) {
    for (std::size_t i = 0; i < pending; ++i) pending_.push_back(start(scattered(i)));
  }
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers() {
    for (const timer_t timer : pending_) require(timer_delete(timer), "timer_delete");
  }
  static void make_and_cancel(double seconds) { require(timer_delete(start(seconds)), "timer_delete"); }

 private:
  static timer_t start(double seconds) {
    sigevent event{};
    event.sigev_notify = SIGEV_NONE;
    timer_t timer{};
    require(timer_create(CLOCK_MONOTONIC, &event, &timer), "timer_create");
    itimerspec interval{};
    interval.it_value.tv_sec = static_cast<time_t>(seconds);
    require(timer_settime(timer, 0, &interval, nullptr), "timer_settime");
    return timer;
  }

  std::vector<timer_t> pending_;
};

}  // namespace

void add_glibc(Suite& suite) {
  const Peer peer(suite, "glibc");
  add_lock<PthreadLock>(peer);
  add_rlock_rows<RLock>(peer);
  add_rwlock_rows<RWLock>(peer);
  add_monitor<PthreadMonitor>(peer);
  add_event<EventOf<PthreadMonitor>>(peer);
  add_semaphore_rows<Semaphore>(peer);
  add_barrier_rows<PthreadBarrier>(peer);
  add_thread_rows<PthreadThread>(peer);
  add_thread_growth<PthreadThread>(peer);
  add_local_rows<Local>(peer);
  add_built_queues<PthreadMonitor>(peer);
  add_timer_rows<Timers>(peer);
  // The system lets a user have some ten thousands of them.
  for (const std::size_t pending : {100, 1000, 10000}) {
    add_timer_growth_of<Timers>(peer, "growth/timer-create-cancel/" + std::to_string(pending), pending);
  }
  peer.size("lock", sizeof(pthread_mutex_t));
  peer.size("rlock", sizeof(pthread_mutex_t));
  peer.size("rwlock", sizeof(pthread_rwlock_t));
  peer.size("condition with its lock", sizeof(pthread_cond_t) + sizeof(pthread_mutex_t));
  peer.size("semaphore", sizeof(sem_t));
}

}  // namespace bench
