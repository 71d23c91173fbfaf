// overdue.cpp - support/overdue.hpp on Windows, where the runner's own report has to do.
#include "support/overdue.hpp"

#include <cstdio>
#include <cstdlib>

void support::overdue(const char* what) {
  std::fprintf(stderr, "out of patience: %s\n", what);
  std::fflush(stderr);
  std::abort();
}
