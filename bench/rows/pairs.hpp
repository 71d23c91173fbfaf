// pairs.hpp - acquire and release of what nobody else wants.
#ifndef THRUM_BENCH_ROWS_PAIRS_HPP
#define THRUM_BENCH_ROWS_PAIRS_HPP

#include "harness/clock.hpp"

namespace bench {

/// The loop itself may be the adapter's, `pairs(count)`: a language whose calls would be in line for its own
/// users loses nothing to the calls out of C++.
template <class Lock>
Figures pairs(Lock& lock, Nanoseconds budget) {
  if constexpr (requires { lock.pairs(1L); }) {
    return batches_for(budget, batch_of_calls, [&](long count) { lock.pairs(count); });
  } else {
    return repeat_for(budget, batch_of_calls, [&] {
      lock.acquire();
      clobber();
      lock.release();
    });
  }
}

}  // namespace bench

#endif
