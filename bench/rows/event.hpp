// event.hpp - an event that is set, set and clear with nobody waiting, and two threads that set each other's.
#ifndef THRUM_BENCH_ROWS_EVENT_HPP
#define THRUM_BENCH_ROWS_EVENT_HPP

#include "harness/suite.hpp"
#include "harness/team.hpp"

namespace bench {

/// Each in cache lines of its own.
template <class Object>
struct Both {
  Object ping;
  Object pong;
};

/// set(), clear() and wait().
template <class Event>
void add_event_rows(const Peer& peer) {
  peer.add<Event>(row_of_calls("event/wait-when-set"), [](Event& event, Nanoseconds budget) {
    event.set();
    return repeat_for(budget, batch_of_calls, [&] { event.wait(); });
  });
  peer.add<Event>(row_of_calls("event/set-clear"), [](Event& event, Nanoseconds budget) {
    return repeat_for(budget, batch_of_calls, [&] {
      event.set();
      event.clear();
    });
  });
  for (const Placement placement : placements()) {
    peer.add<Both<Event>>(
        with_processor_time(row_of_trips(std::string("event/ping-pong/") + name_of(placement))),
        [placement](Both<Event>& events, Nanoseconds budget) {
          return round_trips(
              placement, budget,
              [&] {
                events.ping.set();
                events.pong.wait();
                events.pong.clear();
              },
              [&] {
                events.ping.wait();
                events.ping.clear();
              },
              [&] { events.pong.set(); });
        });
  }
}

}  // namespace bench

#endif
