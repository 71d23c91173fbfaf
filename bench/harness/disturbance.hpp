// disturbance.hpp - what other processes had of the processors while something was measured.
#ifndef THRUM_BENCH_HARNESS_DISTURBANCE_HPP
#define THRUM_BENCH_HARNESS_DISTURBANCE_HPP

#include "clock.hpp"

namespace bench {

/// While a single thread works: all time that it did not run was another's.
class AloneWatch {
 public:
  AloneWatch();
  /// The part of the time since, 0 to 1, that the calling thread, the same one, did not have.
  double share() const;

 private:
  Clock::time_point start_;
  double own_;
};

/// While several threads work, which sleep now and then: the time of all processors less what they were idle
/// and what the process had. The kernel counts in hundredths of a second, so what is watched should take
/// tenths.
class TeamWatch {
 public:
  TeamWatch();
  double share() const;

 private:
  Clock::time_point start_;
  double idle_;  // in nanoseconds, as all here; less than 0 where the kernel does not tell
  double own_;
};

}  // namespace bench

#endif
