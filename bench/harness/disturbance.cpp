// disturbance.cpp - whose time it was, by the clocks of threads, the process and the processors.
#include "disturbance.hpp"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <string>

#include "team.hpp"

namespace bench {

namespace {

double thread_time() {
  timespec time{};
  require(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time), "clock_gettime");
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double since(Clock::time_point start) { return Nanoseconds(Clock::now() - start).count(); }

/// How long the processors that the process may use have been idle, or less than 0.
double idle_time() {
  std::ifstream file("/proc/stat");
  double ticks = -1;
  for (std::string line; std::getline(file, line);) {
    int processor = 0;
    double user = 0;
    double nice = 0;
    double system = 0;
    double idle = 0;
    double waiting = 0;  // idle too, but for a disk
    if (std::sscanf(line.c_str(), "cpu%d %lf %lf %lf %lf %lf", &processor, &user, &nice, &system, &idle,
                    &waiting) != 6)
      continue;
    const auto& allowed = processors();
    if (std::find(allowed.begin(), allowed.end(), processor) == allowed.end()) continue;
    ticks = std::max(ticks, 0.0) + idle + waiting;
  }
  return ticks * 1e9 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

AloneWatch::AloneWatch() : start_(Clock::now()), own_(thread_time()) {}

double AloneWatch::share() const {
  const double own = thread_time() - own_;
  return std::max(0.0, 1 - own / since(start_));
}

TeamWatch::TeamWatch() : start_(Clock::now()), idle_(idle_time()), own_(processor_time()) {}

double TeamWatch::share() const {
  if (idle_ < 0) return 0;
  const double all = since(start_) * static_cast<double>(processors().size());
  const double idle = idle_time() - idle_;
  const double own = processor_time() - own_;
  // A tick that each processor's count may be off.
  const double slack =
      static_cast<double>(processors().size()) * 1e9 / static_cast<double>(sysconf(_SC_CLK_TCK));
  return std::max(0.0, (all - idle - own - slack) / all);
}

}  // namespace bench
