// team.hpp - what the threads of a workload are given: a processor to run on, and work of a known length.
#ifndef THRUM_BENCH_HARNESS_TEAM_HPP
#define THRUM_BENCH_HARNESS_TEAM_HPP

#include <algorithm>
#include <atomic>
#include <functional>
#include <numeric>
#include <thread>
#include <vector>

#include "clock.hpp"

namespace bench {

/// On which processors the two sides of a workload run.
enum class Placement { one_cpu, two_cpus };

/// The processors that the process may use.
const std::vector<int>& processors();

/// Those of them that a placement has, and the name of it in a row's.
inline int processor_of(Placement placement, std::size_t number) {
  return processors()[placement == Placement::one_cpu ? 0 : number % processors().size()];
}
inline const char* name_of(Placement placement) {
  return placement == Placement::one_cpu ? "one-cpu" : "two-cpus";
}

/// Both, or the one that there is.
inline std::vector<Placement> placements() {
  if (processors().size() < 2) return {Placement::one_cpu};
  return {Placement::one_cpu, Placement::two_cpus};
}

/// Moves the calling thread to one processor, and lets it have all of them again in the end.
class Pin {
 public:
  explicit Pin(int processor);
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;
  ~Pin();
};

/// Busy for a while that does not depend on what other threads do: `turns` of an empty loop.
void spin(long turns);

/// The turns of spin() that take this long, by measurement.
long turns_for(Nanoseconds time);

/// How long a round trip between two threads takes. One calls lead(), which returns when the other has been
/// through receive() and answer().
template <class Lead, class Receive, class Answer>
Figures round_trips(Placement placement, Nanoseconds budget, Lead lead, Receive receive, Answer answer) {
  const Pin pin(processors().front());
  std::atomic<bool> last{false};
  std::thread other([&] {
    const Pin other_pin(processor_of(placement, 1));
    for (bool done = false; !done;) {
      receive();
      done = last.load(std::memory_order_relaxed);  // ordered by what receive() waited for
      answer();
    }
  });
  repeat(batch_of_trips, lead);
  const Figures figures = repeat_for(budget, batch_of_trips, lead);
  last.store(true, std::memory_order_relaxed);
  lead();
  other.join();
  return figures;
}

/// Lets `threads` threads call operation() over and over, and samples their counts at the two ends of a
/// window: the time for each operation of them all, and the fewest operations of a thread over the most.
template <class Operation>
Figures throughput(int threads, Nanoseconds window, Operation operation) {
  struct alignas(cache_line) Counter {
    std::atomic<long> operations{0};
  };
  std::vector<Counter> counters(static_cast<std::size_t>(threads));
  std::atomic<bool> stop{false};
  std::vector<std::thread> team;
  for (Counter& counter : counters) {
    // In turn over the processors: left to the scheduler, threads that ought to contend share one for long.
    const int processor = processors()[team.size() % processors().size()];
    team.emplace_back([&, processor] {
      const Pin pin(processor);
      // Relaxed: the counts are only read as numbers, and the flag guards nothing.
      for (long done = 1; !stop.load(std::memory_order_relaxed); ++done) {
        operation();
        counter.operations.store(done, std::memory_order_relaxed);
      }
    });
  }
  const auto sample = [&] {
    std::vector<long> counts;
    counts.reserve(counters.size());
    for (const Counter& counter : counters)
      counts.push_back(counter.operations.load(std::memory_order_relaxed));
    return counts;
  };
  std::this_thread::sleep_for(window / 4);
  const Clock::time_point start = Clock::now();
  const double processor = processor_time();
  const std::vector<long> before = sample();
  std::this_thread::sleep_for(window);
  const Nanoseconds elapsed = Clock::now() - start;
  const double spent = processor_time() - processor;
  std::vector<long> done = sample();
  stop.store(true, std::memory_order_relaxed);
  for (std::thread& thread : team) thread.join();

  std::transform(done.begin(), done.end(), before.begin(), done.begin(), std::minus<>());
  const auto [fewest, most] = std::minmax_element(done.begin(), done.end());
  // In a window too short for one operation, which took at least as long.
  const double all = static_cast<double>(std::max(1L, std::accumulate(done.begin(), done.end(), 0L)));
  return {elapsed.count() / all, static_cast<double>(*fewest) / static_cast<double>(std::max(1L, *most)),
          spent / all};
}

}  // namespace bench

#endif
