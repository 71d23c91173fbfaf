// posix/edges.cpp - where the process forks, exits and fails.
#include <sys/uio.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "platform.hpp"

namespace thrum::platform {

void on_fork(void (*prepare)(), void (*parent)(), void (*child)()) noexcept {
  if (pthread_atfork(prepare, parent, child) != 0) fatal("pthread_atfork failed");
}

bool on_exit(void (*exiting)()) noexcept { return std::atexit(exiting) == 0; }

void report(const char* text) noexcept {
  const NoCancellation whole;
  const int saved = errno;
  // One write, so that lines of several threads do not mix; what cannot be written is lost.
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
