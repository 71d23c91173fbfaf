// thrum_c.cpp - thrum through its handles. Where a row has something for all, this is its first peer: the
// rows come in the order of this file.
#include <optional>
#include <vector>

#include "peers/built.hpp"
#include "peers/locks.hpp"
#include "peers/peers.hpp"
#include "peers/thrum_c.hpp"
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

class Lock {
 public:
  void acquire() { require(thrum_lock_acquire(lock_, THRUM_FOREVER), "thrum_lock_acquire"); }
  void release() { require(thrum_lock_release(lock_), "thrum_lock_release"); }
  operator thrum_lock() const { return lock_; }

 private:
  Owned<thrum_lock, thrum_lock_destroy> lock_{thrum_lock_create};
};

class RLock {
 public:
  void acquire() { require(thrum_rlock_acquire(lock_, THRUM_FOREVER), "thrum_rlock_acquire"); }
  void release() { require(thrum_rlock_release(lock_), "thrum_rlock_release"); }

 private:
  Owned<thrum_rlock, thrum_rlock_destroy> lock_{thrum_rlock_create};
};

class RWLock {
 public:
  void read() {
    require(thrum_rwlock_acquire_read(lock_, THRUM_FOREVER), "thrum_rwlock_acquire_read");
    clobber();
    require(thrum_rwlock_release_read(lock_), "thrum_rwlock_release_read");
  }
  void write() {
    require(thrum_rwlock_acquire_write(lock_, THRUM_FOREVER), "thrum_rwlock_acquire_write");
    clobber();
    require(thrum_rwlock_release_write(lock_), "thrum_rwlock_release_write");
  }

 private:
  Owned<thrum_rwlock, thrum_rwlock_destroy> lock_{thrum_rwlock_create};
};

class Monitor {
 public:
  void acquire() { lock_.acquire(); }
  void release() { lock_.release(); }
  void wait(Side side) {
    require(thrum_condition_wait(conditions_[side], THRUM_FOREVER), "thrum_condition_wait");
  }
  void notify(Side side) { require(thrum_condition_notify(conditions_[side], 1), "thrum_condition_notify"); }
  void notify_all(Side side) {
    require(thrum_condition_notify_all(conditions_[side]), "thrum_condition_notify_all");
  }
  void time_out(std::chrono::milliseconds) {
    require(thrum_condition_wait(conditions_[lead], timeout_seconds) != THRUM_TIMEOUT,
            "thrum_condition_wait");
  }

 private:
  using Condition = Owned<thrum_condition, thrum_condition_destroy>;
  thrum_status create(thrum_condition* condition) {
    return thrum_condition_create_with_lock(condition, lock_);
  }

  Lock lock_;
  Condition conditions_[2] = {Condition([this](auto* condition) { return create(condition); }),
                              Condition([this](auto* condition) { return create(condition); })};
};

class Event {
 public:
  void set() { require(thrum_event_set(event_), "thrum_event_set"); }
  void clear() { require(thrum_event_clear(event_), "thrum_event_clear"); }
  void wait() { require(thrum_event_wait(event_, THRUM_FOREVER), "thrum_event_wait"); }

 private:
  Owned<thrum_event, thrum_event_destroy> event_{thrum_event_create};
};

/// An event's, where others have a condition's.
class Timeout {
 public:
  void operator()() {
    require(thrum_event_wait(event_, timeout_seconds) != THRUM_TIMEOUT, "thrum_event_wait");
  }

 private:
  Owned<thrum_event, thrum_event_destroy> event_{thrum_event_create};
};

class Semaphore {
 public:
  void acquire() { require(thrum_semaphore_acquire(semaphore_, THRUM_FOREVER), "thrum_semaphore_acquire"); }
  void release() { require(thrum_semaphore_release(semaphore_, 1), "thrum_semaphore_release"); }

 private:
  Owned<thrum_semaphore, thrum_semaphore_destroy> semaphore_{
      [](auto* semaphore) { return thrum_semaphore_create(semaphore, 0); }};
};

class Barrier {
 public:
  explicit Barrier(int parties)
      : barrier_([parties](auto* barrier) {
          return thrum_barrier_create(barrier, parties, nullptr, nullptr, THRUM_FOREVER);
        }) {}
  void wait() { require(thrum_barrier_wait(barrier_, THRUM_FOREVER, nullptr), "thrum_barrier_wait"); }

 private:
  Owned<thrum_barrier, thrum_barrier_destroy> barrier_;
};

class Thread {
 public:
  void start(void (*body)(void*), void* argument) {
    require(thrum_thread_create(&thread_, nullptr, body, argument), "thrum_thread_create");
    require(thrum_thread_start(thread_), "thrum_thread_start");
  }
  void join() {
    require(thrum_thread_join(thread_, THRUM_FOREVER), "thrum_thread_join");
    require(thrum_thread_destroy(thread_), "thrum_thread_destroy");
  }

 private:
  thrum_thread thread_;
};

