// libuv.cpp - libuv's threads, and the work and the timers of its loop, which one thread runs.
#include <uv.h>

#include <memory>
#include <vector>

#include "peers/built.hpp"
#include "peers/locks.hpp"
#include "peers/peers.hpp"
#include "rows/barrier.hpp"
#include "rows/local.hpp"
#include "rows/pool.hpp"
#include "rows/rlock.hpp"
#include "rows/rwlock.hpp"
#include "rows/semaphore.hpp"
#include "rows/thread.hpp"
#include "rows/timer.hpp"

namespace bench {

namespace {

/// One of libuv's objects, with how it begins and ends.
template <class Object, int (*init)(Object*), void (*destroy)(Object*)>
class Owned {
 public:
  Owned() { require(init(&object_), "an init of libuv"); }
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() { destroy(&object_); }
  Object* get() { return &object_; }

 private:
  Object object_;
};

using Mutex = Owned<uv_mutex_t, uv_mutex_init, uv_mutex_destroy>;

template <class Object>
class alignas(cache_line) LockOf {
 public:
  void acquire() { uv_mutex_lock(mutex_.get()); }
  void release() { uv_mutex_unlock(mutex_.get()); }

 private:
  Object mutex_;
};
using Lock = LockOf<Mutex>;
using RLock = LockOf<Owned<uv_mutex_t, uv_mutex_init_recursive, uv_mutex_destroy>>;

class alignas(cache_line) RWLock {
 public:
  void read() {
    uv_rwlock_rdlock(lock_.get());
    clobber();
    uv_rwlock_rdunlock(lock_.get());
  }
  void write() {
    uv_rwlock_wrlock(lock_.get());
    clobber();
    uv_rwlock_wrunlock(lock_.get());
  }

 private:
  Owned<uv_rwlock_t, uv_rwlock_init, uv_rwlock_destroy> lock_;
};

class alignas(cache_line) Monitor {
 public:
  void acquire() { uv_mutex_lock(mutex_.get()); }
  void release() { uv_mutex_unlock(mutex_.get()); }
  void wait(Side side) { uv_cond_wait(conditions_[side].get(), mutex_.get()); }
  void notify(Side side) { uv_cond_signal(conditions_[side].get()); }
  void notify_all(Side side) { uv_cond_broadcast(conditions_[side].get()); }
  void time_out(std::chrono::nanoseconds time) {
    const std::uint64_t deadline = uv_hrtime() + static_cast<std::uint64_t>(time.count());
    for (std::uint64_t now = uv_hrtime(); now < deadline; now = uv_hrtime()) {
      static_cast<void>(uv_cond_timedwait(conditions_[lead].get(), mutex_.get(), deadline - now));
    }
  }

 private:
  Mutex mutex_;
  Owned<uv_cond_t, uv_cond_init, uv_cond_destroy> conditions_[2];
};

class alignas(cache_line) Semaphore {
 public:
  Semaphore() { require(uv_sem_init(&semaphore_, 0), "uv_sem_init"); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;
  ~Semaphore() { uv_sem_destroy(&semaphore_); }
  void acquire() { uv_sem_wait(&semaphore_); }
  void release() { uv_sem_post(&semaphore_); }

 private:
  uv_sem_t semaphore_;
};

class alignas(cache_line) Barrier {
 public:
  explicit Barrier(int parties) {
    require(uv_barrier_init(&barrier_, static_cast<unsigned>(parties)), "uv_barrier_init");
  }
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;
  ~Barrier() { uv_barrier_destroy(&barrier_); }
  void wait() { static_cast<void>(uv_barrier_wait(&barrier_)); }

 private:
  uv_barrier_t barrier_;
};

class Thread {
 public:
  void start(void (*body)(void*), void* argument) {
    require(uv_thread_create(&thread_, body, argument), "uv_thread_create");
  }
  void join() { require(uv_thread_join(&thread_), "uv_thread_join"); }

