// event.cpp - an event that is set, set and clear with nobody waiting, and two threads that set each other's.
#include "events.hpp"
#include "team.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

template <class Event>
struct Both {
  static constexpr Column column = Event::column;
  Event ping;
  Event pong;
};

template <class Round>
Workload over_events(const char* name, Round round) {
  return of_calls<HandleEvent, ClassEvent, PthreadEvent, StandardEvent>(name, round);
}

Workload ping_pong(const char* name, Placement placement) {
  return of_trips<Both<HandleEvent>, Both<ClassEvent>, Both<PthreadEvent>, Both<StandardEvent>>(
      name, [placement](auto& events, Nanoseconds budget) {
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

}  // namespace

void add_event_workloads(std::vector<Workload>& workloads) {
  workloads.push_back(over_events("event/wait-when-set", [](auto& event, Nanoseconds budget) {
    event.set();
    return repeat_for(budget, batch_of_calls, [&] { event.wait(); });
  }));
  workloads.push_back(over_events("event/set-clear", [](auto& event, Nanoseconds budget) {
    return repeat_for(budget, batch_of_calls, [&] {
      event.set();
      event.clear();
    });
  }));
  workloads.push_back(ping_pong("event/ping-pong/one-cpu", Placement::one_cpu));
  if (processors().size() > 1)
    workloads.push_back(ping_pong("event/ping-pong/two-cpus", Placement::two_cpus));
}

}  // namespace bench
