/* ordered_objects.c - orders plain memory by each primitive of thrum. With an argument it has a race, which
 * has to be reported. */
#include "ordered.h"

static long more; /* what an action has written */

/* ------------------------------------------------------------------------------------ locks -- */

static thrum_lock lock;
static void make_lock(void) { check(thrum_lock_create(&lock)); }
static void end_lock(void) { check(thrum_lock_destroy(lock)); }
static void add_locked(void) {
  check(thrum_lock_acquire(lock, THRUM_FOREVER));
  ++value;
  check(thrum_lock_release(lock));
}
static void add_when_free(void) {
  int locked = 1;
  while (locked) check(thrum_lock_locked(lock, &locked));
  ++value;
}
static void make_held_lock(void) {
  make_lock();
  check(thrum_lock_acquire(lock, 0));
}
static void add_and_release(void) {
  ++value;
  check(thrum_lock_release(lock));
}

static thrum_rlock rlock;
static void make_rlock(void) { check(thrum_rlock_create(&rlock)); }
static void end_rlock(void) { check(thrum_rlock_destroy(rlock)); }
static void add_locked_twice(void) {
  check(thrum_rlock_acquire(rlock, THRUM_FOREVER));
  check(thrum_rlock_acquire(rlock, THRUM_FOREVER));
  ++value;
  check(thrum_rlock_release(rlock));
  check(thrum_rlock_release(rlock));
}

static thrum_rwlock rwlock;
static void make_rwlock(void) { check(thrum_rwlock_create(&rwlock)); }
static void end_rwlock(void) { check(thrum_rwlock_destroy(rwlock)); }
static void add_to_write(void) {
  check(thrum_rwlock_acquire_write(rwlock, THRUM_FOREVER));
  ++value;
  check(thrum_rwlock_release_write(rwlock));
}
static void look_to_read(void) {
  check(thrum_rwlock_acquire_read(rwlock, THRUM_FOREVER));
  if (value < 0) _Exit(2);
  check(thrum_rwlock_release_read(rwlock));
}

static int ready;
static thrum_condition condition;
static void make_condition(void) {
  ready = 0;
  check(thrum_condition_create(&condition));
}
static void end_condition(void) { check(thrum_condition_destroy(condition)); }
static void notify(void) {
  check(thrum_condition_acquire(condition, THRUM_FOREVER));
  ++value;
  ready = 1;
  check(thrum_condition_notify_all(condition));
  check(thrum_condition_release(condition));
}
static void wait_notified(void) {
  check(thrum_condition_acquire(condition, THRUM_FOREVER));
  while (!ready) check(thrum_condition_wait(condition, THRUM_FOREVER));
  ++value;
  check(thrum_condition_release(condition));
}

/* --------------------------------------------------------------------------- what is waited for -- */

static thrum_event event;
static void make_event(void) { check(thrum_event_create(&event)); }
static void end_event(void) { check(thrum_event_destroy(event)); }
static void add_and_set(void) {
  ++value;
  check(thrum_event_set(event));
}
static void wait_and_add(void) {
  check(thrum_event_wait(event, THRUM_FOREVER));
  ++value;
}
static void add_when_set(void) {
  int set = 0;
  while (!set) check(thrum_event_is_set(event, &set));
  ++value;
}

static thrum_semaphore semaphore;
static void make_semaphore(void) { check(thrum_semaphore_create(&semaphore, 0)); }
static void make_bounded_semaphore(void) {
  check(thrum_semaphore_create_bounded(&semaphore, 1));
  check(thrum_semaphore_acquire(semaphore, 0));
}
static void end_semaphore(void) { check(thrum_semaphore_destroy(semaphore)); }
static void add_and_give(void) {
  ++value;
  check(thrum_semaphore_release(semaphore, 1));
}
static void take_and_add(void) {
  check(thrum_semaphore_acquire(semaphore, THRUM_FOREVER));
  ++value;
}

