// thrum_c.cpp - the programs with thrum's handles.
#include "peers/thrum_c.hpp"
#include "programs/cache.hpp"
#include "programs/pipeline.hpp"
#include "programs/programs.hpp"
#include "programs/timers.hpp"
#include "programs/wordcount.hpp"

namespace bench {

namespace {

class RWLock {
 public:
  void acquire_read() {
    require(thrum_rwlock_acquire_read(lock_, THRUM_FOREVER), "thrum_rwlock_acquire_read");
  }
  void release_read() { require(thrum_rwlock_release_read(lock_), "thrum_rwlock_release_read"); }
  void acquire_write() {
    require(thrum_rwlock_acquire_write(lock_, THRUM_FOREVER), "thrum_rwlock_acquire_write");
  }
  void release_write() { require(thrum_rwlock_release_write(lock_), "thrum_rwlock_release_write"); }

 private:
  Owned<thrum_rwlock, thrum_rwlock_destroy> lock_{thrum_rwlock_create};
};

class Pool {
 public:
  explicit Pool(std::size_t workers) {
    require(thrum_pool_create(&pool_, workers, nullptr), "thrum_pool_create");
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    end();
    require(thrum_pool_destroy(pool_), "thrum_pool_destroy");
  }
  void submit(void (*task)(void*), void* argument, thrum_future* future = nullptr) {
    require(thrum_pool_submit(pool_, task, argument, future), "thrum_pool_submit");
  }
  /// When all that was submitted has run.
  void end() { require(thrum_pool_shutdown(pool_, 1, 0), "thrum_pool_shutdown"); }

  template <class Feed>
  void run(std::vector<std::function<void()>>& work, Feed feed) {
    std::vector<thrum_future> futures(work.size());
    const auto call = [](void* function) { (*static_cast<std::function<void()>*>(function))(); };
    for (std::size_t i = 0; i < work.size(); ++i) submit(call, &work[i], &futures[i]);
    feed();
    for (const thrum_future future : futures) {
      require(thrum_future_wait(future, THRUM_FOREVER), "thrum_future_wait");
      require(thrum_future_destroy(future), "thrum_future_destroy");
    }
  }

 private:
  thrum_pool pool_;
};

/// As in examples/wordcount.c: the workers of a pool count, and then merge part by part.
void count(std::vector<Tally>& tallies) {
  struct Job {
    std::vector<Tally>& tallies;
    ThrumQueue queue{files_ahead};
    thrum_latch counted{};
    std::atomic<std::size_t> next{0};
  } job{tallies};
  struct Part {
    std::vector<Tally>& tallies;
    std::size_t number;
  };
  const auto work = [](void* argument) {
    Job& all = *static_cast<Job*>(argument);
    count_files(all.queue, all.tallies[all.next.fetch_add(1, std::memory_order_relaxed)]);
    require(thrum_latch_count_down(all.counted, 1), "thrum_latch_count_down");
  };
  const auto merge = [](void* argument) {
    const Part& part = *static_cast<const Part*>(argument);
    merge_part(part.tallies, part.number);
  };
  std::vector<Part> parts;
  for (std::size_t part = 0; part < Tally::parts; ++part) parts.push_back({tallies, part});
  require(thrum_latch_create(&job.counted, static_cast<std::int64_t>(counters())), "thrum_latch_create");
  Pool pool(counters());
  for (std::size_t worker = 0; worker < counters(); ++worker) pool.submit(work, &job);
  feed_files(job.queue);
  require(thrum_latch_wait(job.counted, THRUM_FOREVER), "thrum_latch_wait");
  for (Part& part : parts) pool.submit(merge, &part);
  pool.end();
  require(thrum_latch_destroy(job.counted), "thrum_latch_destroy");
}

/// A timer starts once, as Python's does: to set one anew is to make another one.
class Connections {
 public:
  explicit Connections(Timeouts& timeouts) : timeouts_(timeouts), timers_(connections) {
    for (thrum_timer& timer : timers_) start(timer, silence_seconds);
  }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  ~Connections() {
    for (const thrum_timer timer : timers_) end(timer);
  }
  void set_anew(std::size_t number, double seconds) {
    end(timers_[number]);
    start(timers_[number], seconds);
  }
  static void batch() {}

 private:
  void start(thrum_timer& timer, double seconds) {
    require(thrum_timer_create(&timer, seconds, Timeouts::come, &timeouts_), "thrum_timer_create");
    require(thrum_timer_start(timer), "thrum_timer_start");
  }
  static void end(thrum_timer timer) {
    require(thrum_timer_cancel(timer), "thrum_timer_cancel");
    thrum_status status = thrum_timer_destroy(timer);
    if (status == THRUM_E_BUSY) {
      // Its call has told of the timeout, and not returned yet.
      require(thrum_timer_join(timer, THRUM_FOREVER), "thrum_timer_join");
      status = thrum_timer_destroy(timer);
    }
    require(status, "thrum_timer_destroy");
  }

  Timeouts& timeouts_;
  std::vector<thrum_timer> timers_;
};

}  // namespace

void add_thrum_c_programs(const Peer& peer) {
  add_wordcount(peer, count);
  add_pipeline<ThrumQueue, Pool>(peer);
  add_cache<RWLock>(peer);
  add_timers<Connections>(peer);
}

}  // namespace bench
