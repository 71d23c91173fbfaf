// errors.cpp - support/errors.hpp on POSIX.
#include "support/errors.hpp"

#include <unistd.h>

#include <cstdlib>

#include "posix/forked.hpp"

std::string support::errors_of(const std::function<void()>& body) {
  const detail::Capture capture;
  const int saved = dup(STDERR_FILENO);
  if (saved < 0) std::abort();
  capture.replace(STDERR_FILENO);
  body();
  if (dup2(saved, STDERR_FILENO) != STDERR_FILENO) std::abort();
  close(saved);
  return capture.text();
}
