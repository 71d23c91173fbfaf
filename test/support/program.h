/* program.h - what the programs that tests run need of the system. In plain C, and without the C library's
 * buffers: what several threads and the exit itself say is then in order.
 */
#ifndef THRUM_TEST_SUPPORT_PROGRAM_H
#define THRUM_TEST_SUPPORT_PROGRAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ends the process where the condition does not hold; as REQUIRE of require.h. */
void require(int holds, int line, const char* condition);

/* Writes on standard output, and on standard error. */
void say(const char* text);
void complain(const char* text);

/* Ends the process, without its exit handlers. */
void leave_at_once(int status);

/* A thread that thrum does not start; to be joined, once, or not at all. */
void* start_foreign(void (*function)(void*), void* arg);
void join_foreign(void* thread);

void let_others_run(void);

/* The system's number for the calling thread. */
uint64_t number_of_thread(void);

/* On a clock that goes forward. */
double seconds(void);

#ifdef __cplusplus
}
#endif

#endif
