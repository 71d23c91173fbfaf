// team.cpp - processors and busy loops.
#include "team.hpp"

#include <sched.h>

#include <cmath>

#include "statistics.hpp"

namespace bench {

namespace {

void set_affinity(const cpu_set_t& set) {
  require(sched_setaffinity(0, sizeof set, &set), "sched_setaffinity");
}

}  // namespace

const std::vector<int>& processors() {
  static const std::vector<int> allowed = [] {
    cpu_set_t set;
    require(sched_getaffinity(0, sizeof set, &set), "sched_getaffinity");
    std::vector<int> found;
    for (int processor = 0; processor < CPU_SETSIZE; ++processor) {
      if (CPU_ISSET(processor, &set)) found.push_back(processor);
    }
    return found;
  }();
  return allowed;
}

Pin::Pin(int processor) {
  processors();  // must be known before the first pin narrows them
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  set_affinity(set);
}

Pin::~Pin() {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int processor : processors()) CPU_SET(processor, &set);
  set_affinity(set);
}

// Not inlined: one loop at one address, or the turns would take longer in one place than in another.
[[gnu::noinline]] void spin(long turns) {
  for (long turn = 0; turn < turns; ++turn) asm volatile("" : : "r"(turn));
}

long turns_for(Nanoseconds time) {
  const auto spins = [](long turns) {
    std::vector<double> values(101);
    for (double& value : values) value = repeat(100, [&] { spin(turns); }).count() / 100;
    return quantile(values, 0.5);
  };
  // Two lengths, for the call itself costs time too.
  const double at_100 = spins(100);
  const double each = (spins(1100) - at_100) / 1000;
  return std::max(0L, 100 + std::lround((time.count() - at_100) / each));
}

}  // namespace bench
