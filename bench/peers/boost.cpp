// boost.cpp - Boost.Thread, with its queues and its pool, and Asio's timers.
#define BOOST_THREAD_VERSION 4
#define BOOST_THREAD_PROVIDES_EXECUTORS
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/thread/barrier.hpp>
#include <boost/thread/concurrent_queues/sync_bounded_queue.hpp>
#include <boost/thread/concurrent_queues/sync_queue.hpp>
#include <boost/thread/condition_variable.hpp>
#include <boost/thread/executors/basic_thread_pool.hpp>
#include <boost/thread/future.hpp>
#include <boost/thread/mutex.hpp>
#include <boost/thread/recursive_mutex.hpp>
#include <boost/thread/shared_mutex.hpp>
#include <boost/thread/thread.hpp>
#include <boost/thread/tss.hpp>
#include <deque>
#include <vector>

#include "peers/built.hpp"
#include "peers/locks.hpp"
#include "peers/peers.hpp"
#include "rows/barrier.hpp"
#include "rows/local.hpp"
#include "rows/pool.hpp"
#include "rows/rlock.hpp"
#include "rows/rwlock.hpp"
#include "rows/thread.hpp"
#include "rows/timer.hpp"

namespace bench {

namespace {

class Monitor : public Conditions<boost::mutex, boost::condition_variable, boost::unique_lock<boost::mutex>,
                                  boost::adopt_lock_t> {
 public:
  void time_out(std::chrono::milliseconds time) {
    with_held(lead, [&](auto& condition, auto& held) {
      const bool came =
          condition.wait_for(held, boost::chrono::milliseconds(time.count()), [] { return false; });
      require(came ? 1 : 0, "condition_variable::wait_for");
    });
  }
};

class alignas(cache_line) Barrier {
 public:
  explicit Barrier(int parties) : barrier_(static_cast<unsigned>(parties)) {}
  void wait() { barrier_.wait(); }

 private:
  boost::barrier barrier_;
};

class Thread {
 public:
  void start(void (*body)(void*), void* argument) { thread_ = boost::thread(body, argument); }
  void join() { thread_.join(); }

 private:
  boost::thread thread_;
};

class alignas(cache_line) BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t capacity) : queue_(capacity) {}
  void put(std::size_t item) { queue_.push_back(item); }
  std::size_t get() { return queue_.pull_front(); }

 private:
  boost::sync_bounded_queue<std::size_t> queue_;
};

class alignas(cache_line) UnboundedQueue {
 public:
  explicit UnboundedQueue(std::size_t) {}
  void put(std::size_t item) { queue_.push(item); }
  std::size_t get() { return queue_.pull(); }

 private:
  boost::sync_queue<std::size_t> queue_;
};

class Pool {
 public:
  explicit Pool(std::size_t workers) : pool_(static_cast<unsigned>(workers)) {}
  static void run(long count) {
    boost::basic_thread_pool pool(static_cast<unsigned>(usual_workers));
    for (long i = 0; i < count; ++i) pool.submit([] {});
    pool.close();
    pool.join();
  }
  void futures(long count) {
    futures_.reserve(static_cast<std::size_t>(count));
    for (long i = 0; i < count; ++i) futures_.push_back(boost::async(pool_, [] {}));
    for (auto& future : futures_) future.get();
    futures_.clear();
  }
  void round_trip() {
    boost::async(pool_, [] {}).get();
  }

 private:
  boost::basic_thread_pool pool_;
  std::vector<boost::future<void>> futures_;
};

/// In a loop that one thread would run.
class Timers {
 public:
  explicit Timers(std::size_t pending) {
    for (std::size_t i = 0; i < pending; ++i) start(pending_.emplace_back(loop_), scattered(i));
  }
  void make_and_cancel(double seconds) {
    boost::asio::steady_timer timer(loop_);
    start(timer, seconds);
    timer.cancel();
    loop_.poll();  // takes the cancelled wait's handler away
  }

 private:
  static void start(boost::asio::steady_timer& timer, double seconds) {
    timer.expires_after(std::chrono::milliseconds(static_cast<long>(seconds * 1000)));
    timer.async_wait([](const boost::system::error_code&) {});
  }

  boost::asio::io_context loop_;
  std::deque<boost::asio::steady_timer> pending_;
};

class Local {
 public:
  Local() { set(); }
  ~Local() { local_.release(); }
  Local(const Local&) = delete;
  Local& operator=(const Local&) = delete;
  void get() { use(local_.get()); }
  // As the other locals do, it keeps a value that nobody has to delete.
  void set() { local_.reset(this); }

 private:
  boost::thread_specific_ptr<Local> local_{[](Local*) {}};
};

}  // namespace

void add_boost(Suite& suite) {
  const Peer peer(suite, "Boost");
  add_lock<Lockable<boost::mutex>>(peer);
  add_rlock_rows<Lockable<boost::recursive_mutex>>(peer);
  add_rwlock_rows<SharedLockable<boost::shared_mutex>>(peer);
  add_monitor<Monitor>(peer);
  add_event<EventOf<Monitor>>(peer);
  add_barrier_rows<Barrier>(peer);
  add_thread_rows<Thread>(peer);
  add_thread_growth<Thread>(peer);
  add_local_rows<Local>(peer);
  add_bounded_queue_rows<BoundedQueue>(peer);
  add_unbounded_queue_rows<UnboundedQueue>(peer);
  add_task_rows<Pool>(peer);
  add_future_rows<Pool>(peer);
  add_round_trip_rows<Pool>(peer);
  add_worker_growth<Pool>(peer);
  add_timer_rows<Timers>(peer);
  add_timer_growth<Timers>(peer);
  peer.size("lock", sizeof(boost::mutex));
  peer.size("rlock", sizeof(boost::recursive_mutex));
  peer.size("rwlock", sizeof(boost::shared_mutex));
  peer.size("condition with its lock", sizeof(boost::condition_variable) + sizeof(boost::mutex));
}

}  // namespace bench
