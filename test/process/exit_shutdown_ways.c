/* exit_shutdown_ways.c - ways for exit_program to end by thrum_shutdown and past it, with the calls that are
 * registered for then. */
#include "process/exit_program.h"
#include "support/program.h"

#include <stdlib.h>
#include <string.h>

static void require_past_shutdown(void) {
  thrum_thread thread = {0};
  int alive = 7;
  REQUIRE(thrum_thread_create(&thread, NULL, say_worked, NULL) == THRUM_OK);
  REQUIRE(thrum_thread_start(thread) == THRUM_E_EXITING);
  REQUIRE(thrum_thread_start(thread) == THRUM_E_EXITING);
  REQUIRE(thrum_thread_is_alive(thread, &alive) == THRUM_OK && alive == 0);
  REQUIRE(thrum_thread_join(thread, 0) == THRUM_E_NOT_STARTED);
  REQUIRE(thrum_thread_destroy(thread) == THRUM_OK);
  REQUIRE(thrum_shutdown() == THRUM_OK);
  REQUIRE(thrum_event_wait(never, 0.001) == THRUM_TIMEOUT);
}

static int shut_down(void) {
  prepare();
  start_waiting_for_ever(THRUM_DAEMON_YES);
  launch(say_worked, NULL, THRUM_DAEMON_NO);
  REQUIRE(thrum_shutdown() == THRUM_OK);
  say("shut down\n");
  require_past_shutdown();
  return 0;
}

static void shut_down_here(void* unused) {
  (void)unused;
  REQUIRE(thrum_shutdown() == THRUM_OK);
  say("shut down\n");
  require_past_shutdown();
}

static int shut_down_in_thread(void) {
  prepare();
  launch(say_worked, NULL, THRUM_DAEMON_NO);
  REQUIRE(thrum_thread_join(start(shut_down_here, NULL, THRUM_DAEMON_NO), THRUM_FOREVER) == THRUM_OK);
  require_past_shutdown();
  return 0;
}

static int shut_down_unused(void) {
  REQUIRE(thrum_shutdown() == THRUM_OK);
  REQUIRE(thrum_shutdown() == THRUM_OK);
  return 0;
}

