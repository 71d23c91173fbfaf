// moodycamel.cpp - the blocking queue without a bound, and the semaphore that it waits with.
// Debian 13 has them a folder deeper than Debian 12.
#if __has_include(<concurrentqueue/moodycamel/blockingconcurrentqueue.h>)
#include <concurrentqueue/moodycamel/blockingconcurrentqueue.h>
#include <concurrentqueue/moodycamel/lightweightsemaphore.h>
#else
#include <concurrentqueue/blockingconcurrentqueue.h>
#include <concurrentqueue/lightweightsemaphore.h>
#endif

#include "peers/peers.hpp"
#include "rows/queue.hpp"
#include "rows/semaphore.hpp"

namespace bench {

namespace {

class alignas(cache_line) Semaphore {
 public:
  void acquire() { require(semaphore_.wait() ? 0 : 1, "LightweightSemaphore::wait"); }
  void release() { semaphore_.signal(); }

 private:
  moodycamel::LightweightSemaphore semaphore_;
};

class alignas(cache_line) Queue {
 public:
  explicit Queue(std::size_t) {}
  void put(std::size_t item) { require(queue_.enqueue(item) ? 0 : 1, "enqueue"); }
  std::size_t get() {
    std::size_t item = 0;
    queue_.wait_dequeue(item);
    return item;
  }

 private:
  moodycamel::BlockingConcurrentQueue<std::size_t> queue_;
};

}  // namespace

void add_moodycamel(Suite& suite) {
  const Peer peer(suite, "moodycamel");
  add_semaphore_rows<Semaphore>(peer);
  add_unbounded_queue_rows<Queue>(peer);
  peer.size("semaphore", sizeof(moodycamel::LightweightSemaphore));
}

}  // namespace bench
