// floor.cpp - the rows' own work, without what is measured.
#include <atomic>
#include <cstdlib>
#include <thread>

#include "peers/peers.hpp"
#include "rows/lock.hpp"
#include "rows/timeout.hpp"

namespace bench {

namespace {

/// Two compare-and-swaps and no call: less than this no lock can do that any thread may release.
class alignas(cache_line) BareLock {
 public:
  void acquire() { change(0, 1, std::memory_order_acquire); }
  void release() { change(1, 0, std::memory_order_release); }

 private:
  void change(int from, int to, std::memory_order order) {
    if (!word_.compare_exchange_strong(from, to, order, std::memory_order_relaxed)) std::abort();
  }

  std::atomic<int> word_{0};
};

struct NoLock {
  void acquire() {}
  void release() {}
};

struct Sleep {
  void operator()() { std::this_thread::sleep_for(timeout); }
};

}  // namespace

void add_floor(Suite& suite) {
  const Peer peer(suite, floor_name);
  peer.add<BareLock>(row_of_calls("lock/free"),
                     [](BareLock& lock, Nanoseconds budget) { return pairs(lock, budget); });
  for (const int threads : {2, 4, 8, 16}) {
    peer.add<NoLock>(row_of_contention("lock/50ns-in-200ns-out/" + std::to_string(threads), threads),
                     [=](NoLock& lock, Nanoseconds window) { return contend(lock, threads, false, window); });
  }
  // With nothing outside one thread at a time has work to do: its floor is a single thread.
  for (const int threads : {2, 8}) {
    peer.add<NoLock>(row_of_contention("lock/50ns-in-0ns-out/" + std::to_string(threads), threads),
                     [](NoLock& lock, Nanoseconds window) { return contend(lock, 1, true, window); });
  }
  add_timeout_rows<Sleep>(peer);
}

}  // namespace bench
