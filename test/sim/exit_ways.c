/* exit_ways.c - ways for exit_program to end of which every system has its own. */
#include <string.h>

#include "process/exit_program.h"

static thrum_local slow;

static void say_after_a_while(void* unused) {
  (void)unused;
  REQUIRE(thrum_event_wait(never, 0.02) == THRUM_TIMEOUT);
  say("destructor\n");
}

static void set_slow(void* unused) {
  (void)unused;
  REQUIRE(thrum_local_set(slow, &slow) == THRUM_OK);
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
}

static void say_end_of_process(void) { say("end of process\n"); }

static int thread_ends_during_exit(void) {
  prepare();
  REQUIRE(thrum_local_create(&slow, say_after_a_while) == THRUM_OK);
  at_the_very_end = say_end_of_process;
  launch(set_slow, NULL, THRUM_DAEMON_NO);
  return 0;
}

static int name_main_at_first(void) {
  thrum_thread self = {0};
  char name[16];
  REQUIRE(thrum_main_thread(&self) == THRUM_OK);
  REQUIRE(thrum_thread_set_name(self, "director") == THRUM_OK);
  REQUIRE(thrum_get_ident() != 0);
  REQUIRE(thrum_thread_name(self, name, sizeof name, NULL) == THRUM_OK);
  REQUIRE(strcmp(name, "director") == 0);
  return 0;
}

const struct way ways_of_system[] = {
    WAY(thread_ends_during_exit),
    WAY(name_main_at_first),
    {NULL, NULL},
};
