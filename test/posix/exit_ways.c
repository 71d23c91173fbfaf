/* exit_ways.c - ways for exit_program to end that POSIX alone has. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier): for quick_exit and pthread_getname_np in C99 */

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/exit_program.h"

static int leave_main(void) {
  prepare();
  launch(wait_for_main, NULL, THRUM_DAEMON_NO);
  say("end of main\n");
  pthread_exit(NULL);
}

static void wait_for_main_and_exit(void* unused) {
  wait_for_main(unused);
  exit(8);
}

static int leave_main_to_thread(void) {
  prepare();
  launch(wait_for_main_and_exit, NULL, THRUM_DAEMON_NO);
  say("end of main\n");
  pthread_exit(NULL);
}

static thrum_timer pending;

static void fire(double interval, const char* text) {
  thrum_timer timer = {0};
  REQUIRE(thrum_timer_create(&timer, interval, say_text, (void*)text) == THRUM_OK);
  REQUIRE(thrum_timer_start(timer) == THRUM_OK);
  REQUIRE(thrum_timer_join(timer, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_timer_destroy(timer) == THRUM_OK);
}

static void use_timers_without_main(void* unused) {
  (void)unused;
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_timer_join(pending, THRUM_FOREVER) == THRUM_OK);
  fire(0.001, "fired again\n");
  say("end of thread\n");
}

static int leave_main_with_timers(void) {
  prepare();
  fire(0, "fired\n");
  REQUIRE(thrum_timer_create(&pending, 0.02, say_text, "fired later\n") == THRUM_OK);
  REQUIRE(thrum_timer_start(pending) == THRUM_OK);
  launch(use_timers_without_main, NULL, THRUM_DAEMON_NO);
  pthread_exit(NULL);
}

static int leave_main_with_pending_timer(void) {
  prepare();
  REQUIRE(thrum_timer_create(&pending, 0.02, say_text, "fired later\n") == THRUM_OK);
  REQUIRE(thrum_timer_start(pending) == THRUM_OK);
  pthread_exit(NULL);
}

static thrum_pool pool;

static void have_done(const char* text) {
  thrum_future future = {0};
  REQUIRE(thrum_pool_submit(pool, say_text, (void*)text, &future) == THRUM_OK);
  REQUIRE(thrum_future_wait(future, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_future_destroy(future) == THRUM_OK);
}

static thrum_lock counting;
static int at_work;
static int most_at_work;

static void count_workers(void* unused) {
  (void)unused;
  REQUIRE(thrum_lock_acquire(counting, THRUM_FOREVER) == THRUM_OK);
  if (++at_work > most_at_work) most_at_work = at_work;
  REQUIRE(thrum_lock_release(counting) == THRUM_OK);
  REQUIRE(thrum_event_wait(never, 0.002) == THRUM_TIMEOUT);
  REQUIRE(thrum_lock_acquire(counting, THRUM_FOREVER) == THRUM_OK);
  --at_work;
  REQUIRE(thrum_lock_release(counting) == THRUM_OK);
}

static void count_workers_at(int tasks) {
  thrum_future futures[20];
  int i = 0;
  for (i = 0; i < tasks; ++i) {
    REQUIRE(thrum_pool_submit(pool, count_workers, NULL, &futures[i]) == THRUM_OK);
  }
  for (i = 0; i < tasks; ++i) {
    REQUIRE(thrum_future_wait(futures[i], THRUM_FOREVER) == THRUM_OK);
    REQUIRE(thrum_future_destroy(futures[i]) == THRUM_OK);
  }
}

static void use_pool_without_main(void* unused) {
  int i = 0;
  (void)unused;
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_lock_create(&counting) == THRUM_OK);
  /* Workers do not stay for the next task now, and as many as before may come in their places. */
  for (i = 0; i < 10; ++i) {
    count_workers_at(1);
    REQUIRE(thrum_event_wait(never, 0.001) == THRUM_TIMEOUT);
  }
  count_workers_at(20);
  REQUIRE(most_at_work <= 2);
  have_done("last task\n");
  say("end of thread\n");
}

static int leave_main_with_pool(void) {
  prepare();
  REQUIRE(thrum_pool_create(&pool, 2, NULL) == THRUM_OK);
  have_done("task\n");
  launch(use_pool_without_main, NULL, THRUM_DAEMON_NO);
  pthread_exit(NULL);
}