void do_nothing(void*) {}

class Pool {
 public:
  explicit Pool(std::size_t workers) {
    require(thrum_pool_create(&pool_, workers, nullptr), "thrum_pool_create");
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    require(thrum_pool_shutdown(pool_, 1, 0), "thrum_pool_shutdown");
    require(thrum_pool_destroy(pool_), "thrum_pool_destroy");
  }

  static void run(long count) {
    const Pool pool(usual_workers);
    for (long i = 0; i < count; ++i) pool.submit(nullptr);
  }
  void futures(long count) {
    futures_.resize(static_cast<std::size_t>(count));
    for (thrum_future& future : futures_) submit(&future);
    for (const thrum_future future : futures_) wait(future);
  }
  void round_trip() {
    thrum_future future;
    submit(&future);
    wait(future);
  }

 private:
  void submit(thrum_future* future) const {
    require(thrum_pool_submit(pool_, do_nothing, nullptr, future), "thrum_pool_submit");
  }
  static void wait(thrum_future future) {
    require(thrum_future_wait(future, THRUM_FOREVER), "thrum_future_wait");
    require(thrum_future_destroy(future), "thrum_future_destroy");
  }

  thrum_pool pool_{0};
  std::vector<thrum_future> futures_;
};

class Timers {
 public:
  explicit Timers(std::size_t pending) : pending_(pending) {
    for (std::size_t i = 0; i < pending; ++i) pending_[i] = start(scattered(i));
  }
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers() {
    for (const thrum_timer timer : pending_) end(timer);
  }
  void make_and_cancel(double seconds) { end(start(seconds)); }

 private:
  static thrum_timer start(double seconds) {
    thrum_timer timer;
    require(thrum_timer_create(&timer, seconds, do_nothing, nullptr), "thrum_timer_create");
    require(thrum_timer_start(timer), "thrum_timer_start");
    return timer;
  }
  static void end(thrum_timer timer) {
    require(thrum_timer_cancel(timer), "thrum_timer_cancel");
    require(thrum_timer_destroy(timer), "thrum_timer_destroy");
  }

  std::vector<thrum_timer> pending_;
};

class Local {
 public:
  Local() { set(); }
  void get() {
    void* value = nullptr;
    require(thrum_local_get(local_, &value), "thrum_local_get");
    use(value);
  }
  void set() { require(thrum_local_set(local_, this), "thrum_local_set"); }

 private:
  Owned<thrum_local, thrum_local_destroy> local_{
      [](auto* local) { return thrum_local_create(local, nullptr); }};
};

/// What the table of handles and the handle itself take of each object.
template <class Handle, class Create>
double bytes_by_handle(Create create) {
  constexpr std::size_t count = 100'000;
  const double before = resident();
  const auto handles = std::make_unique<Handle[]>(count);
  for (std::size_t i = 0; i < count; ++i) require(create(&handles[i]), "a create");
  return (resident() - before) / count;
}

void add_sizes(const Peer& peer) {
  peer.measured_size("lock", [] { return bytes_by_handle<thrum_lock>(thrum_lock_create); });
  peer.measured_size("rlock", [] { return bytes_by_handle<thrum_rlock>(thrum_rlock_create); });
  peer.measured_size("rwlock", [] { return bytes_by_handle<thrum_rwlock>(thrum_rwlock_create); });
  peer.measured_size("condition with its lock",
                     [] { return bytes_by_handle<thrum_condition>(thrum_condition_create); });
  peer.measured_size("event", [] { return bytes_by_handle<thrum_event>(thrum_event_create); });
  peer.measured_size("semaphore", [] {
    return bytes_by_handle<thrum_semaphore>(
        [](auto* semaphore) { return thrum_semaphore_create(semaphore, 0); });
  });
}

}  // namespace

void add_thrum_c(Suite& suite) {
  const Peer peer(suite, thrum_c_name);
  add_lock<Lock>(peer);
  add_rlock_rows<RLock>(peer);
  add_rwlock_rows<RWLock>(peer);
  add_condition_rows<Monitor>(peer);
  add_condition_growth<Monitor>(peer);
  add_event_rows<Event>(peer);
  add_event_growth<Event>(peer);
  add_semaphore_rows<Semaphore>(peer);
  add_barrier_rows<Barrier>(peer);
  add_timeout_rows<Timeout>(peer);
  add_thread_rows<Thread>(peer);
  add_thread_growth<Thread>(peer);
  add_local_rows<Local>(peer);
  add_bounded_queue_rows<ThrumQueue>(peer);
  add_unbounded_queue_rows<ThrumQueue>(peer);
  add_task_rows<Pool>(peer);
  add_future_rows<Pool>(peer);
  add_round_trip_rows<Pool>(peer);
  add_worker_growth<Pool>(peer);
  add_timer_rows<Timers>(peer);
  add_timer_growth<Timers>(peer);
  add_sizes(peer);
}

}  // namespace bench
