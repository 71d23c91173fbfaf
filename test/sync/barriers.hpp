// barriers.hpp - what the tests of barriers share.
#ifndef THRUM_TEST_SYNC_BARRIERS_HPP
#define THRUM_TEST_SYNC_BARRIERS_HPP

#include "thrum/barrier.hpp"

#include "support/eventually.hpp"
#include "support/raised.hpp"

namespace support {

/// Whether a wait passes, which it must unless the barrier is broken.
template <class Barrier>
bool passes(Barrier& barrier, double timeout = thrum::no_timeout) {
  return raised<thrum::BrokenBarrierError>([&] { barrier.wait(timeout); }) == THRUM_OK;
}

/// Returns once that many threads wait.
template <class Barrier>
void until_waiting(const Barrier& barrier, int count) {
  eventually([&] { return barrier.n_waiting() == count; });
}

}  // namespace support

#endif
