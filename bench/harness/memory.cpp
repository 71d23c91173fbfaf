// memory.cpp - pages, and a fresh process to count them in.
#include "memory.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "clock.hpp"

namespace bench {

double resident() {
  std::ifstream file("/proc/self/statm");
  double size = 0;
  double pages = 0;
  file >> size >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double measured_apart(double (*measure)()) {
  int ends[2];
  require(pipe(ends), "pipe");
  const pid_t child = fork();
  require(child < 0 ? 1 : 0, "fork");
  if (child == 0) {
    const double bytes = measure();
    _exit(write(ends[1], &bytes, sizeof bytes) == static_cast<ssize_t>(sizeof bytes) ? 0 : 1);
  }
  close(ends[1]);
  double bytes = 0;
  const ssize_t got = read(ends[0], &bytes, sizeof bytes);
  close(ends[0]);
  int status = 0;
  require(waitpid(child, &status, 0) == child ? status : 1, "a child that measures memory");
  require(got == static_cast<ssize_t>(sizeof bytes) ? 0 : 1, "read");
  return bytes;
}

}  // namespace bench
