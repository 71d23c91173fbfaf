/* exit_task_ways.c - ways for exit_program to end that timers and pools have something to do at. */
#include "process/exit_program.h"

static thrum_timer start_timer(double interval, void (*function)(void*), void* arg, int daemon) {
  thrum_timer timer = {0};
  REQUIRE(thrum_timer_create(&timer, interval, function, arg) == THRUM_OK);
  REQUIRE(thrum_timer_set_daemon(timer, daemon) == THRUM_OK);
  REQUIRE(thrum_timer_start(timer) == THRUM_OK);
  return timer;
}

static void fire_again(void* unused) {
  (void)unused;
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  say("fired\n");
  REQUIRE(thrum_timer_detach(start_timer(0.001, say_text, "fired again\n", 0)) == THRUM_OK);
}

static int pending_timers(void) {
  prepare();
  REQUIRE(thrum_timer_detach(start_timer(0.01, fire_again, NULL, 0)) == THRUM_OK);
  say("end of main\n");
  return 0;
}

static int pending_daemon_timers(void) {
  prepare();
  start_timer(1000, say_text, "fired\n", 1);
  start_timer(THRUM_FOREVER, say_text, "fired\n", 1);
  REQUIRE(thrum_timer_cancel(start_timer(1000, say_text, "fired\n", 0)) == THRUM_OK);
  say("end of main\n");
  return 0;
}

static thrum_timer held;

static void cancel_held(void* unused) {
  (void)unused;
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  say("cancelled\n");
  REQUIRE(thrum_timer_cancel(held) == THRUM_OK);
}

static int timer_cancelled_during_exit(void) {
  prepare();
  held = start_timer(THRUM_FOREVER, say_text, "fired\n", 0);
  launch(cancel_held, NULL, THRUM_DAEMON_YES);
  say("end of main\n");
  return 0;
}

static int timer_past_exit(void) {
  thrum_timer timer = {0};
  thrum_timer late = {0};
  int alive = 7;
  thrum_status status = THRUM_OK;
  double start = 0;
  prepare();
  start = seconds();
  late = start_timer(0.02, say_text, "a daemon fired\n", 1);
  REQUIRE(thrum_timer_create(&timer, 0, say_text, "fired\n") == THRUM_OK);
  REQUIRE(thrum_shutdown() == THRUM_OK);
  if (seconds() - start >= 0.02) {
    /* The daemon may have fired in time. */
    say("too slow\n");
    leave_at_once(0);
  }
  REQUIRE(thrum_timer_start(timer) == THRUM_E_EXITING);
  REQUIRE(thrum_timer_is_alive(timer, &alive) == THRUM_OK && alive == 0);
  REQUIRE(thrum_timer_destroy(timer) == THRUM_OK);
  /* It is due by now, and has no thread to fire in. */
  REQUIRE(thrum_timer_join(late, 0.05) == THRUM_TIMEOUT);
  REQUIRE(thrum_timer_cancel(late) == THRUM_OK);
  /* It may just have been asked for its thread. */
  while ((status = thrum_timer_destroy(late)) == THRUM_E_BUSY) let_others_run();
  REQUIRE(status == THRUM_OK);
  say("refused\n");
  return 0;
}

/* ------------------------------------------------------------------------------------------ pools -- */

static thrum_pool pool;

static void submit(void (*task)(void*), void* arg) {
  REQUIRE(thrum_pool_submit(pool, task, arg, NULL) == THRUM_OK);
}

static void say_task_after_main(void* unused) {
  (void)unused;
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  /* By now the pool knows of the exit, or is about to. */
  while (thrum_pool_submit(pool, say_text, "", NULL) == THRUM_OK) let_others_run();
  REQUIRE(thrum_pool_submit(pool, say_text, "never\n", NULL) == THRUM_E_EXITING);
  say("task\n");
}

static int tasks_at_exit(void) {
  prepare();
  REQUIRE(thrum_pool_create(&pool, 1, NULL) == THRUM_OK);
  submit(say_task_after_main, NULL);
  submit(say_text, "next task\n");
  submit(say_text, "last task\n");
  say("end of main\n");
  return 0;
}

static void say_after_main(void* text) {
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  say((const char*)text);
}

static int pool_shut_down_before_exit(void) {
  prepare();
  REQUIRE(thrum_pool_create(&pool, 3, NULL) == THRUM_OK);
  submit(say_after_main, "task\n");
  REQUIRE(thrum_pool_shutdown(pool, 0, 0) == THRUM_OK);
  say("end of main\n");
  return 0;
}

static void submit_at_exit(void* unused) {
  (void)unused;
  submit(say_text, "task of a registered call\n");
}

static void submit_too_late(void) {
  REQUIRE(thrum_pool_submit(pool, say_text, "never\n", NULL) == THRUM_E_EXITING);
  say("refused\n");
}

static int idle_pool_at_exit(void) {
  thrum_future future = {0};
  prepare();
  REQUIRE(thrum_pool_create(&pool, 3, NULL) == THRUM_OK);
  REQUIRE(thrum_register_atexit(submit_at_exit, NULL) == THRUM_OK);
  at_the_very_end = submit_too_late;
  REQUIRE(thrum_pool_submit(pool, say_text, "task\n", &future) == THRUM_OK);
  REQUIRE(thrum_future_wait(future, THRUM_FOREVER) == THRUM_OK);
  return 0;
}

static int exit_in_task(void) {
  prepare();
  REQUIRE(thrum_pool_create(&pool, 2, NULL) == THRUM_OK);
  submit(exit_from_here, NULL);
  thrum_event_wait(never, THRUM_FOREVER);
  return 1;
}

const struct way task_ways[] = {
    WAY(pending_timers),    WAY(pending_daemon_timers), WAY(timer_cancelled_during_exit),
    WAY(timer_past_exit),   WAY(tasks_at_exit),         WAY(pool_shut_down_before_exit),
    WAY(idle_pool_at_exit), WAY(exit_in_task),          {NULL, NULL},
};