static int leave_main_with_pending_tasks(void) {
  prepare();
  REQUIRE(thrum_pool_create(&pool, 1, NULL) == THRUM_OK);
  REQUIRE(thrum_pool_submit(pool, wait_for_main, NULL, NULL) == THRUM_OK);
  REQUIRE(thrum_pool_submit(pool, say_text, "last task\n", NULL) == THRUM_OK);
  pthread_exit(NULL);
}

static pthread_key_t key;

static void say_after_a_while(void* unused) {
  (void)unused;
  REQUIRE(thrum_event_wait(never, 0.02) == THRUM_TIMEOUT);
  say("destructor\n");
}

static void set_key(void* unused) {
  (void)unused;
  REQUIRE(pthread_setspecific(key, &key) == 0);
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
}

static void say_end_of_process(void) { say("end of process\n"); }

static int thread_ends_during_exit(void) {
  prepare();
  REQUIRE(pthread_key_create(&key, say_after_a_while) == 0);
  at_the_very_end = say_end_of_process;
  launch(set_key, NULL, THRUM_DAEMON_NO);
  return 0;
}

static int shutting_down;

static void note_shutdown(void* unused) {
  (void)unused;
  __atomic_store_n(&shutting_down, 1, __ATOMIC_RELEASE);
}

/* The library's own key is older, and so it has taken its leave of the thread in the third round, before
 * this. */
static void say_in_third_round(void* round) {
  static char rounds[3];
  if (round != &rounds[2]) {
    REQUIRE(pthread_setspecific(key, round == &key ? &rounds[1] : &rounds[2]) == 0);
    return;
  }
  while (!__atomic_load_n(&shutting_down, __ATOMIC_ACQUIRE)) let_others_run();
  say("destructor\n");
}

static void have_key(void* unused) {
  (void)unused;
  REQUIRE(pthread_setspecific(key, &key) == 0);
}

static void await_end_of(thrum_thread thread) {
  int alive = 1;
  while (alive) {
    REQUIRE(thrum_thread_is_alive(thread, &alive) == THRUM_OK);
    let_others_run();
  }
}

static int thread_ended_before_exit(void) {
  prepare();
  REQUIRE(pthread_key_create(&key, say_in_third_round) == 0);
  REQUIRE(thrum_register_atexit(note_shutdown, NULL) == THRUM_OK);
  at_the_very_end = say_end_of_process;
  await_end_of(start(have_key, NULL, THRUM_DAEMON_NO));
  await_end_of(start(say_text, "daemon\n", THRUM_DAEMON_YES));
  return 0;
}

static int exit_quickly(void) {
  prepare();
  start_waiting_for_ever(THRUM_DAEMON_NO);
  quick_exit(6);
}

static int die_by_signal(void) {
  prepare();
  start_waiting_for_ever(THRUM_DAEMON_NO);
  kill(getpid(), SIGKILL);
  return 1;
}

static void fork_here(void) {
  int status = 0;
  const pid_t child = fork();
  if (child == 0) {
    size_t count = 0;
    REQUIRE(thrum_active_count(&count) == THRUM_OK && count == 1);
    REQUIRE(thrum_event_wait(never, 0.001) == THRUM_TIMEOUT);
    say("child process ok\n");
    _exit(0);
  }
  REQUIRE(waitpid(child, &status, 0) == child && status == 0);
}

static int fork_during_exit(void) {
  prepare();
  REQUIRE(thrum_thread_join(start(say_worked, NULL, THRUM_DAEMON_NO), THRUM_FOREVER) == THRUM_OK);
  at_the_very_end = fork_here;
  REQUIRE(atexit(fork_here) == 0);
  return 0;
}

static int registered_call_in_child(void) {
  int status = 0;
  pid_t child = 0;
  REQUIRE(thrum_register_atexit(say_text, "called\n") == THRUM_OK);
  child = fork();
  if (child == 0) return 0;
  REQUIRE(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}

/* ------------------------------------------------------------------------------ exit in a child -- */

static int return_from_forked_main(void) {
  const pid_t child = fork();
  if (child != 0) {
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child && status == 0);
    return 0;
  }
  prepare();
  launch(wait_for_main, NULL, THRUM_DAEMON_NO);
  say("end of main\n");
  return 0;
}

enum { kReturns, kExits, kShutsDown };
static const int returns = kReturns;
static const int exits = kExits;
static const int shuts_down = kShutsDown;