static int add_to_more(void* arg) {
  (void)arg;
  more = ++value;
  return 0;
}
static thrum_barrier barrier;
static void make_barrier(void) { check(thrum_barrier_create(&barrier, 2, NULL, NULL, THRUM_FOREVER)); }
static void make_acting_barrier(void) {
  check(thrum_barrier_create(&barrier, 2, add_to_more, NULL, THRUM_FOREVER));
}
static void end_barrier(void) { check(thrum_barrier_destroy(barrier)); }
static void add_and_meet(void) {
  int index = 0;
  ++value;
  check(thrum_barrier_wait(barrier, THRUM_FOREVER, &index));
}
static void meet_and_add(void) {
  int index = 0;
  check(thrum_barrier_wait(barrier, THRUM_FOREVER, &index));
  ++value;
}
static void meet_and_look(void) {
  int index = 0;
  check(thrum_barrier_wait(barrier, THRUM_FOREVER, &index));
  if (more != value) _Exit(2);
}

static thrum_latch latch;
static void make_latch(void) { check(thrum_latch_create(&latch, 1)); }
static void make_latch_of_two(void) { check(thrum_latch_create(&latch, 2)); }
static void end_latch(void) { check(thrum_latch_destroy(latch)); }
static void add_and_count_down(void) {
  ++value;
  check(thrum_latch_count_down(latch, 1));
}
static void wait_open_and_add(void) {
  check(thrum_latch_wait(latch, THRUM_FOREVER));
  ++value;
}
static void add_when_open(void) {
  int64_t count = 1;
  while (count != 0) check(thrum_latch_count(latch, &count));
  ++value;
}
static void add_and_arrive(void) {
  ++value;
  check(thrum_latch_arrive_and_wait(latch, 1, THRUM_FOREVER));
}
static void arrive_and_add(void) {
  check(thrum_latch_arrive_and_wait(latch, 1, THRUM_FOREVER));
  ++value;
}

static thrum_once_flag flags[2 * ROUNDS];
static thrum_once_flag* flag = flags;
static thrum_once once;
static void make_once(void) { check(thrum_once_create(&once)); }
static void end_once(void) {
  check(thrum_once_destroy(once));
  ++flag;
}
static void call_once(void) {
  check(thrum_once_call(once, add_to_more, NULL, THRUM_FOREVER));
  if (more != value) _Exit(2);
}
static void call_flag(void) {
  check(thrum_call_once(flag, add_to_more, NULL, THRUM_FOREVER));
  if (more != value) _Exit(2);
}
static void look_when_done(void) {
  int is_done = 0;
  while (!is_done) check(thrum_once_done(once, &is_done));
  if (more != value) _Exit(2);
}

static void add_racing(void) { ++value; }
static void nothing(void) {}

int main(int argc, char** argv) {
  (void)argv;
  if (argc > 1) {
    try_both(nothing, add_racing, add_racing, nothing, IN_TURN);
    return 0;
  }
  try_both(make_lock, add_locked, add_locked, end_lock, EITHER);
  try_both(make_held_lock, add_and_release, add_when_free, end_lock, EITHER);
  try_both(make_held_lock, add_and_release, add_locked, end_lock, EITHER);
  try_both(make_rlock, add_locked_twice, add_locked_twice, end_rlock, EITHER);
  try_both(make_rwlock, add_to_write, add_to_write, end_rwlock, EITHER);
  try_both(make_rwlock, add_to_write, look_to_read, end_rwlock, EITHER);
  try_both(make_rwlock, look_to_read, add_to_write, end_rwlock, EITHER);
  try_both(make_condition, notify, wait_notified, end_condition, EITHER);
  try_both(make_event, add_and_set, wait_and_add, end_event, EITHER);
  try_both(make_event, add_and_set, add_when_set, end_event, EITHER);
  try_both(make_semaphore, add_and_give, take_and_add, end_semaphore, EITHER);
  try_both(make_bounded_semaphore, add_and_give, take_and_add, end_semaphore, EITHER);
  try_both(make_barrier, add_and_meet, meet_and_add, end_barrier, MEET);
  try_both(make_acting_barrier, add_and_meet, meet_and_look, end_barrier, MEET);
  try_both(make_latch, add_and_count_down, wait_open_and_add, end_latch, EITHER);
  try_both(make_latch, add_and_count_down, add_when_open, end_latch, EITHER);
  try_both(make_latch_of_two, add_and_arrive, arrive_and_add, end_latch, MEET);
  try_both(make_once, call_once, call_once, end_once, EITHER);
  try_both(make_once, call_once, look_when_done, end_once, EITHER);
  flag = flags;
  try_both(make_once, call_flag, call_flag, end_once, EITHER);
  puts("well");
  return 0;
}
