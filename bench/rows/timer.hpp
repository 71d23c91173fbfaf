// timer.hpp - a timer that is made, started, cancelled and done away with, while others wait.
#ifndef THRUM_BENCH_ROWS_TIMER_HPP
#define THRUM_BENCH_ROWS_TIMER_HPP

#include "harness/suite.hpp"

namespace bench {

/// Seconds, scattered over a quarter of an hour that is far away.
inline double scattered(std::size_t number) {
  return 1000 + 0.1 * static_cast<double>(number * 7919 % 10000);
}

/// Made with a number of timers that wait all the while; make_and_cancel(seconds) does it with another one.
template <class Timers>
void add_timer_growth_of(const Peer& peer, const std::string& name, std::size_t pending) {
  Row row = row_of_calls(name);
  row.budget =
      std::chrono::milliseconds(2);  // beside which the timers that wait are made anew in every block
  row.factor = 1;
  peer.add(row, [pending](Nanoseconds budget) {
    Timers timers(pending);
    std::size_t number = 0;
    const auto once = [&] { timers.make_and_cancel(scattered(++number)); };
    repeat(64, once);
    return repeat_for(budget, 64, once);
  });
}

template <class Timers>
void add_timer_rows(const Peer& peer) {
  add_timer_growth_of<Timers>(peer, "timer/create-cancel/10000-pending", 10000);
}

template <class Timers>
void add_timer_growth(const Peer& peer) {
  for (const std::size_t pending : {100, 1000, 10000, 100000}) {
    add_timer_growth_of<Timers>(peer, "growth/timer-create-cancel/" + std::to_string(pending), pending);
  }
}

}  // namespace bench

#endif
