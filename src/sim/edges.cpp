// sim/edges.cpp - where the process forks, exits and fails.
#include <sys/uio.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "engine/world.hpp"
#include "platform.hpp"

namespace thrum::platform {

// The child of a fork would have all threads of the simulator: nothing is lost, and nothing to be made good.
void on_fork(void (* /*prepare*/)(), void (* /*parent*/)(), void (* /*child*/)()) noexcept {}

bool on_exit(void (*exiting)()) noexcept { return sim::world().on_exit(exiting); }

// The simulator is in a shared library alone, which the linker's -z nodelete keeps.
void stay_loaded(const void* /*address*/) noexcept {}

void report(const char* text) noexcept {
  if (sim::Director* director = sim::world().director()) director->reported(text);
  const int saved = errno;
  // One write, so that lines do not mix with another process's; what cannot be written is lost.
  iovec parts[2];
  parts[0] = {const_cast<char*>(text), std::strlen(text)};
  parts[1] = {const_cast<char*>("\n"), 1};
  if (writev(STDERR_FILENO, parts, 2) < 0) errno = saved;
}

void fatal(const char* message) noexcept {
  report(message);
  std::abort();
}

}  // namespace thrum::platform
