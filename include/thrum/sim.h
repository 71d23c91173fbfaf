/* sim.h - the simulator: runs a test in every order in which its threads can go on, in virtual time.
 *
 * Link a test with libthrum-sim in place of libthrum, compiled with THRUM_NO_INLINE (pkg-config thrum-sim has
 * both), and it runs on a scheduler that lets one thread go on at a time, up to its next scheduling point: a
 * call of the library, or a step inside one at which a thread blocks, wakes or starts another.
 * thrum_sim_explore then runs a function again and again, each time with other choices at those points, until
 * there are no others. Time is virtual: when no thread can go on, the clock stands at the next deadline.
 *
 * All of the program's threads have to be thrum's, or made by thrum_sim_start_foreign. A thread is a stack of
 * its own in the thread of the system that main runs in: what the language or the C library keeps for each
 * thread (thread_local, errno aside) is shared, a system call that blocks blocks them all, and pthread_exit
 * is not to be called. Code outside the library is no scheduling point, unless it calls thrum_sim_yield. What
 * weak memory adds to the orders of steps is not simulated.
 *
 * Without thrum_sim_explore such a program just runs, always in the same order; the environment variable
 * THRUM_SIM_SEED, a number, gives others.
 */
#ifndef THRUM_SIM_H
#define THRUM_SIM_H

#include "thrum/thrum.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How runs are chosen. */
typedef enum thrum_sim_strategy {
  THRUM_SIM_EXHAUSTIVE = 0, /* all of them, the usual one first */
  THRUM_SIM_RANDOM = 1,     /* at every point any thread */
  THRUM_SIM_PCT = 2         /* by priorities drawn by lot that change at a few points */
} thrum_sim_strategy;

/* What an exploration finds. */
typedef enum thrum_sim_outcome {
  THRUM_SIM_CLEAN = 0,          /* nothing wrong */
  THRUM_SIM_DEADLOCK = 1,       /* threads wait, and nobody will wake them */
  THRUM_SIM_LOST_WAKEUP = 2,    /* the same, and what they wait to be told was told before they waited */
  THRUM_SIM_FAILURE = 3,        /* thrum_sim_fail, thrum_sim_add_failure, an assertion, or an exception of C++
                                   that the test let out, or a thread did whose excepthook is the usual one */
  THRUM_SIM_CRASH = 4,          /* a signal such as SIGSEGV */
  THRUM_SIM_MISUSE = 5,         /* a call of the library answered a status that tells of a mistake */
  THRUM_SIM_LIVELOCK = 6,       /* a run does not come to an end */
  THRUM_SIM_LEAK = 7,           /* objects behind handles were left when all was over */
  THRUM_SIM_NONDETERMINISM = 8, /* the test did another thing with the same choices, as when the first run was
                                   made again at the end */
  THRUM_SIM_HANG = 9 /* a thread waits or loops where there is no scheduling point, so that no other
                        can go on */
} thrum_sim_outcome;

#define THRUM_SIM_UNBOUNDED (-1)

/* How to explore. Fill one with THRUM_SIM_OPTIONS_INIT and change what you need. */
typedef struct thrum_sim_options {
  size_t size;                 /* sizeof(thrum_sim_options) */
  thrum_sim_strategy strategy; /* */
  int preemptions;    /* exhaustive: the most times in a run that a thread which could go on is made to wait
                         for another; THRUM_SIM_UNBOUNDED: any number */
  int reduce;         /* exhaustive, 1: of runs that differ only in the order of steps that touch different
                         objects of the library, one is enough. Right if all that threads share they
                         share by way of those objects: two that share a variable under different locks
                         would not be found out */
  int depth;          /* PCT: of how many steps a fault needs the order, from 1 to 16 */
  uint64_t seed;      /* random and PCT */
  uint64_t runs;      /* the most runs; 0: as many as there are, and 10,000 that are drawn by lot */
  double seconds;     /* begin no run later than this on the real clock; 0: no limit */
  uint64_t steps;     /* the most scheduling points in a run; more are a livelock */
  int allow_misuse;   /* 1: go on after a status that tells of a mistake */
  int allow_leaks;    /* 1: objects may be left over */
  const char* replay; /* a report's replay string: that run alone; NULL: explore */
  double hang;        /* the most seconds on the real clock from one scheduling point to the next, while the
                         process is not stopped; more are a hang; 0: any number */
} thrum_sim_options;

#define THRUM_SIM_OPTIONS_INIT \
  { sizeof(thrum_sim_options), THRUM_SIM_EXHAUSTIVE, 2, 0, 3, 1, 0, 0.0, 100000, 0, 0, NULL, 10.0 }

