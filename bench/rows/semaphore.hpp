// semaphore.hpp - a unit given and taken by one thread, and units that two threads give each other.
#ifndef THRUM_BENCH_ROWS_SEMAPHORE_HPP
#define THRUM_BENCH_ROWS_SEMAPHORE_HPP

#include "rows/event.hpp"

namespace bench {

/// acquire() and release() of a semaphore that begins with nothing.
template <class Semaphore>
void add_semaphore_rows(const Peer& peer) {
  peer.add<Semaphore>(row_of_calls("semaphore/free"), [](Semaphore& semaphore, Nanoseconds budget) {
    return repeat_for(budget, batch_of_calls, [&] {
      semaphore.release();
      semaphore.acquire();
    });
  });
  for (const Placement placement : placements()) {
    peer.add<Both<Semaphore>>(
        with_processor_time(row_of_trips(std::string("semaphore/ping-pong/") + name_of(placement))),
        [placement](Both<Semaphore>& semaphores, Nanoseconds budget) {
          return round_trips(
              placement, budget,
              [&] {
                semaphores.ping.release();
                semaphores.pong.acquire();
              },
              [&] { semaphores.ping.acquire(); }, [&] { semaphores.pong.release(); });
        });
  }
}

}  // namespace bench

#endif
