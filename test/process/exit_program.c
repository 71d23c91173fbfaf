/* exit_program.c - ends in the way that its argument names; exit_test.cpp looks at how that goes, and
 * process_exit_test.cpp at the ways that one system alone has.
 */
#include "process/exit_program.h"

#include <stdlib.h>
#include <string.h>

thrum_thread main_thread;
thrum_event never;
thrum_local local;
void (*at_the_very_end)(void);

static thrum_event entered;

__attribute__((destructor)) static void end(void) {
  if (at_the_very_end != NULL) at_the_very_end();
}

void say_value(void* text) { say((const char*)text); }

void prepare(void) {
  REQUIRE(thrum_main_thread(&main_thread) == THRUM_OK);
  REQUIRE(thrum_event_create(&never) == THRUM_OK);
  REQUIRE(thrum_event_create(&entered) == THRUM_OK);
  REQUIRE(thrum_local_create(&local, say_value) == THRUM_OK);
  REQUIRE(thrum_local_set(local, "value of main\n") == THRUM_OK);
}

thrum_thread start(void (*target)(void*), void* arg, int daemon) {
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  thrum_thread thread = {0};
  options.daemon = daemon;
  REQUIRE(thrum_thread_create(&thread, &options, target, arg) == THRUM_OK);
  REQUIRE(thrum_thread_start(thread) == THRUM_OK);
  return thread;
}

/* Starts a thread that nobody joins. */
void launch(void (*target)(void*), void* arg, int daemon) {
  REQUIRE(thrum_thread_detach(start(target, arg, daemon)) == THRUM_OK);
}

void wait_for_main(void* unused) {
  (void)unused;
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  say("end of thread\n");
}

static void wait_for_ever(void* unused) {
  (void)unused;
  REQUIRE(thrum_local_set(local, "value of one that waits for ever\n") == THRUM_OK);
  REQUIRE(thrum_event_set(entered) == THRUM_OK);
  thrum_event_wait(never, THRUM_FOREVER);
  say("not for ever\n");
}

void start_waiting_for_ever(int daemon) {
  launch(wait_for_ever, NULL, daemon);
  REQUIRE(thrum_event_wait(entered, THRUM_FOREVER) == THRUM_OK);
}

/* ------------------------------------------------------------------- waiting for what is no daemon -- */

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

