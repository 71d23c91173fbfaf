// standard.cpp - the programs with the C++ standard library of C++20.
#include <barrier>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include "peers/built.hpp"
#include "programs/cache.hpp"
#include "programs/pipeline.hpp"
#include "programs/programs.hpp"
#include "programs/timers.hpp"
#include "programs/wordcount.hpp"

namespace bench {

namespace {

class alignas(cache_line) Monitor {
 public:
  void acquire() { mutex_.lock(); }
  void release() { mutex_.unlock(); }
  void wait(Side side) {
    std::unique_lock held(mutex_, std::adopt_lock);
    conditions_[side].wait(held);
    held.release();
  }
  void wait_until(Clock::time_point deadline) {
    std::unique_lock held(mutex_, std::adopt_lock);
    conditions_[lead].wait_until(held, deadline);
    held.release();
  }
  void notify(Side side = lead) { conditions_[side].notify_one(); }

 private:
  std::mutex mutex_;
  std::condition_variable conditions_[2];
};

class Barrier {
 public:
  explicit Barrier(int parties) : barrier_(parties) {}
  void wait() { barrier_.arrive_and_wait(); }

 private:
  std::barrier<> barrier_;
};

class Thread {
 public:
  void start(void (*body)(void*), void* argument) { thread_ = std::thread(body, argument); }
  void join() { thread_.join(); }

 private:
  std::thread thread_;
};

}  // namespace

void add_standard_programs(const Peer& peer) {
  add_wordcount(peer, count_with_threads<RingOf<Monitor>, Thread, Barrier>);
  add_pipeline<RingOf<Monitor>, ThreadsOfRun>(peer);
  add_cache<SharedMutexLock<std::shared_mutex>>(peer);
  add_timers<TimeoutThread<Monitor>>(peer);
}

}  // namespace bench
