// condition.cpp - two threads that notify each other, and a broadcast to eight.
#include "monitors.hpp"
#include "team.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

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
Figures broadcast(Monitor& monitor, Nanoseconds budget) {
  constexpr int waiters = 8;
  const Pin pin(processors().front());
  struct {
    int waiting = 0;
    long generation = 0;
    bool last = false;
  } shared;
  std::vector<std::thread> team;
  team.reserve(waiters);
  for (int i = 0; i < waiters; ++i) {
    team.emplace_back([&] {  // on the one processor too: a thread inherits that
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

template <class Round>
Workload over_monitors(const char* name, Round round) {
  return of_trips<HandleMonitor, ClassMonitor, PthreadMonitor, StandardMonitor>(name, round);
}

Workload ping_pong(const char* name, Placement placement) {
  return over_monitors(
      name, [placement](auto& monitor, Nanoseconds budget) { return ping_pong(placement, monitor, budget); });
}

}  // namespace

void add_condition_workloads(std::vector<Workload>& workloads) {
  workloads.push_back(ping_pong("condition/ping-pong/one-cpu", Placement::one_cpu));
  if (processors().size() > 1) {
    workloads.push_back(ping_pong("condition/ping-pong/two-cpus", Placement::two_cpus));
  }
  workloads.push_back(over_monitors("condition/broadcast-8/one-cpu", [](auto& monitor, Nanoseconds budget) {
    return broadcast(monitor, budget);
  }));
}

}  // namespace bench
