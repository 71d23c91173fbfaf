// turn_timeouts.hpp - the timeouts that threads at a queue take turns with.
#ifndef THRUM_TEST_QUEUE_TURN_TIMEOUTS_HPP
#define THRUM_TEST_QUEUE_TURN_TIMEOUTS_HPP

#include "thrum/thrum.hpp"

namespace support {

/// The timeouts that threads take turns with.
inline double timeout_of(int turn) {
  switch (turn % 4) {
    case 0: return 0;
    case 1: return 1e-6 * (turn % 50);
    case 2: return 1000;
    default: return thrum::no_timeout;
  }
}

}  // namespace support

#endif
