// rwlock.hpp - a read-write lock, free and with several readers.
#ifndef THRUM_BENCH_ROWS_RWLOCK_HPP
#define THRUM_BENCH_ROWS_RWLOCK_HPP

#include "harness/suite.hpp"
#include "harness/team.hpp"

namespace bench {

/// read() and write() acquire and release. As in pairs.hpp, the loops may be the adapter's: reads(count),
/// writes(count).
template <class RWLock>
void add_rwlock_rows(const Peer& peer) {
  peer.add<RWLock>(row_of_calls("rwlock/free/read"), [](RWLock& lock, Nanoseconds budget) {
    if constexpr (requires { lock.reads(1L); }) {
      return batches_for(budget, batch_of_calls, [&](long count) { lock.reads(count); });
    } else {
      return repeat_for(budget, batch_of_calls, [&] { lock.read(); });
    }
  });
  peer.add<RWLock>(row_of_calls("rwlock/free/write"), [](RWLock& lock, Nanoseconds budget) {
    if constexpr (requires { lock.writes(1L); }) {
      return batches_for(budget, batch_of_calls, [&](long count) { lock.writes(count); });
    } else {
      return repeat_for(budget, batch_of_calls, [&] { lock.write(); });
    }
  });
  peer.add<RWLock>(row_of_trips("rwlock/4-readers"), [](RWLock& lock, Nanoseconds window) {
    return throughput(4, window, [&] { lock.read(); });
  });
}

}  // namespace bench

#endif
