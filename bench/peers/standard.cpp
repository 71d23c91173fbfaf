// standard.cpp - the C++ standard library of C++20.
#include <future>
#include <memory>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <thread>

#include "peers/built.hpp"
#include "peers/locks.hpp"
#include "peers/peers.hpp"
#include "peers/standard.hpp"
#include "rows/barrier.hpp"
#include "rows/local.hpp"
#include "rows/pool.hpp"
#include "rows/rlock.hpp"
#include "rows/rwlock.hpp"
#include "rows/semaphore.hpp"
#include "rows/thread.hpp"

namespace bench {

namespace {

class alignas(cache_line) Event {
 public:
  void set() {
    flag_.store(1);  // not release: notify_all then looks whether anybody waits
    flag_.notify_all();
  }
  void clear() { flag_.store(0, std::memory_order_release); }
  void wait() { flag_.wait(0, std::memory_order_acquire); }

 private:
  std::atomic<int> flag_{0};
};

class alignas(cache_line) Semaphore {
 public:
  void acquire() { semaphore_.acquire(); }
  void release() { semaphore_.release(); }

 private:
  std::counting_semaphore<> semaphore_{0};
};

/// An object that has to be constructed in each thread, as a Local's.
class Local {
 public:
  void get() { use(*local_); }
  void set() { *local_ = this; }

 private:
  static thread_local const std::unique_ptr<void*> local_;
};
thread_local const std::unique_ptr<void*> Local::local_ = std::make_unique<void*>();

/// A thread for each task, since there is no pool.
class Async {
 public:
  explicit Async(std::size_t) {}
  static void round_trip() {
    std::async(std::launch::async, [] {}).get();
  }
};

}  // namespace

void add_standard(Suite& suite) {
  const Peer peer(suite, "std");
  add_lock<Lockable<std::mutex>>(peer);
  add_rlock_rows<Lockable<std::recursive_mutex>>(peer);
  add_rwlock_rows<SharedLockable<std::shared_mutex>>(peer);
  add_monitor<StandardMonitor>(peer);
  add_event<Event>(peer);
  add_semaphore_rows<Semaphore>(peer);
  add_barrier_rows<StandardBarrier>(peer);
  add_thread_rows<StandardThread>(peer);
  add_thread_growth<StandardThread>(peer);
  add_local_rows<Local>(peer);
  add_built_queues<StandardMonitor>(peer);
  add_round_trip_rows<Async>(peer);
  peer.size("lock", sizeof(std::mutex));
  peer.size("rlock", sizeof(std::recursive_mutex));
  peer.size("rwlock", sizeof(std::shared_mutex));
  peer.size("condition with its lock", sizeof(std::condition_variable) + sizeof(std::mutex));
  peer.size("event", sizeof(std::atomic<int>));
  peer.size("semaphore", sizeof(std::counting_semaphore<>));
}

}  // namespace bench
