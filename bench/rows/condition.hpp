// condition.hpp - two threads that notify each other, and a broadcast to eight.
#ifndef THRUM_BENCH_ROWS_CONDITION_HPP
#define THRUM_BENCH_ROWS_CONDITION_HPP

#include "harness/suite.hpp"
#include "harness/team.hpp"

namespace bench {

/// Which condition of a monitor, which is a lock with two of them: each side of a row waits on its own.
enum Side : std::size_t { lead, partner };

template <class Monitor>
Figures ping_pong(Placement placement, Monitor& monitor, Nanoseconds budget) {
  struct {
    Side turn = lead;
  } shared;
  return round_trips(
      placement, budget,
      [&] {
        monitor.acquire();
        shared.turn = partner;
        monitor.notify(partner);
        while (shared.turn != lead) monitor.wait(lead);
        monitor.release();
      },
      [&] {
        monitor.acquire();
        while (shared.turn != partner) monitor.wait(partner);
      },
      [&] {
        shared.turn = lead;
        monitor.notify(lead);
        monitor.release();
      });
}

/// How long it takes to wake eight waiting threads and have them all wait again.
template <class Monitor>
Figures broadcast_to_eight(Placement placement, Monitor& monitor, Nanoseconds budget) {
  constexpr int waiters = 8;
  const Pin pin(processors().front());
  struct {
    int waiting = 0;
    long generation = 0;
    bool last = false;
  } shared;
  std::vector<std::thread> team;
  team.reserve(waiters);
  for (std::size_t i = 0; i < waiters; ++i) {
    team.emplace_back([&, i] {
      const Pin own_pin(processor_of(placement, i + 1));
      monitor.acquire();
      while (!shared.last) {
        const long seen = shared.generation;
        if (++shared.waiting == waiters) monitor.notify(lead);
        while (shared.generation == seen) monitor.wait(partner);
      }
      monitor.release();
    });
  }
  const auto broadcast_when_all_wait = [&] {
    while (shared.waiting < waiters) monitor.wait(lead);
    shared.waiting = 0;
    ++shared.generation;
    monitor.notify_all(partner);
  };
  monitor.acquire();
  repeat(batch_of_trips, broadcast_when_all_wait);
  const Figures figures = repeat_for(budget, batch_of_trips, broadcast_when_all_wait);
  while (shared.waiting < waiters) monitor.wait(lead);
  shared.last = true;
  ++shared.generation;
  monitor.notify_all(partner);
  monitor.release();
  for (std::thread& thread : team) thread.join();
  return figures;
}

/// acquire(), release(), wait(side), notify(side) and notify_all(side).
template <class Monitor>
void add_condition_rows(const Peer& peer) {
  for (const Placement placement : placements()) {
    peer.add<Monitor>(
        with_processor_time(row_of_trips(std::string("condition/ping-pong/") + name_of(placement))),
        [placement](Monitor& monitor, Nanoseconds budget) { return ping_pong(placement, monitor, budget); });
  }
  for (const Placement placement : placements()) {
    peer.add<Monitor>(
        with_processor_time(row_of_trips(std::string("condition/broadcast-8/") + name_of(placement))),
        [placement](Monitor& monitor, Nanoseconds budget) {
          return broadcast_to_eight(placement, monitor, budget);
        });
  }
}

}  // namespace bench

#endif
