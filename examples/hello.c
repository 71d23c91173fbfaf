#include <stdio.h>
#include <thrum/thrum.h>

static thrum_event ready;

static void greet(void* name) {
  thrum_event_wait(ready, THRUM_FOREVER);
  printf("hello from %s\n", (const char*)name);
}

int main(void) {
  thrum_thread thread;
  thrum_event_create(&ready);
  thrum_thread_create(&thread, NULL, greet, "a thread");
  thrum_thread_start(thread);
  printf("hello from main\n");
  thrum_event_set(ready);
  return thrum_thread_join(thread, THRUM_FOREVER);
}
