/* program.c - support/program.h on POSIX. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): for syscall in C99 */

#include "support/program.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "support/require.h"

struct foreign {
  pthread_t thread;
  void (*function)(void*);
  void* arg;
};

void require(int holds, int line, const char* condition) {
  if (holds) return;
  dprintf(STDERR_FILENO, "line %d: %s\n", line, condition);
  _exit(99);
}

void say(const char* text) { REQUIRE(write(STDOUT_FILENO, text, strlen(text)) == (ssize_t)strlen(text)); }

void complain(const char* text) { dprintf(STDERR_FILENO, "%s", text); }

void leave_at_once(int status) { _exit(status); }

static void* run(void* arg) {
  const struct foreign* foreign = arg;
  foreign->function(foreign->arg);
  return NULL;
}

void* start_foreign(void (*function)(void*), void* arg) {
  struct foreign* foreign = malloc(sizeof *foreign);
  REQUIRE(foreign != NULL);
  foreign->function = function;
  foreign->arg = arg;
  REQUIRE(pthread_create(&foreign->thread, NULL, run, foreign) == 0);
  return foreign;
}

void join_foreign(void* thread) {
  struct foreign* foreign = thread;
  REQUIRE(pthread_join(foreign->thread, NULL) == 0);
  free(foreign);
}

void let_others_run(void) { sched_yield(); }

uint64_t number_of_thread(void) { return (uint64_t)syscall(SYS_gettid); }

double seconds(void) {
  struct timespec now;
  REQUIRE(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
