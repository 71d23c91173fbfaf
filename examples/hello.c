#include <stdio.h>
#include <thrum/thrum.h>

static void greet(void* name) { printf("hello from %s\n", (const char*)name); }

int main(void) {
  thrum_thread thread;
  thrum_thread_create(&thread, NULL, greet, "a thread");
  thrum_thread_start(thread);
  return thrum_thread_join(thread, THRUM_FOREVER);
}