static void wait_a_little(void* unused) {
  thrum_lock lock = {0};
  (void)unused;
  REQUIRE(thrum_event_wait(never, 0.001) == THRUM_TIMEOUT);
  REQUIRE(thrum_lock_create(&lock) == THRUM_OK);
  REQUIRE(thrum_lock_acquire(lock, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_lock_acquire(lock, 0.001) == THRUM_TIMEOUT);
  say("came back\n");
}

static thrum_event past_shutdown;

static void wait_before_and_after(void* unused) {
  (void)unused;
  REQUIRE(thrum_event_wait(past_shutdown, THRUM_FOREVER) == THRUM_OK);
  wait_a_little(NULL);
}

/* Threads that thrum did not start: one that it knows by then, and one that it does not. */
static int foreign_threads_past_shutdown(void) {
  void* known = NULL;
  prepare();
  REQUIRE(thrum_event_create(&past_shutdown) == THRUM_OK);
  known = start_foreign(wait_before_and_after, NULL);
  REQUIRE(thrum_shutdown() == THRUM_OK);
  REQUIRE(thrum_event_set(past_shutdown) == THRUM_OK);
  join_foreign(known);
  join_foreign(start_foreign(wait_a_little, NULL));
  return 0;
}

/* ---------------------------------------------------------------------------- after the last wait -- */

static void start_at_the_very_end(void) {
  require_past_shutdown();
  say("refused\n");
}

static int start_past_exit(void) {
  prepare();
  at_the_very_end = start_at_the_very_end;
  REQUIRE(thrum_thread_join(start(say_worked, NULL, THRUM_DAEMON_NO), THRUM_FOREVER) == THRUM_OK);
  return 0;
}

static void require_main_is_here(void) {
  thrum_thread thread = {0};
  thrum_thread all[2];
  size_t count = 0;
  char name[32];
  REQUIRE(thrum_current_thread(&thread) == THRUM_OK && thread.id == main_thread.id);
  REQUIRE(thrum_main_thread(&thread) == THRUM_OK && thread.id == main_thread.id);
  REQUIRE(thrum_enumerate(all, 2, &count) == THRUM_OK && count == 1 && all[0].id == main_thread.id);
  REQUIRE(thrum_thread_name(thread, name, sizeof name, NULL) == THRUM_OK && strcmp(name, "MainThread") == 0);
  say("main\n");
}

static int main_during_exit(void) {
  prepare();
  at_the_very_end = require_main_is_here;
  REQUIRE(atexit(require_main_is_here) == 0);
  REQUIRE(thrum_thread_join(start(say_worked, NULL, THRUM_DAEMON_NO), THRUM_FOREVER) == THRUM_OK);
  return 0;
}

/* ------------------------------------------------------------------------------- registered calls -- */

static int registered_calls(void) {
  prepare();
  REQUIRE(thrum_register_atexit(say_text, "oldest\n") == THRUM_OK);
  REQUIRE(thrum_register_atexit(say_text, "newest\n") == THRUM_OK);
  launch(wait_for_main, NULL, THRUM_DAEMON_NO);
  say("end of main\n");
  return 0;
}

static int registered_call_and_shutdown(void) {
  REQUIRE(thrum_register_atexit(say_text, "called\n") == THRUM_OK);
  REQUIRE(thrum_shutdown() == THRUM_OK);
  say("shut down\n");
  return 0;
}

static void register_another(void* unused) {
  (void)unused;
  REQUIRE(thrum_register_atexit(say_text, "not called\n") == THRUM_E_EXITING);
  say("refused\n");
}

static int register_in_registered_call(void) {
  REQUIRE(thrum_register_atexit(register_another, NULL) == THRUM_OK);
  REQUIRE(thrum_shutdown() == THRUM_OK);
  register_another(NULL);
  return 0;
}

static void shut_down_and_say(void* text) {
  REQUIRE(thrum_shutdown() == THRUM_OK);
  say((const char*)text);
}

static int shut_down_in_registered_call(void) {
  REQUIRE(thrum_register_atexit(say_text, "oldest\n") == THRUM_OK);
  REQUIRE(thrum_register_atexit(shut_down_and_say, "shut down\n") == THRUM_OK);
  REQUIRE(thrum_register_atexit(say_text, "newest\n") == THRUM_OK);
  return 0;
}

static void start_other_shutdown(void* unused) {
  (void)unused;
  launch(shut_down_and_say, "other shut down\n", THRUM_DAEMON_NO);
  /* Long enough for the other one to get to where it waits for this call, or does not. */
  REQUIRE(thrum_event_wait(never, 0.02) == THRUM_TIMEOUT);
  say("called\n");
}

static thrum_thread shutting_down;

static void shut_down_last(void* unused) {
  (void)unused;
  REQUIRE(thrum_shutdown() == THRUM_OK);
}

static int shut_down_beside_registered_call(void) {
  size_t count = 0;
  prepare();
  REQUIRE(thrum_register_atexit(start_other_shutdown, NULL) == THRUM_OK);
  shutting_down = start(shut_down_last, NULL, THRUM_DAEMON_NO);
  REQUIRE(thrum_thread_join(shutting_down, THRUM_FOREVER) == THRUM_OK);
  do {
    REQUIRE(thrum_active_count(&count) == THRUM_OK);
  } while (count != 1);
  say("shut down\n");
  return 0;
}

const struct way shutdown_ways[] = {
    WAY(shut_down),
    WAY(shut_down_in_thread),
    WAY(shut_down_unused),
    WAY(foreign_threads_past_shutdown),
    WAY(start_past_exit),
    WAY(main_during_exit),
    WAY(registered_calls),
    WAY(registered_call_and_shutdown),
    WAY(register_in_registered_call),
    WAY(shut_down_in_registered_call),
    WAY(shut_down_beside_registered_call),
    {NULL, NULL},
};
