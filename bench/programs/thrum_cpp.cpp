// thrum_cpp.cpp - the programs with thrum's classes.
#include "programs/cache.hpp"
#include "programs/pipeline.hpp"
#include "programs/programs.hpp"
#include "programs/timers.hpp"
#include "programs/wordcount.hpp"
#include "thrum/thrum.hpp"

namespace bench {

namespace {

class alignas(cache_line) RWLock : public thrum::RWLock {};

class alignas(cache_line) Queue : public thrum::Queue<std::size_t> {
 public:
  explicit Queue(std::size_t capacity) : thrum::Queue<std::size_t>(static_cast<std::int64_t>(capacity)) {}
};

class Pool {
 public:
  explicit Pool(std::size_t workers) : pool_(workers) {}
  template <class Feed>
  void run(const std::vector<std::function<void()>>& work, Feed feed) {
    std::vector<thrum::Future<void>> futures;
    futures.reserve(work.size());
    for (const std::function<void()>& function : work) futures.push_back(pool_.submit(std::cref(function)));
    feed();
    for (const thrum::Future<void>& future : futures) future.result();
  }

 private:
  thrum::ThreadPool pool_;
};

/// As in examples/wordcount.c: the workers of a pool count, and then merge part by part.
void count(std::vector<Tally>& tallies) {
  Queue queue(files_ahead);
  thrum::Latch counted(static_cast<std::int64_t>(counters()));
  thrum::ThreadPool pool(counters());
  for (Tally& tally : tallies) {
    pool.submit([&] {
      count_files(queue, tally);
      counted.count_down();
    });
  }
  feed_files(queue);
  counted.wait();
  for (std::size_t part = 0; part < Tally::parts; ++part) {
    pool.submit([&tallies, part] { merge_part(tallies, part); });
  }
}

/// A timer starts once, as Python's does: to set one anew is to make another one.
class Connections {
 public:
  explicit Connections(Timeouts& timeouts) : timeouts_(timeouts) {
    timers_.reserve(connections);
    for (std::size_t i = 0; i < connections; ++i) timers_.push_back(make(silence_seconds));
    for (thrum::Timer& timer : timers_) timer.start();
  }
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;
  ~Connections() {
    for (thrum::Timer& timer : timers_) timer.cancel();
  }
  void set_anew(std::size_t number, double seconds) {
    thrum::Timer& timer = timers_[number];
    timer.cancel();
    timer = make(seconds);
    timer.start();
  }
  static void batch() {}

 private:
  thrum::Timer make(double seconds) {
    return thrum::Timer(seconds, [timeouts = &timeouts_] { Timeouts::come(timeouts); });
  }

  Timeouts& timeouts_;
  std::vector<thrum::Timer> timers_;
};

}  // namespace

void add_thrum_cpp_programs(const Peer& peer) {
  add_wordcount(peer, count);
  add_pipeline<Queue, Pool>(peer);
  add_cache<RWLock>(peer);
  add_timers<Connections>(peer);
}

}  // namespace bench
