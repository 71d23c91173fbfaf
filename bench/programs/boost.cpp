// boost.cpp - the programs with Boost.Thread's queue, pool and lock, and Asio's timers.
#define BOOST_THREAD_VERSION 4
#define BOOST_THREAD_PROVIDES_EXECUTORS
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/thread/concurrent_queues/sync_bounded_queue.hpp>
#include <boost/thread/executors/basic_thread_pool.hpp>
#include <boost/thread/future.hpp>
#include <boost/thread/shared_mutex.hpp>
#include <deque>

#include "programs/cache.hpp"
#include "programs/pipeline.hpp"
#include "programs/programs.hpp"
#include "programs/timers.hpp"

namespace bench {

namespace {

class alignas(cache_line) Queue {
 public:
  explicit Queue(std::size_t capacity) : queue_(capacity) {}
  void put(std::size_t item) { queue_.push_back(item); }
  std::size_t get() { return queue_.pull_front(); }

 private:
  boost::sync_bounded_queue<std::size_t> queue_;
};

class Pool {
 public:
  explicit Pool(std::size_t workers) : pool_(static_cast<unsigned>(workers)) {}
  template <class Feed>
  void run(const std::vector<std::function<void()>>& work, Feed feed) {
    std::vector<boost::future<void>> futures;
    futures.reserve(work.size());
    for (const std::function<void()>& function : work) {
      futures.push_back(boost::async(pool_, [&function] { function(); }));
    }
    feed();
    for (boost::future<void>& future : futures) future.get();
  }

 private:
  boost::basic_thread_pool pool_;
};

/// In a loop that the one thread runs which receives the packets, too.
class Connections {
 public:
  explicit Connections(Timeouts& timeouts) : timeouts_(timeouts) {
    for (std::size_t number = 0; number < connections; ++number) {
      timers_.emplace_back(loop_);
      set_anew(number, silence_seconds);
    }
  }
  void set_anew(std::size_t number, double seconds) {
    // Cancels the wait that there is.
    timers_[number].expires_after(
        std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)));
    timers_[number].async_wait([timeouts = &timeouts_](const boost::system::error_code& error) {
      if (!error) Timeouts::come(timeouts);
    });
  }
  void batch() { loop_.poll(); }

 private:
  Timeouts& timeouts_;
  boost::asio::io_context loop_{1};
  std::deque<boost::asio::steady_timer> timers_;
};

}  // namespace

void add_boost_programs(const Peer& peer) {
  add_pipeline<Queue, Pool>(peer);
  add_cache<SharedMutexLock<boost::shared_mutex>>(peer);
  add_timers<Connections>(peer);
}

}  // namespace bench
