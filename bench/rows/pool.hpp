// pool.hpp - 100,000 tasks that do nothing, the same with a future each, and one task that is waited for.
#ifndef THRUM_BENCH_ROWS_POOL_HPP
#define THRUM_BENCH_ROWS_POOL_HPP

#include "harness/suite.hpp"
#include "harness/team.hpp"

namespace bench {

inline constexpr long tasks = 100000;
inline constexpr std::size_t usual_workers = 2;

inline Figures each_of(Figures figures, long count) {
  figures.nanoseconds /= static_cast<double>(count);
  figures.processor /= static_cast<double>(count);
  return figures;
}

/// Pool::run(tasks) submits them all from one thread to a pool of usual_workers, and returns when they have
/// run: with the pool's beginning and end where that is how one waits for tasks without futures.
template <class Pool>
void add_task_rows(const Peer& peer) {
  peer.add(with_processor_time(row_of_trips("pool/empty-task-of-100000")), [](Nanoseconds budget) {
    return each_of(repeat_for(budget, 1, [] { Pool::run(tasks); }), tasks);
  });
}

/// futures(tasks) submits them and waits for the future of each.
template <class Pool>
void add_future_rows(const Peer& peer) {
  peer.add(with_processor_time(row_of_trips("pool/future-of-100000")), [](Nanoseconds budget) {
    Pool pool(usual_workers);
    return each_of(repeat_for(budget, 1, [&] { pool.futures(tasks); }), tasks);
  });
}

/// round_trip() has one task run by a worker, and waits for it.
template <class Pool>
void add_round_trip_rows(const Peer& peer) {
  peer.add(with_processor_time(row_of_trips("pool/round-trip")), [](Nanoseconds budget) {
    Pool pool(usual_workers);
    repeat(batch_of_trips, [&] { pool.round_trip(); });
    return repeat_for(budget, batch_of_trips, [&] { pool.round_trip(); });
  });
}

/// How the round trip's cost grows with the workers that have nothing to do.
template <class Pool>
void add_worker_growth(const Peer& peer) {
  for (const std::size_t workers : {1, 10, 100, 1000}) {
    peer.add(row_of_trips("growth/pool-round-trip/" + std::to_string(workers)),
             [workers](Nanoseconds budget) {
               Pool pool(workers);
               // Enough to have all of them start, where a pool makes its workers one by one.
               repeat(static_cast<long>(workers) + batch_of_trips, [&] { pool.round_trip(); });
               return repeat_for(budget, batch_of_trips, [&] { pool.round_trip(); });
             });
  }
}

}  // namespace bench

#endif
