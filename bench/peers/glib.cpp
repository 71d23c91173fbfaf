// glib.cpp - GLib's threads, its queue without a bound, its pool and the timers of its main loop.
#include <glib.h>

#include <vector>

#include "peers/built.hpp"
#include "peers/locks.hpp"
#include "peers/peers.hpp"
#include "rows/local.hpp"
#include "rows/pool.hpp"
#include "rows/rlock.hpp"
#include "rows/rwlock.hpp"
#include "rows/thread.hpp"
#include "rows/timer.hpp"

namespace bench {

namespace {

class alignas(cache_line) Lock {
 public:
  Lock() { g_mutex_init(&mutex_); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { g_mutex_clear(&mutex_); }
  void acquire() { g_mutex_lock(&mutex_); }
  void release() { g_mutex_unlock(&mutex_); }

 private:
  GMutex mutex_;
};

class alignas(cache_line) RLock {
 public:
  RLock() { g_rec_mutex_init(&mutex_); }
  RLock(const RLock&) = delete;
  RLock& operator=(const RLock&) = delete;
  ~RLock() { g_rec_mutex_clear(&mutex_); }
  void acquire() { g_rec_mutex_lock(&mutex_); }
  void release() { g_rec_mutex_unlock(&mutex_); }

 private:
  GRecMutex mutex_;
};

class alignas(cache_line) RWLock {
 public:
  RWLock() { g_rw_lock_init(&lock_); }
  RWLock(const RWLock&) = delete;
  RWLock& operator=(const RWLock&) = delete;
  ~RWLock() { g_rw_lock_clear(&lock_); }
  void read() {
    g_rw_lock_reader_lock(&lock_);
    clobber();
    g_rw_lock_reader_unlock(&lock_);
  }
  void write() {
    g_rw_lock_writer_lock(&lock_);
    clobber();
    g_rw_lock_writer_unlock(&lock_);
  }

 private:
  GRWLock lock_;
};

class alignas(cache_line) Monitor {
 public:
  Monitor() {
    g_mutex_init(&mutex_);
    for (GCond& condition : conditions_) g_cond_init(&condition);
  }
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  ~Monitor() {
    for (GCond& condition : conditions_) g_cond_clear(&condition);
    g_mutex_clear(&mutex_);
  }
  void acquire() { g_mutex_lock(&mutex_); }
  void release() { g_mutex_unlock(&mutex_); }
  void wait(Side side) { g_cond_wait(&conditions_[side], &mutex_); }
  void notify(Side side) { g_cond_signal(&conditions_[side]); }
  void notify_all(Side side) { g_cond_broadcast(&conditions_[side]); }
  void time_out(std::chrono::microseconds time) {
    const gint64 deadline = g_get_monotonic_time() + time.count();
    while (g_cond_wait_until(&conditions_[lead], &mutex_, deadline) != FALSE) {
    }
  }

 private:
  GMutex mutex_;
  GCond conditions_[2];
};

class Thread {
 public:
  void start(void (*body)(void*), void* argument) {
    body_ = body;
    argument_ = argument;
    const auto live = [](gpointer self) -> gpointer {
      const Thread& thread = *static_cast<const Thread*>(self);
      thread.body_(thread.argument_);
      return nullptr;
    };
    thread_ = g_thread_new(nullptr, live, this);
  }
  void join() { g_thread_join(thread_); }

 private:
  GThread* thread_ = nullptr;
  void (*body_)(void*) = nullptr;
  void* argument_ = nullptr;
};

/// Of pointers that are not null.
class Queue {
 public:
  explicit Queue(std::size_t) : queue_(g_async_queue_new()) {}
  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;
  ~Queue() { g_async_queue_unref(queue_); }
  void put(std::size_t item) { g_async_queue_push(queue_, reinterpret_cast<gpointer>(item + 1)); }
  std::size_t get() { return reinterpret_cast<std::size_t>(g_async_queue_pop(queue_)) - 1; }

 private:
  GAsyncQueue* const queue_;
};

void do_nothing(gpointer, gpointer) {}
void set(gpointer event, gpointer) { static_cast<EventOf<Monitor>*>(event)->set(); }

class Pool {
 public:
  explicit Pool(std::size_t workers) : pool_(create(set, workers)) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { g_thread_pool_free(pool_, FALSE, TRUE); }
  static void run(long count) {
    GThreadPool* const pool = create(do_nothing, usual_workers);
    for (long i = 0; i < count; ++i) push(pool, pool);
    g_thread_pool_free(pool, FALSE, TRUE);
  }
  void round_trip() {
    push(pool_, &done_);
    done_.wait();
    done_.clear();
  }

 private:
  static GThreadPool* create(GFunc function, std::size_t workers) {
    return g_thread_pool_new(function, nullptr, static_cast<gint>(workers), TRUE, nullptr);
  }
  static void push(GThreadPool* pool, gpointer task) {
    require(g_thread_pool_push(pool, task, nullptr) != FALSE ? 0 : 1, "g_thread_pool_push");
  }

  GThreadPool* const pool_;
  EventOf<Monitor> done_;
};

class Timers {
 public:
  explicit Timers(std::size_t pending) : context_(g_main_context_new()) {
    for (std::size_t i = 0; i < pending; ++i) pending_.push_back(start(scattered(i)));
  }
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers() {
    // The last first: the context looks for a source from the end of a list.
    for (; !pending_.empty(); pending_.pop_back()) end(pending_.back());
    g_main_context_unref(context_);
  }
  void make_and_cancel(double seconds) { end(start(seconds)); }

 private:
  GSource* start(double seconds) {
    GSource* const source = g_timeout_source_new(static_cast<guint>(seconds * 1000));
    g_source_set_callback(
        source, [](gpointer) -> gboolean { return G_SOURCE_REMOVE; }, nullptr, nullptr);
    g_source_attach(source, context_);
    return source;
  }
  static void end(GSource* source) {
    g_source_destroy(source);
    g_source_unref(source);
  }

  GMainContext* const context_;
  std::vector<GSource*> pending_;
};

class Local {
 public:
  Local() { set(); }
  void get() { use(g_private_get(&key_)); }
  void set() { g_private_set(&key_, this); }

 private:
  static GPrivate key_;
};
GPrivate Local::key_ = G_PRIVATE_INIT(nullptr);

}  // namespace

void add_glib(Suite& suite) {
  const Peer peer(suite, "GLib");
  add_lock<Lock>(peer);
  add_rlock_rows<RLock>(peer);
  add_rwlock_rows<RWLock>(peer);
  add_monitor<Monitor>(peer);
  add_event<EventOf<Monitor>>(peer);
  add_thread_rows<Thread>(peer);
  add_thread_growth<Thread>(peer);
  add_local_rows<Local>(peer);
  add_bounded_queue_rows<RingOf<Monitor>>(peer);
  add_unbounded_queue_rows<Queue>(peer);
  add_task_rows<Pool>(peer);
  add_round_trip_rows<Pool>(peer);
  add_worker_growth<Pool>(peer);
  add_timer_rows<Timers>(peer);
  add_timer_growth<Timers>(peer);
  peer.size("lock", sizeof(GMutex));
  peer.size("rlock", sizeof(GRecMutex));
  peer.size("rwlock", sizeof(GRWLock));
  peer.size("condition with its lock", sizeof(GCond) + sizeof(GMutex));
}

}  // namespace bench