static void exit_from_here(void* unused) {
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

/* ---------------------------------------------------------------------------------------- daemons -- */

static int abandon_daemon(void) {
  prepare();
  start_waiting_for_ever(THRUM_DAEMON_YES);
  return 0;
}

static thrum_barrier lonely_barrier;
static thrum_latch closed_latch;
static thrum_rwlock read_locked;
static int past_exit;
static int about_to_wait;

enum { kPastExitWaits = 5 };

static void wait_past_exit(void* which) {
  while (!__atomic_load_n(&past_exit, __ATOMIC_ACQUIRE)) let_others_run();
  __atomic_fetch_add(&about_to_wait, 1, __ATOMIC_RELEASE);
  switch (*(const int*)which) {
    case 0: thrum_event_wait(never, 0.001); break;
    case 1: thrum_barrier_wait(lonely_barrier, 0.001, NULL); break;
    case 2: thrum_latch_wait(closed_latch, 0.001); break;
    case 3: thrum_latch_arrive_and_wait(closed_latch, 1, 0.001); break;
    default: thrum_rwlock_acquire_write(read_locked, 0.001);
  }
  say("a daemon went on\n");
}

static thrum_thread ended_daemon;

static void do_nothing(void* unused) { (void)unused; }

static void join_ended_daemon(void) {
  int alive = -1;
  REQUIRE(thrum_thread_join(ended_daemon, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_thread_is_alive(ended_daemon, &alive) == THRUM_OK && alive == 0);
  say("joined\n");
}

static int join_ended_daemon_at_the_end(void) {
  prepare();
  ended_daemon = start(do_nothing, NULL, THRUM_DAEMON_YES);
  REQUIRE(thrum_thread_join(ended_daemon, THRUM_FOREVER) == THRUM_OK);
  at_the_very_end = join_ended_daemon;
  return 0;
}

static void outwait_daemon(void) {
  __atomic_store_n(&past_exit, 1, __ATOMIC_RELEASE);
  while (__atomic_load_n(&about_to_wait, __ATOMIC_ACQUIRE) != kPastExitWaits) let_others_run();
  /* The thread that ends the process can still wait. A daemon that could would be back long before. */
  REQUIRE(thrum_event_wait(never, 0.1) == THRUM_TIMEOUT);
  REQUIRE(thrum_barrier_wait(lonely_barrier, 0.001, NULL) == THRUM_E_BROKEN);
  REQUIRE(thrum_latch_wait(closed_latch, 0.001) == THRUM_TIMEOUT);
}

static int daemon_waits_past_exit(void) {
  static const int waits[kPastExitWaits] = {0, 1, 2, 3, 4};
  int index;
  prepare();
  REQUIRE(thrum_barrier_create(&lonely_barrier, 3, NULL, NULL, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_latch_create(&closed_latch, 2) == THRUM_OK);
  REQUIRE(thrum_rwlock_create(&read_locked) == THRUM_OK);
  REQUIRE(thrum_rwlock_acquire_read(read_locked, 0) == THRUM_OK);
  at_the_very_end = outwait_daemon;
  for (index = 0; index < kPastExitWaits; ++index) {
    launch(wait_past_exit, (void*)&waits[index], THRUM_DAEMON_YES);
  }
  return 0;
}

static thrum_lock hammered_lock;
static thrum_rlock hammered_rlock;
static thrum_condition hammered_condition;
static thrum_semaphore hammered_semaphore;
static thrum_event hammered_event;
static thrum_semaphore running;
static thrum_barrier hammered_barrier;
static thrum_once_flag hammered_flag = THRUM_ONCE_FLAG_INIT;
static thrum_rwlock hammered_rwlock;

static int fail(void* unused) {
  (void)unused;
  let_others_run();
  return 1;
}

static void hammer(void* unused) {
  char own_value = 0;
  int turn;
  (void)unused;
  for (turn = 0;; ++turn) {
    thrum_event event = {0};
    thrum_local value = {0};
    thrum_thread thread = {0};
    void* own = NULL;
    size_t count = 0;
    thrum_status status = thrum_barrier_wait(hammered_barrier, 0.0001, NULL);
    REQUIRE(status == THRUM_OK || status == THRUM_E_BROKEN);
    REQUIRE(thrum_barrier_reset(hammered_barrier) == THRUM_OK);
    REQUIRE(thrum_latch_wait(closed_latch, 0.0001) == THRUM_TIMEOUT);
    status = thrum_call_once(&hammered_flag, fail, NULL, 0.0001);
    REQUIRE(status == THRUM_E_FAILED || status == THRUM_TIMEOUT);
    REQUIRE(thrum_rwlock_acquire_read(hammered_rwlock, THRUM_FOREVER) == THRUM_OK);
    REQUIRE(thrum_rwlock_release_read(hammered_rwlock) == THRUM_OK);
    REQUIRE(thrum_rwlock_acquire_write(hammered_rwlock, THRUM_FOREVER) == THRUM_OK);
    REQUIRE(thrum_rwlock_release_write(hammered_rwlock) == THRUM_OK);
    REQUIRE(thrum_lock_acquire(hammered_lock, THRUM_FOREVER) == THRUM_OK);
    REQUIRE(thrum_lock_release(hammered_lock) == THRUM_OK);
    REQUIRE(thrum_condition_acquire(hammered_condition, THRUM_FOREVER) == THRUM_OK);
    REQUIRE(thrum_condition_notify(hammered_condition, 1) == THRUM_OK);
    thrum_condition_wait(hammered_condition, 0.0001);
    REQUIRE(thrum_condition_release(hammered_condition) == THRUM_OK);
    REQUIRE(thrum_event_create(&event) == THRUM_OK);
    REQUIRE(thrum_event_destroy(event) == THRUM_OK);
    REQUIRE(thrum_rlock_acquire(hammered_rlock, THRUM_FOREVER) == THRUM_OK);
    REQUIRE(thrum_rlock_release(hammered_rlock) == THRUM_OK);
    REQUIRE(thrum_semaphore_acquire(hammered_semaphore, THRUM_FOREVER) == THRUM_OK);
    REQUIRE(thrum_semaphore_release(hammered_semaphore, 1) == THRUM_OK);
    REQUIRE(thrum_event_set(hammered_event) == THRUM_OK);
    REQUIRE(thrum_event_wait(hammered_event, THRUM_FOREVER) == THRUM_OK);
    REQUIRE(thrum_event_clear(hammered_event) == THRUM_OK);
    thrum_event_wait(hammered_event, 0.0001);
    REQUIRE(thrum_local_get(local, &own) == THRUM_OK && (turn == 0 || own == &own_value));
    REQUIRE(thrum_local_set(local, &own_value) == THRUM_OK);
    REQUIRE(thrum_local_create(&value, NULL) == THRUM_OK);
    REQUIRE(thrum_local_set(value, &own) == THRUM_OK);
    REQUIRE(thrum_local_destroy(value) == THRUM_OK);
    REQUIRE(thrum_current_thread(&thread) == THRUM_OK);
    REQUIRE(thrum_thread_set_name(thread, "hammer") == THRUM_OK);
    REQUIRE(thrum_active_count(&count) == THRUM_OK && count > 1);
    REQUIRE(thrum_thread_create(&thread, NULL, hammer, NULL) == THRUM_OK);
    REQUIRE(thrum_thread_destroy(thread) == THRUM_OK);
    if (turn == 3) REQUIRE(thrum_semaphore_release(running, 1) == THRUM_OK);
  }
}

static int hammering_daemons(void) {
  const int count = 40;
  int index;
  prepare();
  REQUIRE(thrum_lock_create(&hammered_lock) == THRUM_OK);
  REQUIRE(thrum_condition_create(&hammered_condition) == THRUM_OK);
  REQUIRE(thrum_rlock_create(&hammered_rlock) == THRUM_OK);
  REQUIRE(thrum_semaphore_create(&hammered_semaphore, 2) == THRUM_OK);
  REQUIRE(thrum_event_create(&hammered_event) == THRUM_OK);
  REQUIRE(thrum_semaphore_create(&running, 0) == THRUM_OK);
  REQUIRE(thrum_barrier_create(&hammered_barrier, 2, NULL, NULL, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_latch_create(&closed_latch, 1) == THRUM_OK);
  REQUIRE(thrum_rwlock_create(&hammered_rwlock) == THRUM_OK);
  for (index = 0; index < count; ++index) launch(hammer, NULL, THRUM_DAEMON_YES);
  for (index = 0; index < count; ++index)
    REQUIRE(thrum_semaphore_acquire(running, THRUM_FOREVER) == THRUM_OK);
  return 0;
}

/* ----------------------------------------------------------------------- leaving without any wait -- */

static int exit_at_once(void) {
  prepare();
  start_waiting_for_ever(THRUM_DAEMON_NO);
  leave_at_once(5);
  return 1;
}

/* -------------------------------------------------------------------------------- thrum_shutdown -- */

void say_worked(void* unused) {
  (void)unused;
  REQUIRE(thrum_event_wait(never, 0.02) == THRUM_TIMEOUT);
  say("worked\n");
}

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

/* ----------------------------------------------------------------------------------------- timers -- */

void say_text(void* text) { say((const char*)text); }

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

/* ---------------------------------------------------------------------- the first use of thrum -- */

static void use_first(void* unused) {
  char name[32];
  int alive = 0;
  thrum_thread self = {0};
  (void)unused;
  REQUIRE(thrum_current_thread(&self) == THRUM_OK);
  REQUIRE(thrum_main_thread(&main_thread) == THRUM_OK);
  REQUIRE(self.id != main_thread.id);
  REQUIRE(thrum_thread_name(main_thread, name, sizeof name, NULL) == THRUM_OK &&
          strcmp(name, "MainThread") == 0);
  REQUIRE(thrum_thread_is_alive(main_thread, &alive) == THRUM_OK && alive == 1);
  REQUIRE(thrum_thread_join(main_thread, 0) == THRUM_TIMEOUT);
  REQUIRE(thrum_thread_start(main_thread) == THRUM_E_STARTED);
}

static int first_use_in_foreign_thread(void) {
  thrum_thread self = {0};
  join_foreign(start_foreign(use_first, NULL));
  REQUIRE(thrum_current_thread(&self) == THRUM_OK);
  REQUIRE(self.id == main_thread.id);
  return 0;
}

static void ask_for_native_id(void* own_number) {
  uint64_t native_id = 0;
  REQUIRE(thrum_main_thread(&main_thread) == THRUM_OK);
  REQUIRE(thrum_thread_native_id(main_thread, &native_id) == THRUM_OK);
  REQUIRE(native_id == *(const uint64_t*)own_number);
}

static int native_id_of_idle_main(void) {
  uint64_t own_number = number_of_thread();
  join_foreign(start_foreign(ask_for_native_id, &own_number));
  return 0;
}

static int join_main_at_first(void) {
  thrum_thread self = {0};
  REQUIRE(thrum_main_thread(&self) == THRUM_OK);
  REQUIRE(thrum_thread_join(self, THRUM_FOREVER) == THRUM_E_SELF);
  return 0;
}

static int number_main_at_first(void) {
  thrum_thread self = {0};
  uint64_t ident = 0;
  uint64_t native_id = 0;
  REQUIRE(thrum_main_thread(&self) == THRUM_OK);
  REQUIRE(thrum_thread_native_id(self, &native_id) == THRUM_OK);
  REQUIRE(native_id == number_of_thread());
  REQUIRE(thrum_thread_ident(self, &ident) == THRUM_OK);
  REQUIRE(ident == thrum_get_ident());
  return 0;
}

static int enumerate_at_first(void) {
  thrum_thread all[2];
  thrum_thread self = {0};
  size_t count = 0;
  REQUIRE(thrum_active_count(&count) == THRUM_OK && count == 1);
  REQUIRE(thrum_enumerate(all, 2, &count) == THRUM_OK && count == 1);
  REQUIRE(thrum_current_thread(&self) == THRUM_OK && self.id == all[0].id);
  return 0;
}

/* --------------------------------------------------------------------------------------------------- */

static const struct way ways[] = {
    WAY(return_from_main),
    WAY(start_more_during_exit),
    WAY(exit_in_thread),
    WAY(exit_in_daemon),
    WAY(exit_in_foreign_thread),
    WAY(locals_during_exit),
    WAY(exit_handlers),
    WAY(hooks_during_exit),
    WAY(abandon_daemon),
    WAY(daemon_waits_past_exit),
    WAY(join_ended_daemon_at_the_end),
    WAY(hammering_daemons),
    WAY(exit_at_once),
    WAY(shut_down),
    WAY(shut_down_in_thread),
    WAY(shut_down_unused),
    WAY(start_past_exit),
    WAY(main_during_exit),
    WAY(pending_timers),
    WAY(pending_daemon_timers),
    WAY(timer_cancelled_during_exit),
    WAY(timer_past_exit),
    WAY(tasks_at_exit),
    WAY(pool_shut_down_before_exit),
    WAY(idle_pool_at_exit),
    WAY(exit_in_task),
    WAY(registered_calls),
    WAY(registered_call_and_shutdown),
    WAY(register_in_registered_call),
    WAY(shut_down_in_registered_call),
    WAY(shut_down_beside_registered_call),
    WAY(first_use_in_foreign_thread),
    WAY(native_id_of_idle_main),
    WAY(join_main_at_first),
    WAY(number_main_at_first),
    WAY(enumerate_at_first),
    {NULL, NULL},
};

static const struct way* find_way(const struct way* all, const char* name) {
  while (all->name != NULL && strcmp(all->name, name) != 0) ++all;
  return all->name != NULL ? all : NULL;
}

int main(int argc, char** argv) {
  const struct way* way = NULL;
  REQUIRE(argc == 2);
  way = find_way(ways, argv[1]);
  if (way == NULL) way = find_way(ways_of_system, argv[1]);
  REQUIRE(way != NULL);
  return way->run();
}
