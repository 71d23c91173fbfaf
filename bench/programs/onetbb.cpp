// onetbb.cpp - oneTBB has a pipeline of its own, and counts words in a loop without a queue.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/rw_mutex.h>
#include <oneapi/tbb/task_arena.h>

#include "programs/cache.hpp"
#include "programs/pipeline.hpp"
#include "programs/programs.hpp"
#include "programs/wordcount.hpp"

namespace bench {

namespace {

namespace tbb = oneapi::tbb;

/// As many items under way as the queues of others hold. A thread takes an item through as many stages as it
/// can.
class Stages {
 public:
  void run() {
    Outlet outlet;
    std::size_t next = 0;
    const auto feed = tbb::make_filter<void, std::size_t>(tbb::filter_mode::serial_in_order,
                                                          [&next](tbb::flow_control& control) -> std::size_t {
                                                            if (next < items_of_run) return ++next;
                                                            control.stop();
                                                            return last_item;
                                                          });
    tbb::filter<std::size_t, std::size_t> all = stage(0);
    for (std::size_t number = 1; number + 1 < stages; ++number) all = all & stage(number);
    const auto outlet_stage = tbb::make_filter<std::size_t, void>(
        tbb::filter_mode::serial_in_order,
        [&outlet](std::size_t item) { outlet.take(staged(item, stages - 1)); });
    tbb::parallel_pipeline(stages * items_between, feed & all & outlet_stage);
    outlet.check();
  }

 private:
  static tbb::filter<std::size_t, std::size_t> stage(std::size_t number) {
    return tbb::make_filter<std::size_t, std::size_t>(
        tbb::filter_mode::serial_in_order, [number](std::size_t item) { return staged(item, number); });
  }
};

void count(std::vector<Tally>& tallies) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, counters());
  tbb::task_arena arena(static_cast<int>(counters()));
  arena.execute([&] {
    tbb::parallel_for(std::size_t{0}, corpus().files.size(), [&](std::size_t file) {
      tallies[static_cast<std::size_t>(tbb::this_task_arena::current_thread_index())].add_file(
          corpus().files[file]);
    });
    tbb::parallel_for(std::size_t{0}, Tally::parts, [&](std::size_t part) { merge_part(tallies, part); });
  });
}

}  // namespace

void add_onetbb_programs(const Peer& peer) {
  add_wordcount(peer, count);
  add_pipeline_of<Stages>(peer);
  add_cache<SharedMutexLock<tbb::rw_mutex>>(peer);
}

}  // namespace bench
