/* exit_program.h - what exit_program's ways to end share. */
#ifndef THRUM_TEST_EXIT_PROGRAM_H
#define THRUM_TEST_EXIT_PROGRAM_H

#include "support/require.h"
#include "thrum/thrum.h"

struct way {
  const char* name;
  int (*run)(void); /* returns what main does */
};

#define WAY(name) \
  { #name, name }

/* waiting_ways is in exit_waiting_ways.c, and so on; ways_of_system, which one system alone has, in its
 * exit_ways.c. The last one of each has no name. */
extern const struct way waiting_ways[];
extern const struct way daemon_ways[];
extern const struct way shutdown_ways[];
extern const struct way task_ways[];
extern const struct way first_ways[];
extern const struct way ways_of_system[];

extern thrum_thread main_thread;
extern thrum_event never; /* is set */
extern thrum_local local; /* says its values when they are destroyed */

/* What is left to do once the exit handlers have run, the library's among them. */
extern void (*at_the_very_end)(void);

/* Makes what is above. */
void prepare(void);

thrum_thread start(void (*target)(void*), void* arg, int daemon);

/* Starts a thread that nobody joins. */
void launch(void (*target)(void*), void* arg, int daemon);

/* Starts one that waits and does not end. */
void start_waiting_for_ever(int daemon);

/* Targets. */
void exit_from_here(void* unused);
void say_text(void* text);
void say_value(void* text);
void say_worked(void* unused);
void wait_for_main(void* unused);

#endif
