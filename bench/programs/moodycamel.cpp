// moodycamel.cpp - the pipeline with the blocking queue, and the semaphore that bounds it.
// Debian 13 has them a folder deeper than Debian 12.
#if __has_include(<concurrentqueue/moodycamel/blockingconcurrentqueue.h>)
#include <concurrentqueue/moodycamel/blockingconcurrentqueue.h>
#include <concurrentqueue/moodycamel/lightweightsemaphore.h>
#else
#include <concurrentqueue/blockingconcurrentqueue.h>
#include <concurrentqueue/lightweightsemaphore.h>
#endif

#include "programs/pipeline.hpp"
#include "programs/programs.hpp"

namespace bench {

namespace {

class alignas(cache_line) Queue {
 public:
  explicit Queue(std::size_t capacity) : room_(static_cast<std::ptrdiff_t>(capacity)), queue_(capacity) {}
  void put(std::size_t item) {
    require(room_.wait() ? 0 : 1, "LightweightSemaphore::wait");
    require(queue_.enqueue(item) ? 0 : 1, "enqueue");
  }
  std::size_t get() {
    std::size_t item = 0;
    queue_.wait_dequeue(item);
    room_.signal();
    return item;
  }

 private:
  moodycamel::LightweightSemaphore room_;
  moodycamel::BlockingConcurrentQueue<std::size_t> queue_;
};

}  // namespace

void add_moodycamel_programs(const Peer& peer) { add_pipeline<Queue, ThreadsOfRun>(peer); }

}  // namespace bench
