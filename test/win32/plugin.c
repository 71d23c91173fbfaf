/* plugin.c - a library that uses thrum, and is loaded and freed while the process goes on. */
#include "plugin.h"

#include <windows.h>

#include "support/require.h"

#define EXPORT __declspec(dllexport)

EXPORT const struct plugin_answers* plugin_answers_at_attach(void);
EXPORT const struct plugin_answers* plugin_answers_at_detach(void);
EXPORT void plugin_begin(void);
EXPORT void plugin_end(void);

static struct plugin_answers at_attach;
static struct plugin_answers at_detach; /* of a thread */
static thrum_thread thread;
static thrum_timer timer;
static thrum_pool pool;
static thrum_event may_end;
static thrum_semaphore waiting;
static thrum_local local;
static volatile LONG asks_at_detach;

static void wait_until_open(void* unused) {
  (void)unused;
  REQUIRE(thrum_semaphore_release(waiting, 1) == THRUM_OK);
  REQUIRE(thrum_event_wait(may_end, THRUM_FOREVER) == THRUM_OK);
}

static void ask(struct plugin_answers* answers) {
  uint64_t number = 0;
  answers->thread_join = thrum_thread_join(thread, THRUM_FOREVER);
  answers->thread_poll = thrum_thread_join(thread, 0);
  answers->native_id = thrum_thread_native_id(thread, &number);
  answers->timer_join = thrum_timer_join(timer, THRUM_FOREVER);
  answers->pool_shutdown = thrum_pool_shutdown(pool, 1, 0);
  answers->shutdown = thrum_shutdown();
  answers->event_wait = thrum_event_wait(may_end, 0.001);
}

/* Everything is started here that a thread can wait for. None of it can begin before this returns. */
static void attach(void) {
  REQUIRE(thrum_event_create(&may_end) == THRUM_OK);
  REQUIRE(thrum_semaphore_create(&waiting, 0) == THRUM_OK);
  REQUIRE(thrum_thread_create(&thread, NULL, wait_until_open, NULL) == THRUM_OK);
  REQUIRE(thrum_thread_start(thread) == THRUM_OK);
  REQUIRE(thrum_timer_create(&timer, 0, wait_until_open, NULL) == THRUM_OK);
  REQUIRE(thrum_timer_start(timer) == THRUM_OK);
  REQUIRE(thrum_pool_create(&pool, 1, NULL) == THRUM_OK);
  REQUIRE(thrum_pool_submit(pool, wait_until_open, NULL, NULL) == THRUM_OK);
  ask(&at_attach);
}

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID reserved) {
  (void)library;
  (void)reserved;
  if (reason == DLL_PROCESS_ATTACH) attach();
  if (reason == DLL_THREAD_DETACH && InterlockedExchange(&asks_at_detach, 0) != 0) ask(&at_detach);
  return TRUE;
}

const struct plugin_answers* plugin_answers_at_attach(void) { return &at_attach; }

const struct plugin_answers* plugin_answers_at_detach(void) { return &at_detach; }

static void say_value(void* text) { say((const char*)text); }

static void set_value_and_ask_at_detach(void* unused) {
  (void)unused;
  REQUIRE(thrum_local_set(local, "value of thread\n") == THRUM_OK);
  InterlockedExchange(&asks_at_detach, 1);
}

/* The pool takes tasks and the process is not past its end: what was refused has changed nothing. */
void plugin_begin(void) {
  thrum_thread asking = {0};
  int count;
  for (count = 0; count != 3; ++count) REQUIRE(thrum_semaphore_acquire(waiting, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_local_create(&local, say_value) == THRUM_OK);
  REQUIRE(thrum_thread_create(&asking, NULL, set_value_and_ask_at_detach, NULL) == THRUM_OK);
  REQUIRE(thrum_thread_start(asking) == THRUM_OK);
  REQUIRE(thrum_thread_join(asking, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_thread_destroy(asking) == THRUM_OK);
  REQUIRE(thrum_pool_submit(pool, say_value, "task\n", NULL) == THRUM_OK);
}

void plugin_end(void) {
  int alive = 1;
  REQUIRE(thrum_event_set(may_end) == THRUM_OK);
  REQUIRE(thrum_shutdown() == THRUM_OK);
  REQUIRE(thrum_thread_is_alive(thread, &alive) == THRUM_OK && alive == 0);
  REQUIRE(thrum_timer_is_alive(timer, &alive) == THRUM_OK && alive == 0);
  REQUIRE(thrum_thread_join(thread, 0) == THRUM_OK);
  say("shut down\n");
}
