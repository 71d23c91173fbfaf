/* unload_program.c - loads the library named by its argument, starts a thread in it, and unloads it while
 * that thread and one of its own, which has a value of a local, run. Not linked with the library.
 */
#define _POSIX_C_SOURCE 200809L /* NOLINT(bugprone-reserved-identifier): for barriers in C99 */

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "thrum/thrum.h"

#define REQUIRE(condition) require((condition) != 0, __LINE__, #condition)

static void require(int holds, int line, const char* condition) {
  if (holds) return;
  fprintf(stderr, "line %d: %s\n", line, condition);
  _Exit(99);
}

struct library {
  thrum_status (*thread_create)(thrum_thread*, const thrum_thread_options*, void (*)(void*), void*);
  thrum_status (*thread_start)(thrum_thread);
  thrum_status (*thread_join)(thrum_thread, double);
  thrum_status (*thread_detach)(thrum_thread);
  thrum_status (*main_thread)(thrum_thread*);
  thrum_status (*event_create)(thrum_event*);
  thrum_status (*event_set)(thrum_event);
  thrum_status (*event_wait)(thrum_event, double);
  thrum_status (*local_create)(thrum_local*, void (*)(void*));
  thrum_status (*local_set)(thrum_local, void*);
};

static struct library library;

/* Of any type: ISO C has no conversion from the pointer that dlsym returns. */
static void look_up(void* handle, const char* name, void* function) {
  void* symbol = dlsym(handle, name);
  REQUIRE(symbol != NULL);
  memcpy(function, &symbol, sizeof symbol);
}

static void* load(const char* path, struct library* functions) {
  void* handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) fprintf(stderr, "%s\n", dlerror());
  REQUIRE(handle != NULL);
  look_up(handle, "thrum_thread_create", &functions->thread_create);
  look_up(handle, "thrum_thread_start", &functions->thread_start);
  look_up(handle, "thrum_thread_join", &functions->thread_join);
  look_up(handle, "thrum_thread_detach", &functions->thread_detach);
  look_up(handle, "thrum_main_thread", &functions->main_thread);
  look_up(handle, "thrum_event_create", &functions->event_create);
  look_up(handle, "thrum_event_set", &functions->event_set);
  look_up(handle, "thrum_event_wait", &functions->event_wait);
  look_up(handle, "thrum_local_create", &functions->local_create);
  look_up(handle, "thrum_local_set", &functions->local_set);
  return handle;
}

static thrum_event entered;
static thrum_event may_end;
static thrum_thread main_thread;

static void say(const char* text) {
  REQUIRE(write(STDOUT_FILENO, text, strlen(text)) == (ssize_t)strlen(text));
}

static pthread_barrier_t has_value;
static pthread_barrier_t is_unloaded;

static void say_value(void* text) { say((const char*)text); }

static void* keep_value(void* local) {
  REQUIRE(library.local_set(*(const thrum_local*)local, "value of foreign thread\n") == THRUM_OK);
  pthread_barrier_wait(&has_value);
  pthread_barrier_wait(&is_unloaded);
  return NULL;
}

static void outlive_the_library(void* unused) {
  (void)unused;
  REQUIRE(library.event_set(entered) == THRUM_OK);
  REQUIRE(library.event_wait(may_end, THRUM_FOREVER) == THRUM_OK);
  say("thread goes on\n");
  REQUIRE(library.thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  say("end of thread\n");
}

int main(int argc, char** argv) {
  void* handle = NULL;
  thrum_thread thread = {0};
  struct library again;
  thrum_thread other = {0};
  thrum_local local = {0};
  pthread_t foreign;
  REQUIRE(argc == 2);
  handle = load(argv[1], &library);
  REQUIRE(library.main_thread(&main_thread) == THRUM_OK);
  REQUIRE(library.event_create(&entered) == THRUM_OK);
  REQUIRE(library.event_create(&may_end) == THRUM_OK);
  REQUIRE(library.thread_create(&thread, NULL, outlive_the_library, NULL) == THRUM_OK);
  REQUIRE(library.thread_start(thread) == THRUM_OK);
  REQUIRE(library.thread_detach(thread) == THRUM_OK);
  REQUIRE(library.event_wait(entered, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(library.local_create(&local, say_value) == THRUM_OK);
  REQUIRE(pthread_barrier_init(&has_value, NULL, 2) == 0);
  REQUIRE(pthread_barrier_init(&is_unloaded, NULL, 2) == 0);
  REQUIRE(pthread_create(&foreign, NULL, keep_value, &local) == 0);
  pthread_barrier_wait(&has_value);
  REQUIRE(dlclose(handle) == 0);
  pthread_barrier_wait(&is_unloaded);
  REQUIRE(pthread_join(foreign, NULL) == 0);

  /* Loaded again it is the same one, with all that it knew. */
  handle = load(argv[1], &again);
  REQUIRE(again.main_thread(&other) == THRUM_OK && other.id == main_thread.id);
  REQUIRE(again.thread_join(thread, 0) == THRUM_TIMEOUT);
  REQUIRE(dlclose(handle) == 0);
  REQUIRE(library.event_set(may_end) == THRUM_OK);
  say("end of main\n");
  return 0;
}
