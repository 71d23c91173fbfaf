// clock.cpp - the process's own clock.
#include "clock.hpp"

#include <ctime>

namespace bench {

double processor_time() {
  timespec time{};
  require(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time), "clock_gettime");
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

}  // namespace bench
