/* exit_waiting_ways.c - ways for exit_program to end that wait for the threads that are no daemons, and one
 * that waits for none. */
#include "process/exit_program.h"

#include <stdlib.h>

static int return_from_main(void) {
  prepare();
  launch(wait_for_main, NULL, THRUM_DAEMON_INHERIT);
  say("end of main\n");
  return 3;
}

static void start_another(void* links) {
  const int left = *(const int*)links;
  static int next[5];
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  say("link\n");
  if (left == 0) return;
  next[left - 1] = left - 1;
  launch(start_another, &next[left - 1], THRUM_DAEMON_INHERIT);
}

static int start_more_during_exit(void) {
  static const int links = 4;
  prepare();
  launch(start_another, (void*)&links, THRUM_DAEMON_INHERIT);
  return 0;
}

void exit_from_here(void* unused) {
  (void)unused;
  REQUIRE(thrum_local_set(local, "value of one that exits\n") == THRUM_OK);
  exit(7);
}

static int exit_in_thread(void) {
  prepare();
  launch(wait_for_main, NULL, THRUM_DAEMON_NO);
  launch(exit_from_here, NULL, THRUM_DAEMON_NO);
  thrum_event_wait(never, THRUM_FOREVER);
  return 1;
}

static int exit_in_daemon(void) {
  prepare();
  launch(wait_for_main, NULL, THRUM_DAEMON_NO);
  launch(exit_from_here, NULL, THRUM_DAEMON_YES);
  thrum_event_wait(never, THRUM_FOREVER);
  return 1;
}

static int exit_in_foreign_thread(void) {
  prepare();
  launch(wait_for_main, NULL, THRUM_DAEMON_NO);
  start_foreign(exit_from_here, NULL);
  thrum_event_wait(never, THRUM_FOREVER);
  return 1;
}

static void require_value_of_main(void) {
  void* value = NULL;
  REQUIRE(thrum_local_get(local, &value) == THRUM_OK && value != NULL);
  say("still: ");
  say_value(value);
}

static void set_and_wait_for_main(void* unused) {
  (void)unused;
  REQUIRE(thrum_local_set(local, "value of thread\n") == THRUM_OK);
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
}

static int locals_during_exit(void) {
  prepare();
  at_the_very_end = require_value_of_main;
  launch(set_and_wait_for_main, NULL, THRUM_DAEMON_NO);
  REQUIRE(atexit(require_value_of_main) == 0);
  return 0;
}

static void say_first(void) { say("registered first\n"); }
static void say_second(void) { say("registered second\n"); }
static void say_third(void) { say("registered third\n"); }

static int exit_handlers(void) {
  prepare();
  REQUIRE(atexit(say_first) == 0);
  launch(wait_for_main, NULL, THRUM_DAEMON_NO);
  REQUIRE(atexit(say_second) == 0);
  REQUIRE(atexit(say_third) == 0);
  return 0;
}

static void start_hook(void* unused) {
  thrum_thread self = {0};
  (void)unused;
  REQUIRE(thrum_current_thread(&self) == THRUM_OK);
  thrum_event_wait(never, 0.0001);
}

static void exit_hook(void* text) {
  start_hook(NULL);
  say((const char*)text);
}

static int hooks_during_exit(void) {
  thrum_thread_hooks hooks = THRUM_THREAD_HOOKS_INIT;
  prepare();
  hooks.start = start_hook;
  hooks.exit = exit_hook;
  hooks.arg = "exit hook\n";
  hooks.all_threads = 1;
  launch(wait_for_main, NULL, THRUM_DAEMON_NO);
  start_waiting_for_ever(THRUM_DAEMON_YES);
  REQUIRE(thrum_set_thread_hooks(&hooks) == THRUM_OK);
  /* The thread that exits waits for the other, with hooks that have come since that began. */
  return 0;
}

static int exit_at_once(void) {
  prepare();
  start_waiting_for_ever(THRUM_DAEMON_NO);
  leave_at_once(5);
  return 1;
}

const struct way waiting_ways[] = {
    WAY(return_from_main), WAY(start_more_during_exit), WAY(exit_in_thread),
    WAY(exit_in_daemon),   WAY(exit_in_foreign_thread), WAY(locals_during_exit),
    WAY(exit_handlers),    WAY(hooks_during_exit),      WAY(exit_at_once),
    {NULL, NULL},
};