 private:
  uv_thread_t thread_;
};

class Local {
 public:
  Local() {
    require(uv_key_create(&key_), "uv_key_create");
    set();
  }
  Local(const Local&) = delete;
  Local& operator=(const Local&) = delete;
  ~Local() { uv_key_delete(&key_); }
  void get() { use(uv_key_get(&key_)); }
  void set() { uv_key_set(&key_, this); }

 private:
  uv_key_t key_;
};

class Loop {
 public:
  Loop() { require(uv_loop_init(&loop_), "uv_loop_init"); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop() {
    run(UV_RUN_DEFAULT);
    require(uv_loop_close(&loop_), "uv_loop_close");
  }
  void run(uv_run_mode mode) { static_cast<void>(uv_run(&loop_, mode)); }
  uv_loop_t* get() { return &loop_; }

 private:
  uv_loop_t loop_;
};

/// The process's, of as many workers as UV_THREADPOOL_SIZE says: main sets it to usual_workers.
class Pool {
 public:
  explicit Pool(std::size_t) {}
  static void run(long count) {
    Loop loop;
    const auto requests = std::make_unique<uv_work_t[]>(static_cast<std::size_t>(count));
    for (long i = 0; i < count; ++i) submit(loop, requests[static_cast<std::size_t>(i)]);
    loop.run(UV_RUN_DEFAULT);
  }
  void round_trip() {
    submit(loop_, request_);
    loop_.run(UV_RUN_DEFAULT);
  }

 private:
  static void submit(Loop& loop, uv_work_t& request) {
    const auto work = [](uv_work_t*) {};
    const auto done = [](uv_work_t*, int) {};
    require(uv_queue_work(loop.get(), &request, work, done), "uv_queue_work");
  }

  Loop loop_;
  uv_work_t request_;
};

class Timers {
 public:
  explicit Timers(std::size_t pending) : pending_(pending) {
    for (std::size_t i = 0; i < pending; ++i) start(pending_[i], scattered(i));
  }
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers() {
    for (uv_timer_t& timer : pending_) end(timer);
    loop_.run(UV_RUN_DEFAULT);
  }
  void make_and_cancel(double seconds) {
    uv_timer_t timer;
    start(timer, seconds);
    end(timer);
    loop_.run(UV_RUN_NOWAIT);  // which the close waits for
  }

 private:
  void start(uv_timer_t& timer, double seconds) {
    require(uv_timer_init(loop_.get(), &timer), "uv_timer_init");
    require(uv_timer_start(
                &timer, [](uv_timer_t*) {}, static_cast<std::uint64_t>(seconds * 1000), 0),
            "uv_timer_start");
  }
  static void end(uv_timer_t& timer) {
    require(uv_timer_stop(&timer), "uv_timer_stop");
    uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
  }

  std::vector<uv_timer_t> pending_;
  Loop loop_;
};

}  // namespace

void add_libuv(Suite& suite) {
  const Peer peer(suite, "libuv");
  add_lock<Lock>(peer);
  add_rlock_rows<RLock>(peer);
  add_rwlock_rows<RWLock>(peer);
  add_monitor<Monitor>(peer);
  add_event<EventOf<Monitor>>(peer);
  add_semaphore_rows<Semaphore>(peer);
  add_barrier_rows<Barrier>(peer);
  add_thread_rows<Thread>(peer);
  add_thread_growth<Thread>(peer);
  add_local_rows<Local>(peer);
  add_built_queues<Monitor>(peer);
  add_task_rows<Pool>(peer);
  add_round_trip_rows<Pool>(peer);
  add_timer_rows<Timers>(peer);
  add_timer_growth<Timers>(peer);
  peer.size("lock", sizeof(uv_mutex_t));
  peer.size("rlock", sizeof(uv_mutex_t));
  peer.size("rwlock", sizeof(uv_rwlock_t));
  peer.size("condition with its lock", sizeof(uv_cond_t) + sizeof(uv_mutex_t));
  peer.size("semaphore", sizeof(uv_sem_t));
}

}  // namespace bench
