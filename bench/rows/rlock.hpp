// rlock.hpp - a re-entrant lock that is free, and one that the thread holds already.
#ifndef THRUM_BENCH_ROWS_RLOCK_HPP
#define THRUM_BENCH_ROWS_RLOCK_HPP

#include "harness/suite.hpp"
#include "rows/pairs.hpp"

namespace bench {

template <class RLock>
void add_rlock_rows(const Peer& peer) {
  peer.add<RLock>(row_of_calls("rlock/free"),
                  [](RLock& lock, Nanoseconds budget) { return pairs(lock, budget); });
  peer.add<RLock>(row_of_calls("rlock/nested"), [](RLock& lock, Nanoseconds budget) {
    lock.acquire();
    const Figures figures = pairs(lock, budget);
    lock.release();
    return figures;
  });
}

}  // namespace bench

#endif