static void fork_and_wait(void* way) {
  int status = 0;
  thrum_thread thread = {0};
  pid_t child = 0;
  REQUIRE(thrum_local_set(local, "value of forker\n") == THRUM_OK);
  child = fork();
  if (child != 0) {
    REQUIRE(waitpid(child, &status, 0) == child && status == 0);
    return;
  }
  /* The thread that was the main one has ended; this one is, and has not. */
  say("end of main\n");
  thread = start(wait_for_main, NULL, THRUM_DAEMON_NO);
  REQUIRE(thrum_thread_join(thread, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_main_thread(&main_thread) == THRUM_OK);
  launch(wait_for_main, NULL, THRUM_DAEMON_NO);
  if (*(const int*)way == kExits) exit(0);
  if (*(const int*)way == kShutsDown) {
    REQUIRE(thrum_shutdown() == THRUM_OK);
    _exit(0);
  }
}

static int exit_forked_from_thread(void) {
  prepare();
  REQUIRE(thrum_thread_join(start(fork_and_wait, (void*)&exits, THRUM_DAEMON_NO), THRUM_FOREVER) == THRUM_OK);
  return 0;
}

static int return_forked_from_thread(void) {
  prepare();
  REQUIRE(thrum_thread_join(start(fork_and_wait, (void*)&returns, THRUM_DAEMON_NO), THRUM_FOREVER) ==
          THRUM_OK);
  return 0;
}

static void fork_once_main_has_ended(void* way) {
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  fork_and_wait(way);
}

static int exit_forked_during_exit(void) {
  prepare();
  launch(fork_once_main_has_ended, (void*)&exits, THRUM_DAEMON_NO);
  return 0;
}

static int shut_down_forked_during_exit(void) {
  prepare();
  launch(fork_once_main_has_ended, (void*)&shuts_down, THRUM_DAEMON_NO);
  return 0;
}

static void tell_ident(void* ident) { *(uint64_t*)ident = thrum_get_ident(); }

static uint64_t ident_of_worker(void) {
  thrum_future future = {0};
  uint64_t ident = 0;
  REQUIRE(thrum_event_wait(never, 0.001) == THRUM_TIMEOUT);
  REQUIRE(thrum_pool_submit(pool, tell_ident, &ident, &future) == THRUM_OK);
  REQUIRE(thrum_future_wait(future, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_future_destroy(future) == THRUM_OK);
  return ident;
}

static void fork_with_main_gone(void* unused) {
  int status = 0;
  int i = 0;
  pid_t child = 0;
  uint64_t first = 0;
  (void)unused;
  REQUIRE(thrum_pool_create(&pool, 1, NULL) == THRUM_OK);
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  /* Once it has left no worker stays for the next task. */
  for (first = ident_of_worker(); ident_of_worker() == first;) continue;
  child = fork();
  if (child != 0) {
    REQUIRE(waitpid(child, &status, 0) == child && status == 0);
    return;
  }
  /* The child's main thread is this one, which has not: there one stays. */
  first = ident_of_worker();
  for (i = 0; i < 10; ++i) REQUIRE(ident_of_worker() == first);
  say("same worker\n");
  exit(0);
}

static int fork_once_main_has_left(void) {
  prepare();
  launch(fork_with_main_gone, NULL, THRUM_DAEMON_NO);
  pthread_exit(NULL);
}

/* ---------------------------------------------------------------------- the first use of thrum -- */

static int name_main_at_first(void) {
  thrum_thread self = {0};
  char name[16];
  REQUIRE(thrum_main_thread(&self) == THRUM_OK);
  REQUIRE(thrum_thread_set_name(self, "director") == THRUM_OK);
  REQUIRE(thrum_get_ident() != 0);
  REQUIRE(pthread_getname_np(pthread_self(), name, sizeof name) == 0);
  REQUIRE(strcmp(name, "director") == 0);
  return 0;
}

const struct way ways_of_system[] = {
    WAY(leave_main),
    WAY(leave_main_to_thread),
    WAY(leave_main_with_timers),
    WAY(leave_main_with_pending_timer),
    WAY(leave_main_with_pool),
    WAY(leave_main_with_pending_tasks),
    WAY(thread_ends_during_exit),
    WAY(thread_ended_before_exit),
    WAY(exit_quickly),
    WAY(die_by_signal),
    WAY(fork_during_exit),
    WAY(registered_call_in_child),
    WAY(return_from_forked_main),
    WAY(exit_forked_from_thread),
    WAY(return_forked_from_thread),
    WAY(exit_forked_during_exit),
    WAY(shut_down_forked_during_exit),
    WAY(fork_once_main_has_left),
    WAY(name_main_at_first),
    {NULL, NULL},
};
