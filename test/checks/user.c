/* user.c - a program of each class of the C ABI, to be compiled and linked in every way that users do. */
#include <stdio.h>
#include <thrum/thrum.h>

static thrum_condition turn;
static thrum_event done;
static thrum_semaphore units;
static int turns;

static int turn_came(void* unused) {
  (void)unused;
  return turns != 0;
}

static int succeeded(thrum_status status) {
  if (status != THRUM_OK) puts(thrum_strerror(status));
  return status == THRUM_OK;
}

static void target(void* unused) {
  (void)unused;
  if (succeeded(thrum_semaphore_acquire(units, THRUM_FOREVER)) &&
      succeeded(thrum_condition_acquire(turn, 60))) {
    turns++;
    succeeded(thrum_condition_notify_all(turn));
    succeeded(thrum_condition_release(turn));
  }
  succeeded(thrum_event_set(done));
}

int main(void) {
  thrum_lock lock;
  thrum_rlock rlock;
  thrum_thread thread;
  int ok = succeeded(thrum_lock_create(&lock)) && succeeded(thrum_rlock_create(&rlock)) &&
           succeeded(thrum_condition_create_with_rlock(&turn, rlock)) &&
           succeeded(thrum_event_create(&done)) && succeeded(thrum_semaphore_create(&units, 0)) &&
           succeeded(thrum_thread_create(&thread, NULL, target, NULL)) &&
           succeeded(thrum_thread_start(thread)) && succeeded(thrum_lock_acquire(lock, 60)) &&
           succeeded(thrum_lock_release(lock)) && succeeded(thrum_rlock_acquire(rlock, 60)) &&
           succeeded(thrum_semaphore_release(units, 1)) &&
           succeeded(thrum_condition_wait_for(turn, turn_came, NULL, 60)) &&
           succeeded(thrum_rlock_release(rlock)) && succeeded(thrum_event_wait(done, 60)) &&
           succeeded(thrum_thread_join(thread, 60));
  if (ok) puts("well");
  return ok ? 0 : 1;
}