/* What came of it. The strings are the library's, good until the next exploration. */
typedef struct thrum_sim_report {
  thrum_sim_outcome outcome;
  int proved;         /* 1: nothing is wrong in any run that there is within options.preemptions: the strategy
                         was exhaustive, and neither options.runs nor options.seconds ended it. Of a clean
                         report without this nobody knows what is wrong in the runs that were not made */
  int complete;       /* 1: within the bound there is no other run */
  uint64_t runs;      /* that came to their end; the first counts once, though it is made again at the end */
  uint64_t cut;       /* that were left where only what had been before was to come */
  uint64_t longest;   /* scheduling points in a run, at most */
  double seconds;     /* that it took, on the real clock */
  const char* replay; /* tells the run with the fault; NULL where there is none */
  const char* text; /* for people: the outcome, and of a fault who waits for what and all steps in columns */
} thrum_sim_report;

/* Explores test(arg): calls it once for each run, in the calling thread's name, and fills in the report. A
 * run ends when the test has returned and all threads but daemons have ended; each begins with the library as
 * it was before. What else the test uses it has to make anew each time: the first run is made again at the
 * end, and if it is another then that is a fault, too. The first fault ends the exploration; that run's
 * stacks are left as they are, without destructors, also that of a thread which hangs. The environment
 * variable THRUM_SIM_REPLAY, a replay string, has the program's explorations make that run alone. While it
 * lasts the simulator handles SIGVTALRM, and the signals that tell of a crash. `options` may be NULL: as
 * initialised above. THRUM_E_VALUE: options->size is too small, a member is out of its range, the replay
 * string is none, or a thread of an exploration has called this. */
THRUM_API thrum_status thrum_sim_explore(const thrum_sim_options* options, void (*test)(void*), void* arg,
                                         thrum_sim_report* report);

/* The name of an outcome, "THRUM_SIM_DEADLOCK"; never NULL. */
THRUM_API const char* thrum_sim_outcome_name(thrum_sim_outcome outcome) THRUM_NOEXCEPT;

/* Whether the caller is in a run of an exploration, 0 or 1. */
THRUM_API int thrum_sim_exploring(void) THRUM_NOEXCEPT;

/* In a run: ends it, and the exploration, with THRUM_SIM_FAILURE; does not return. Anywhere else: writes the
 * message on standard error and aborts. */
THRUM_API void thrum_sim_fail(const char* message);

/* In a run: the same when the run ends, which goes on until then: for assertions that let a test go on, as
 * EXPECT_EQ of GoogleTest and CHECK of Catch2 do. No scheduling point; of several messages the first one is
 * told. May be called where a lock of the framework's is held, which thrum_sim_fail would leave held.
 * Anywhere else: does nothing. */
THRUM_API void thrum_sim_add_failure(const char* message) THRUM_NOEXCEPT;

/* An assertion, also where NDEBUG is defined. */
#define THRUM_SIM_ASSERT(condition) \
  ((condition) ? (void)0 : thrum_sim_fail(__FILE__ ":" THRUM_SIM_TEXT(__LINE__) ": " #condition))
#define THRUM_SIM_TEXT(text) THRUM_SIM_TEXT_OF(text)
#define THRUM_SIM_TEXT_OF(text) #text

/* A scheduling point of the program's own: for what threads share without the library, and in a loop that
 * waits for another thread, which goes on when another has made a step. */
THRUM_API void thrum_sim_yield(void) THRUM_NOEXCEPT;

/* The virtual time, in nanoseconds. */
THRUM_API uint64_t thrum_sim_now(void) THRUM_NOEXCEPT;

/* A thread that thrum has not started, as a program may have of its own: runs function(arg), and is to be
 * joined once. NULL: there is no memory. */
typedef struct thrum_sim_foreign thrum_sim_foreign;
THRUM_API thrum_sim_foreign* thrum_sim_start_foreign(void (*function)(void*), void* arg);
THRUM_API void thrum_sim_join_foreign(thrum_sim_foreign* thread);

/* A name for reports in place of "lock 1", copied, up to 23 bytes: of the object with this handle id, or in
 * C++ with this address. */
THRUM_API void thrum_sim_name(uint64_t id, const char* name) THRUM_NOEXCEPT;
THRUM_API void thrum_sim_name_object(const void* object, const char* name) THRUM_NOEXCEPT;

/* Called in the thread, and at the moment, of a fault while a run is replayed: a place for a debugger's
 * breakpoint. */
THRUM_API void thrum_sim_found(void) THRUM_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
