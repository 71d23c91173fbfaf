/* program.c - support/program.h in the simulator. */
#include "support/program.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/require.h"
#include "thrum/sim.h"

void require(int holds, int line, const char* condition) {
  char text[512];
  if (holds) return;
  snprintf(text, sizeof text, "line %d: %s\n", line, condition);
  complain(text);
  _exit(99);
}

void say(const char* text) { REQUIRE(write(STDOUT_FILENO, text, strlen(text)) == (ssize_t)strlen(text)); }

void complain(const char* text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) _exit(98);
}

void leave_at_once(int status) { _exit(status); }

void* start_foreign(void (*function)(void*), void* arg) {
  thrum_sim_foreign* const thread = thrum_sim_start_foreign(function, arg);
  REQUIRE(thread != NULL);
  return thread;
}

void join_foreign(void* thread) { thrum_sim_join_foreign(thread); }

void let_others_run(void) { thrum_sim_yield(); }

/* Only the first thread asks. */
uint64_t number_of_thread(void) { return 1; }

double seconds(void) { return 1e-9 * (double)thrum_sim_now(); }
