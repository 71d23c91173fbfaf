/* exit_daemon_ways.c - ways for exit_program to end that abandon daemons. */
#include "process/exit_program.h"

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

const struct way daemon_ways[] = {
    WAY(abandon_daemon),
    WAY(daemon_waits_past_exit),
    WAY(join_ended_daemon_at_the_end),
    WAY(hammering_daemons),
    {NULL, NULL},
};
