// thrum_cpp.cpp - thrum through its classes.
#include <optional>
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
#include "thrum/thrum.hpp"

namespace bench {

namespace {

/// acquire() and release() are named as here, but an object of a line's own is wanted.
template <class Object>
class alignas(cache_line) Own : public Object {
 public:
  using Object::Object;
};

using Lock = Own<thrum::Lock>;
using RLock = Own<thrum::RLock>;

class alignas(cache_line) RWLock {
 public:
  void read() {
    lock_.acquire_read();
    clobber();
    lock_.release_read();
  }
  void write() {
    lock_.acquire_write();
    clobber();
    lock_.release_write();
  }

 private:
  thrum::RWLock lock_;
};

class alignas(cache_line) Monitor {
 public:
  void acquire() { lock_.acquire(); }
  void release() { lock_.release(); }
  void wait(Side side) { conditions_[side].wait(); }
  void notify(Side side) { conditions_[side].notify(); }
  void notify_all(Side side) { conditions_[side].notify_all(); }

 private:
  thrum::Lock lock_;
  thrum::Condition conditions_[2] = {thrum::Condition(lock_), thrum::Condition(lock_)};
};

using Event = Own<thrum::Event>;

class Timeout {
 public:
  void operator()() { require(event_.wait(timeout_seconds), "Event::wait"); }

 private:
  thrum::Event event_;
};

class alignas(cache_line) Semaphore {
 public:
  void acquire() { semaphore_.acquire(); }
  void release() { semaphore_.release(); }

 private:
  thrum::Semaphore semaphore_{0};
};

class alignas(cache_line) Barrier {
 public:
  explicit Barrier(int parties) : barrier_(parties) {}
  void wait() { barrier_.wait(); }

 private:
  thrum::Barrier barrier_;
};

class Thread {
 public:
  void start(void (*body)(void*), void* argument) { thread_.emplace(body, argument).start(); }
  void join() {
    thread_->join();
    thread_.reset();
  }

 private:
  std::optional<thrum::Thread> thread_;
};

class alignas(cache_line) Queue {
 public:
  explicit Queue(std::size_t capacity) : queue_(capacity) {}
  void put(std::size_t item) { queue_.put(item); }
  std::size_t get() { return queue_.get(); }

 private:
  thrum::Queue<std::size_t> queue_;
};

class Pool {
 public:
  explicit Pool(std::size_t workers) : pool_(workers) {}
  static void run(long count) {
    thrum::ThreadPool pool(usual_workers);
    for (long i = 0; i < count; ++i) pool.submit([] {});
  }
  void futures(long count) {
    futures_.reserve(static_cast<std::size_t>(count));
    for (long i = 0; i < count; ++i) futures_.push_back(pool_.submit([] {}));
    for (const auto& future : futures_) future.result();
    futures_.clear();
  }
  void round_trip() {
    pool_.submit([] {}).result();
  }

 private:
  thrum::ThreadPool pool_;
  std::vector<thrum::Future<void>> futures_;
};

class Timers {
 public:
  explicit Timers(std::size_t pending) {
    pending_.reserve(pending);
    for (std::size_t i = 0; i < pending; ++i) pending_.emplace_back(scattered(i), [] {}).start();
  }
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;
  ~Timers() {
    for (thrum::Timer& timer : pending_) timer.cancel();
  }
  static void make_and_cancel(double seconds) {
    thrum::Timer timer(seconds, [] {});
    timer.start();
    timer.cancel();
  }

 private:
  std::vector<thrum::Timer> pending_;
};

class Local {
 public:
  void get() { use(&local_.get()); }
  void set() { *local_ = this; }

 private:
  thrum::Local<void*> local_;
};

}  // namespace

void add_thrum_cpp(Suite& suite) {
  const Peer peer(suite, thrum_cpp_name);
  add_lock<Lock>(peer);
  add_rlock_rows<RLock>(peer);
  add_rwlock_rows<RWLock>(peer);
  add_condition_rows<Monitor>(peer);
  add_condition_growth<Monitor>(peer);
  add_event<Event>(peer);
  add_semaphore_rows<Semaphore>(peer);
  add_barrier_rows<Barrier>(peer);
  add_timeout_rows<Timeout>(peer);
  add_thread_rows<Thread>(peer);
  add_thread_growth<Thread>(peer);
  add_local_rows<Local>(peer);
  add_bounded_queue_rows<Queue>(peer);
  add_unbounded_queue_rows<Queue>(peer);
  add_task_rows<Pool>(peer);
  add_future_rows<Pool>(peer);
  add_round_trip_rows<Pool>(peer);
  add_worker_growth<Pool>(peer);
  add_timer_rows<Timers>(peer);
  add_timer_growth<Timers>(peer);
  peer.size("lock", sizeof(thrum::Lock));
  peer.size("rlock", sizeof(thrum::RLock));
  peer.size("rwlock", sizeof(thrum::RWLock));
  peer.size("condition with its lock", sizeof(thrum::Condition));
  peer.size("event", sizeof(thrum::Event));
  peer.size("semaphore", sizeof(thrum::Semaphore));
}

}  // namespace bench
