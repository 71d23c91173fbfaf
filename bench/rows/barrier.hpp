// barrier.hpp - rounds of two and of eight threads through one barrier.
#ifndef THRUM_BENCH_ROWS_BARRIER_HPP
#define THRUM_BENCH_ROWS_BARRIER_HPP

#include "harness/suite.hpp"
#include "harness/team.hpp"

namespace bench {

/// How long a round takes: `parties` threads, in turn over the processors, pass the barrier over and over.
template <class Barrier>
Figures rounds(Barrier& barrier, int parties, Placement placement, Nanoseconds budget) {
  std::atomic<bool> last{false};
  std::vector<std::thread> team;
  for (int index = 1; index < parties; ++index) {
    team.emplace_back([&, index] {
      const Pin pin(processor_of(placement, static_cast<std::size_t>(index)));
      for (bool done = false; !done;) {
        // Before the round that is the last one: ordered by the barrier, which the leader has yet to reach.
        barrier.wait();
        done = last.load(std::memory_order_relaxed);
        barrier.wait();
      }
    });
  }
  const Pin pin(processors().front());
  const auto lead = [&] {
    barrier.wait();
    barrier.wait();
  };
  repeat(batch_of_trips, lead);
  Figures figures = repeat_for(budget, batch_of_trips, lead);
  figures.nanoseconds /= 2;
  figures.processor /= 2;
  last.store(true, std::memory_order_relaxed);
  lead();
  for (std::thread& thread : team) thread.join();
  return figures;
}

/// Made with the number of those who wait() for each other.
template <class Barrier>
void add_barrier_rows(const Peer& peer) {
  for (const Placement placement : placements()) {
    for (const int parties : {2, 8}) {
      const std::string name = "barrier/" + std::to_string(parties) + "-threads/" + name_of(placement);
      peer.add(with_processor_time(row_of_trips(name)), [=](Nanoseconds budget) {
        Barrier barrier(parties);
        return rounds(barrier, parties, placement, budget);
      });
    }
  }
}

}  // namespace bench

#endif
