/* ordered.h - for programs that order plain memory by thrum, and by nothing else: correct ones, about which
 * ThreadSanitizer has nothing to say.
 *
 * Of each pair of threads the second comes when the first is done, or at the same time. What tells them of
 * each other are relaxed words, which order nothing; and they stay until both are done, since the end of a
 * thread would. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <thrum/thrum.h>

enum { ROUNDS = 6 };

static long value; /* what is ordered */

static void check(thrum_status status) {
  if (status == THRUM_OK) return;
  puts(thrum_status_name(status));
  fflush(stdout);
  _Exit(2);
}

static void tell(int* word) { __atomic_store_n(word, 1, __ATOMIC_RELAXED); }
static void await_told(int* word) {
  while (!__atomic_load_n(word, __ATOMIC_RELAXED)) sched_yield();
}

static void (*parts[2])(void);
static int in_turn;
static int done[2];

static void run_part(void* arg) {
  const int part = *(int*)arg;
  if (part == 1 && in_turn) await_told(&done[0]);
  parts[part]();
  tell(&done[part]);
  await_told(&done[1 - part]);
}

static void run_both(void (*first)(void), void (*second)(void)) {
  static int numbers[2] = {0, 1};
  thrum_thread threads[2];
  int i;
  parts[0] = first;
  parts[1] = second;
  for (i = 0; i < 2; ++i) {
    done[i] = 0;
    check(thrum_thread_create(&threads[i], NULL, run_part, &numbers[i]));
  }
  for (i = 0; i < 2; ++i) check(thrum_thread_start(threads[i]));
  for (i = 0; i < 2; ++i) {
    check(thrum_thread_join(threads[i], THRUM_FOREVER));
    check(thrum_thread_destroy(threads[i]));
  }
}

/* How the second may come. MEET: neither is done before the other has come. */
enum manner { EITHER, IN_TURN, MEET };

/* `make` makes what the two use, and `end` ends it. */
static void try_both(void (*make)(void), void (*first)(void), void (*second)(void), void (*end)(void),
                     enum manner manner) {
  int round;
  for (round = 0; round < ROUNDS; ++round) {
    in_turn = manner == IN_TURN || (manner == EITHER && round % 2 == 0);
    make();
    run_both(first, second);
    end();
  }
}
