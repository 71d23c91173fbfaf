/* plugin.h - what a library that uses thrum offers to a program that does not: plugin.c, plugin_program.c. */
#ifndef THRUM_TEST_WIN32_PLUGIN_H
#define THRUM_TEST_WIN32_PLUGIN_H

#include "thrum/thrum.h"

/* The answers to waits for threads within DllMain. */
struct plugin_answers {
  thrum_status thread_join;
  thrum_status thread_poll;
  thrum_status native_id;
  thrum_status timer_join;
  thrum_status pool_shutdown;
  thrum_status shutdown;
  thrum_status event_wait; /* which is not for a thread */
};

typedef const struct plugin_answers* (*plugin_answers_of)(void);
typedef void (*plugin_function)(void);

#endif
