// onetbb.cpp - oneTBB: locks that sleep, its queues, and its tasks.
#include <oneapi/tbb/concurrent_queue.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/mutex.h>
#include <oneapi/tbb/queuing_mutex.h>
#include <oneapi/tbb/rw_mutex.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include <limits>
#include <semaphore>

#include "peers/locks.hpp"
#include "peers/peers.hpp"
#include "rows/pool.hpp"
#include "rows/queue.hpp"
#include "rows/rwlock.hpp"

namespace bench {

namespace {

using Lock = Lockable<oneapi::tbb::mutex>;

class alignas(cache_line) QueuingLock {
 public:
  void pairs(long count) {
    for (long i = 0; i < count; ++i) {
      const oneapi::tbb::queuing_mutex::scoped_lock held(mutex_);
      clobber();
    }
  }

 private:
  oneapi::tbb::queuing_mutex mutex_;
};

class alignas(cache_line) Queue {
 public:
  explicit Queue(std::size_t capacity) {
    if (capacity != 0) queue_.set_capacity(static_cast<std::ptrdiff_t>(capacity));
  }
  void put(std::size_t item) { queue_.push(item); }
  std::size_t get() {
    std::size_t item = 0;
    queue_.pop(item);
    return item;
  }

 private:
  oneapi::tbb::concurrent_bounded_queue<std::size_t> queue_;
};

/// Its workers and the thread that submits are usual_workers together, or one more where that waits outside.
class Pool {
 public:
  explicit Pool(std::size_t workers)
      : limit_(oneapi::tbb::global_control::max_allowed_parallelism, workers + 1),
        arena_(static_cast<int>(workers) + 1, 1) {}
  static void run(long count) {
    oneapi::tbb::task_group group;
    for (long i = 0; i < count; ++i) group.run([] {});
    group.wait();
  }
  /// By a worker: who waits for a group would run its task itself.
  void round_trip() {
    std::binary_semaphore done{0};
    arena_.enqueue([&done] { done.release(); });
    done.acquire();
  }

 private:
  const oneapi::tbb::global_control limit_;
  oneapi::tbb::task_arena arena_;
};

}  // namespace

void add_onetbb(Suite& suite) {
  const Peer peer(suite, "oneTBB");
  add_lock<Lock>(peer);
  const Peer queuing(suite, "oneTBB queuing");
  queuing.add<QueuingLock>(row_of_calls("lock/free"),
                           [](QueuingLock& lock, Nanoseconds budget) { return pairs(lock, budget); });
  add_rwlock_rows<SharedLockable<oneapi::tbb::rw_mutex>>(peer);
  add_bounded_queue_rows<Queue>(peer);
  add_unbounded_queue_rows<Queue>(peer);
  add_task_rows<Pool>(peer);
  add_round_trip_rows<Pool>(peer);
  add_worker_growth<Pool>(peer);
  peer.size("lock", sizeof(oneapi::tbb::mutex));
  peer.size("rwlock", sizeof(oneapi::tbb::rw_mutex));
}

}  // namespace bench
