/* closed_plugin.c - a plug-in with thrum inside that ends what it has begun there, and is then closed. */
#include <stddef.h>

#include "support/require.h"
#include "thrum/thrum.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT void plugin_work(void);
EXPORT void plugin_end(void);

static thrum_local local;
static thrum_timer timer;

static void say_value(void* text) { say((const char*)text); }
static void set_event(void* event) { REQUIRE(thrum_event_set(*(const thrum_event*)event) == THRUM_OK); }
static void never(void* unused) {
  (void)unused;
  REQUIRE(0);
}

/* Leaves a value for the end of the calling thread, and a thread of the library's own that waits for a time.
 */
void plugin_work(void) {
  thrum_event event;
  thrum_thread thread;
  REQUIRE(thrum_event_create(&event) == THRUM_OK);
  REQUIRE(thrum_thread_create(&thread, NULL, set_event, &event) == THRUM_OK);
  REQUIRE(thrum_thread_start(thread) == THRUM_OK);
  REQUIRE(thrum_event_wait(event, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_thread_join(thread, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(thrum_thread_destroy(thread) == THRUM_OK);
  REQUIRE(thrum_event_destroy(event) == THRUM_OK);
  REQUIRE(thrum_timer_create(&timer, 3600, never, NULL) == THRUM_OK);
  REQUIRE(thrum_timer_set_daemon(timer, 1) == THRUM_OK);
  REQUIRE(thrum_timer_start(timer) == THRUM_OK);
  REQUIRE(thrum_local_create(&local, say_value) == THRUM_OK);
  REQUIRE(thrum_local_set(local, "value of foreign thread\n") == THRUM_OK);
}

void plugin_end(void) {
  REQUIRE(thrum_shutdown() == THRUM_OK);
  say("shut down\n");
}
