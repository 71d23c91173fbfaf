/* exit_program.c - ends in the way that its argument names; exit_test.cpp looks at how that goes, and
 * process_exit_test.cpp at the ways that one system alone has.
 */
#include "process/exit_program.h"

#include <string.h>

thrum_thread main_thread;
thrum_event never;
thrum_local local;
void (*at_the_very_end)(void);

static thrum_event entered;

__attribute__((destructor)) static void end(void) {
  if (at_the_very_end != NULL) at_the_very_end();
}

void say_value(void* text) { say((const char*)text); }

void prepare(void) {
  REQUIRE(thrum_main_thread(&main_thread) == THRUM_OK);
  REQUIRE(thrum_event_create(&never) == THRUM_OK);
  REQUIRE(thrum_event_create(&entered) == THRUM_OK);
  REQUIRE(thrum_local_create(&local, say_value) == THRUM_OK);
  REQUIRE(thrum_local_set(local, "value of main\n") == THRUM_OK);
}

thrum_thread start(void (*target)(void*), void* arg, int daemon) {
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  thrum_thread thread = {0};
  options.daemon = daemon;
  REQUIRE(thrum_thread_create(&thread, &options, target, arg) == THRUM_OK);
  REQUIRE(thrum_thread_start(thread) == THRUM_OK);
  return thread;
}

/* Starts a thread that nobody joins. */
void launch(void (*target)(void*), void* arg, int daemon) {
  REQUIRE(thrum_thread_detach(start(target, arg, daemon)) == THRUM_OK);
}

void wait_for_main(void* unused) {
  (void)unused;
  REQUIRE(thrum_thread_join(main_thread, THRUM_FOREVER) == THRUM_OK);
  say("end of thread\n");
}

static void wait_for_ever(void* unused) {
  (void)unused;
  REQUIRE(thrum_local_set(local, "value of one that waits for ever\n") == THRUM_OK);
  REQUIRE(thrum_event_set(entered) == THRUM_OK);
  thrum_event_wait(never, THRUM_FOREVER);
  say("not for ever\n");
}

void start_waiting_for_ever(int daemon) {
  launch(wait_for_ever, NULL, daemon);
  REQUIRE(thrum_event_wait(entered, THRUM_FOREVER) == THRUM_OK);
}

void say_text(void* text) { say((const char*)text); }

void say_worked(void* unused) {
  (void)unused;
  REQUIRE(thrum_event_wait(never, 0.02) == THRUM_TIMEOUT);
  say("worked\n");
}

static const struct way* const tables[] = {waiting_ways, daemon_ways,    shutdown_ways, task_ways,
                                           first_ways,   ways_of_system, NULL};

static const struct way* find_way(const struct way* all, const char* name) {
  while (all->name != NULL && strcmp(all->name, name) != 0) ++all;
  return all->name != NULL ? all : NULL;
}

int main(int argc, char** argv) {
  const struct way* way = NULL;
  const struct way* const* table = tables;
  REQUIRE(argc == 2);
  for (; way == NULL && *table != NULL; ++table) way = find_way(*table, argv[1]);
  REQUIRE(way != NULL);
  return way->run();
}
