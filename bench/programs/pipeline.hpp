// pipeline.hpp - five stages, each with a queue before it and a worker of a pool.
#ifndef THRUM_BENCH_PROGRAMS_PIPELINE_HPP
#define THRUM_BENCH_PROGRAMS_PIPELINE_HPP

#include <cstdint>
#include <deque>
#include <functional>
#include <thread>

#include "harness/team.hpp"
#include "programs/programs.hpp"

namespace bench {

inline constexpr std::size_t stages = 5;
inline constexpr std::size_t items_between = 64;  // the bound of each queue
inline constexpr std::size_t items_of_run = 4000;
inline constexpr std::size_t last_item = 0;

/// What a stage does to an item: some microsecond, and no item becomes the last one.
inline std::size_t staged(std::size_t item, std::size_t stage) {
  std::uint64_t mixed = item + stage;
  for (int round = 0; round < 480; ++round) mixed = (mixed ^ mixed >> 29) * 0x9e3779b97f4a7c15U;
  return static_cast<std::size_t>(mixed | 1);
}

/// What comes out, in its order.
class Outlet {
 public:
  void take(std::size_t item) {
    digest_ = digest_ * 31 + item;
    ++items_;
  }
  /// Ends the program where an item is missing, has changed, or came out of its turn.
  void check() const {
    static const std::uint64_t expected = [] {
      Outlet outlet;
      for (std::size_t item = 1; item <= items_of_run; ++item) {
        std::size_t mixed = item;
        for (std::size_t stage = 0; stage < stages; ++stage) mixed = staged(mixed, stage);
        outlet.take(mixed);
      }
      return outlet.digest_;
    }();
    require(items_ == items_of_run && digest_ == expected ? 0 : 1, "what comes out of the pipeline");
  }

 private:
  std::uint64_t digest_ = 0;
  std::size_t items_ = 0;
};

/// Made once; run() passes items_of_run through. Crew(workers) has run(functions), which has each of them run
/// by a thread, and meanwhile feed() by the calling one, and returns when all have ended.
template <class Queue, class Crew>
class Pipeline {
 public:
  Pipeline() {
    for (std::size_t stage = 0; stage < stages; ++stage) {
      queues_.emplace_back(items_between);
      work_.emplace_back([this, stage] { work(stage); });
    }
  }
  void run() {
    outlet_ = Outlet();
    crew_.run(work_, [this] {
      for (std::size_t item = 1; item <= items_of_run; ++item) queues_.front().put(item);
      queues_.front().put(last_item);
    });
    outlet_.check();
  }

 private:
  void work(std::size_t stage) {
    for (;;) {
      const std::size_t item = queues_[stage].get();
      const bool is_last = item == last_item;
      const std::size_t mixed = is_last ? last_item : staged(item, stage);
      if (stage + 1 < stages) {
        queues_[stage + 1].put(mixed);
      } else if (!is_last) {
        outlet_.take(mixed);
      }
      if (is_last) return;
    }
  }

  std::deque<Queue> queues_;
  std::vector<std::function<void()>> work_;
  Outlet outlet_;
  Crew crew_{stages};
};

/// Where a library has no pool: threads for each run.
class ThreadsOfRun {
 public:
  explicit ThreadsOfRun(std::size_t) {}
  template <class Feed>
  static void run(const std::vector<std::function<void()>>& work, Feed feed) {
    std::vector<std::thread> threads;
    threads.reserve(work.size());
    for (const std::function<void()>& function : work) threads.emplace_back(function);
    feed();
    for (std::thread& thread : threads) thread.join();
  }
};

/// The figure is of an item, through all stages.
template <class Subject>
void add_pipeline_of(const Peer& peer) {
  peer.add<Subject>(row_of_program("pipeline"), [](Subject& pipeline, Nanoseconds budget) {
    Figures figures = repeat_for(budget, 1, [&] { pipeline.run(); });
    figures.nanoseconds /= items_of_run;
    figures.processor /= items_of_run;
    return figures;
  });
}

template <class Queue, class Crew>
void add_pipeline(const Peer& peer) {
  add_pipeline_of<Pipeline<Queue, Crew>>(peer);
}

}  // namespace bench

#endif
