// local.hpp - the calling thread's value: got, and set again.
#ifndef THRUM_BENCH_ROWS_LOCAL_HPP
#define THRUM_BENCH_ROWS_LOCAL_HPP

#include "harness/suite.hpp"

namespace bench {

/// get() and set(), of which the first has a value to get.
template <class Local>
void add_local_rows(const Peer& peer) {
  peer.add<Local>(row_of_calls("local/get"), [](Local& local, Nanoseconds budget) {
    return repeat_for(budget, batch_of_calls, [&] { local.get(); });
  });
  peer.add<Local>(row_of_calls("local/set"), [](Local& local, Nanoseconds budget) {
    return repeat_for(budget, batch_of_calls, [&] { local.set(); });
  });
}

}  // namespace bench

#endif
