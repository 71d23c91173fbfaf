/* unload_program.c - loads thrum.dll, starts a thread in it, and frees it while that thread and one of its
 * own, which has a value of a local, run. Not linked with the library.
 */
#include <windows.h>

#include <string.h>

#include "support/require.h"
#include "thrum/thrum.h"

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

/* Of any type: a pointer to a function is turned into another one by way of memory. */
static void look_up(HMODULE module, const char* name, void* function) {
  const FARPROC symbol = GetProcAddress(module, name);
  REQUIRE(symbol != NULL);
  memcpy(function, &symbol, sizeof symbol);
}

static HMODULE load(struct library* functions) {
  const HMODULE module = LoadLibraryA("thrum.dll");
  REQUIRE(module != NULL);
  look_up(module, "thrum_thread_create", &functions->thread_create);
  look_up(module, "thrum_thread_start", &functions->thread_start);
  look_up(module, "thrum_thread_join", &functions->thread_join);
  look_up(module, "thrum_thread_detach", &functions->thread_detach);
  look_up(module, "thrum_main_thread", &functions->main_thread);
  look_up(module, "thrum_event_create", &functions->event_create);
  look_up(module, "thrum_event_set", &functions->event_set);
  look_up(module, "thrum_event_wait", &functions->event_wait);
  look_up(module, "thrum_local_create", &functions->local_create);
  look_up(module, "thrum_local_set", &functions->local_set);
  return module;
}

static thrum_event entered;
static thrum_event may_end;
static thrum_thread main_thread;
static HANDLE has_value;
static HANDLE is_freed;

static void say_value(void* text) { say((const char*)text); }

static void keep_value(void* local) {
  REQUIRE(library.local_set(*(const thrum_local*)local, "value of foreign thread\n") == THRUM_OK);
  SetEvent(has_value);
  WaitForSingleObject(is_freed, INFINITE);
}

static void outlive_the_library(void* unused) {
  (void)unused;
  REQUIRE(library.event_set(entered) == THRUM_OK);
  REQUIRE(library.event_wait(may_end, THRUM_FOREVER) == THRUM_OK);
  say("thread goes on\n");
  REQUIRE(library.thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  say("end of thread\n");
}

int main(void) {
  HMODULE module = NULL;
  thrum_thread thread = {0};
  struct library again;
  thrum_thread other = {0};
  thrum_local local = {0};
  void* foreign = NULL;
  REQUIRE(GetModuleHandleA("thrum.dll") == NULL);
  module = load(&library);
  REQUIRE(library.main_thread(&main_thread) == THRUM_OK);
  REQUIRE(library.event_create(&entered) == THRUM_OK);
  REQUIRE(library.event_create(&may_end) == THRUM_OK);
  REQUIRE(library.thread_create(&thread, NULL, outlive_the_library, NULL) == THRUM_OK);
  REQUIRE(library.thread_start(thread) == THRUM_OK);
  REQUIRE(library.thread_detach(thread) == THRUM_OK);
  REQUIRE(library.event_wait(entered, THRUM_FOREVER) == THRUM_OK);
  REQUIRE(library.local_create(&local, say_value) == THRUM_OK);
  has_value = CreateEventA(NULL, FALSE, FALSE, NULL);
  is_freed = CreateEventA(NULL, FALSE, FALSE, NULL);
  REQUIRE(has_value != NULL && is_freed != NULL);
  foreign = start_foreign(keep_value, &local);
  WaitForSingleObject(has_value, INFINITE);
  REQUIRE(FreeLibrary(module));
  SetEvent(is_freed);
  join_foreign(foreign);

  /* Loaded again it is the same one, with all that it knew. */
  module = load(&again);
  REQUIRE(again.main_thread(&other) == THRUM_OK && other.id == main_thread.id);
  REQUIRE(again.thread_join(thread, 0) == THRUM_TIMEOUT);
  REQUIRE(FreeLibrary(module));
  REQUIRE(library.event_set(may_end) == THRUM_OK);
  say("end of main\n");
  return 0;
}
