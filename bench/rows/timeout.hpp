// timeout.hpp - how late a wait of a millisecond ends.
#ifndef THRUM_BENCH_ROWS_TIMEOUT_HPP
#define THRUM_BENCH_ROWS_TIMEOUT_HPP

#include <functional>

#include "harness/suite.hpp"

namespace bench {

inline constexpr std::chrono::milliseconds timeout{1};
inline constexpr double timeout_seconds = 1e-3;

/// Called, waits for what does not come.
template <class Wait>
void add_timeout_rows(const Peer& peer) {
  const Row row{"timeout/1ms-overshoot",
                timeout,
                20,
                false,
                {{"p50", &Figures::nanoseconds}, {"p99", &Figures::nanoseconds, 0.99}}};
  peer.add<Wait>(row, [](Wait& wait, Nanoseconds) -> Figures {
    return {(stopwatch(std::ref(wait)) - Nanoseconds(timeout)).count()};
  });
}

}  // namespace bench

#endif
