/* thrum.h - Python's threading model for C and every language that can call C.
 *
 * One header, C89 to C23 and C++98 to C++23; it includes <stddef.h>, <stdint.h> and <math.h> alone.
 *
 * Handles. An object is named by a handle, a struct that holds one 64-bit id. A handle is a value: copy
 * it, compare its id, keep it in any variable. A zero id names no object. Every 64-bit value may be
 * passed to every function: one that names no live object of the right type (never created, destroyed,
 * of another type, made up) is answered with THRUM_E_HANDLE, and nothing else happens, also where the
 * object is destroyed by another thread during the call.
 *
 * Statuses. Every function returns a thrum_status unless its comment says otherwise: 0 is done, a
 * positive status is an outcome that a correct program expects, a negative one is misuse or failure.
 * After a negative status nothing has changed: no object, no out-parameter. Arguments are checked before
 * anything else is done. No function sets errno, prints, exits or aborts because of what it was given.
 * These hold for every function and are not said again below:
 *
 *   THRUM_E_HANDLE  a handle among the arguments names no live object of its type
 *   THRUM_E_VALUE   a pointer that must not be NULL is NULL
 *   THRUM_E_NOMEM   the system has no memory for the object, or for the calling thread's own record,
 *                   which is made the first time that a thread waits, owns an RLock, has a value of a
 *                   local or is asked for
 *
 * Timeouts. A timeout is a double, in seconds. THRUM_FOREVER waits without limit, 0 asks without
 * waiting, and a wait never ends before its timeout has passed on the system's monotonic clock. The rules
 * for the rest, which every function with a timeout follows:
 *
 *   NaN                                    THRUM_E_VALUE
 *   finite and above THRUM_TIMEOUT_MAX     THRUM_E_OVERFLOW
 *   negative (minus infinity included)     THRUM_E_VALUE for the locks and the queues; elsewhere it is
 *                                          taken as 0
 *
 * Blocking. Only functions with a timeout block, and thrum_shutdown. A
 * wait is not ended by a signal: the handler runs, and the wait goes on. Nor is it by a cancellation, which
 * acts when the wait is over.
 *
 * Signal handlers. Where the system has sem_clockwait (glibc 2.30 and later; not under ThreadSanitizer) a
 * handler may call these functions, and no others, at any instant of the thread that it interrupts:
 *
 *   thrum_event_set, thrum_event_is_set, thrum_semaphore_release, thrum_latch_count_down
 *   thrum_get_ident, in a thread that the library knows: one that thrum started, from its target's first step
 *   on, or that has called thrum_get_ident before. For any other it makes a record, with memory and locks.
 *
 * Threads. Every function may be called from any thread at any time, threads that thrum did not start
 * included. A lock that a thread holds when it ends stays held, as in Python.
 *
 * fork. In the child of a fork every function works at once. The child's one thread is its main thread;
 * the others have ended, and joins on them return. Locks stay as they were at the fork, held ones held: a
 * ..._reinit_after_fork function makes one new. Nothing inside the library can deadlock the child; but the
 * first start of a thread or timer calls atexit, whose lock is libc's: where a program forks while another
 * thread may be in atexit, its parent should have started one. Some libcs let one thread exit at a time, as
 * glibc does since 2.41: there a child that is forked by one thread while another is in exit, which may be
 * waiting for threads of thrum's, would hang in an exit of its own. It is to call thrum_shutdown, which does
 * what exit does for the library, and to leave by _exit.
 *
 * The Python names in the comments are those of the modules threading and queue of Python 3.
 */
#ifndef THRUM_THRUM_H
#define THRUM_THRUM_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#define THRUM_API __attribute__((visibility("default")))
#else
#define THRUM_API
#endif

/* What the library changes in one step has to be aligned to its size. On processors of 32 bits systems that
 * have one of these compilers may align such a number to half of that; others do not. */
#if defined(__GNUC__) || defined(__clang__)
#define THRUM_ALIGNED __attribute__((aligned(8)))
#else
#define THRUM_ALIGNED
#endif

/* Visual C++ has noexcept, and by default says that it is of 1998. */
#if defined(__cplusplus) && (__cplusplus >= 201103L || defined(_MSC_VER))
#define THRUM_NOEXCEPT noexcept
#elif defined(__cplusplus)
#define THRUM_NOEXCEPT throw()
#else
#define THRUM_NOEXCEPT
#endif

#define THRUM_VERSION_MAJOR 0
#define THRUM_VERSION_MINOR 1
#define THRUM_VERSION_PATCH 0
/* The version as one number that can be compared: 1.2.3 is 10203. */
#define THRUM_VERSION_NUMBER (THRUM_VERSION_MAJOR * 10000 + THRUM_VERSION_MINOR * 100 + THRUM_VERSION_PATCH)

/* Waits without limit; Python's timeout=None. */
#define THRUM_FOREVER HUGE_VAL
/* The largest finite timeout, in seconds (292 years); threading.TIMEOUT_MAX. */
#define THRUM_TIMEOUT_MAX 9223372036.0

#ifdef __cplusplus
extern "C" {
#endif

typedef enum thrum_status {
  THRUM_OK = 0,

  /* Outcomes. */
  THRUM_TIMEOUT = 1,   /* the time was up before what was waited for came */
  THRUM_EMPTY = 2,     /* queue.Empty: nothing was to be had in time */
  THRUM_FULL = 3,      /* queue.Full: there was no room in time */
  THRUM_CLOSED = 4,    /* queue.ShutDown: the queue has been shut down */
  THRUM_CANCELLED = 5, /* CancelledError: the task was cancelled before it began */

  /* Misuse and failure; beside each, what Python raises. */
  THRUM_E_VALUE = -1,        /* ValueError: an argument is out of its range, NaN or NULL */
  THRUM_E_OVERFLOW = -2,     /* OverflowError: a timeout or a count is too large */
  THRUM_E_HANDLE = -3,       /* the handle names no live object of this type */
  THRUM_E_NOT_HELD = -4,     /* RuntimeError: the lock is not held */
  THRUM_E_NOT_OWNER = -5,    /* RuntimeError: the lock is not held by this owner */
  THRUM_E_BUSY = -6,         /* the object is held or waited on, or its thread runs */
  THRUM_E_AGAIN = -7,        /* RuntimeError: the system refuses another thread for now */
  THRUM_E_NOMEM = -8,        /* MemoryError: no memory */
  THRUM_E_STARTED = -9,      /* RuntimeError: the thread has been started already */
  THRUM_E_NOT_STARTED = -10, /* RuntimeError: the thread has not been started yet */
  THRUM_E_SELF = -11,        /* RuntimeError: a thread cannot join itself */
  THRUM_E_FOREIGN = -12,     /* RuntimeError: thrum did not start this thread */
  THRUM_E_EXITING = -13,     /* RuntimeError: the process is past waiting for its threads */
  THRUM_E_BROKEN = -14,      /* BrokenBarrierError: the barrier is broken, or breaks during the wait;
                                BrokenThreadPool: an initializer of the pool has failed */
  THRUM_E_SHUTDOWN = -15,    /* RuntimeError: the pool takes no more tasks */
  THRUM_E_DEADLOCK = -16,    /* the calling thread would wait for itself, or for what waits for it */
  THRUM_E_FAILED = -17       /* the call-back did not succeed */
} thrum_status;

/* The version of the library that runs, as THRUM_VERSION_NUMBER counts; never fails. The header's own
 * version may differ: a program runs with every library of the same major version that is not older. */
THRUM_API int thrum_version(void) THRUM_NOEXCEPT;

/* The name of a status, "THRUM_E_VALUE"; "THRUM_?" for a number that is none. The string is static. */
THRUM_API const char* thrum_status_name(thrum_status status) THRUM_NOEXCEPT;

/* A status in words, "a value is out of range"; never NULL. The string is static. */
THRUM_API const char* thrum_strerror(thrum_status status) THRUM_NOEXCEPT;

/* ------------------------------------------------------------------------------------- handles -- */

typedef struct thrum_thread {
  uint64_t id;
} thrum_thread;
typedef struct thrum_lock {
  uint64_t id;
} thrum_lock;
typedef struct thrum_rlock {
  uint64_t id;
} thrum_rlock;
typedef struct thrum_condition {
  uint64_t id;
} thrum_condition;
typedef struct thrum_event {
  uint64_t id;
} thrum_event;
typedef struct thrum_semaphore {
  uint64_t id;
} thrum_semaphore;
typedef struct thrum_barrier {
  uint64_t id;
} thrum_barrier;
typedef struct thrum_latch {
  uint64_t id;
} thrum_latch;
typedef struct thrum_once {
  uint64_t id;
} thrum_once;
typedef struct thrum_rwlock {
  uint64_t id;
} thrum_rwlock;
typedef struct thrum_local {
  uint64_t id;
} thrum_local;
typedef struct thrum_timer {
  uint64_t id;
} thrum_timer;
typedef struct thrum_queue {
  uint64_t id;
} thrum_queue;
typedef struct thrum_pool {
  uint64_t id;
} thrum_pool;
typedef struct thrum_future {
  uint64_t id;
} thrum_future;

/* ---------------------------------------------------------------------------- Lock: thrum_lock_ -- */

/* A new lock, not held. threading.Lock(). */
THRUM_API thrum_status thrum_lock_create(thrum_lock* out) THRUM_NOEXCEPT;

/* Destroys the lock and makes its handle stale. THRUM_E_BUSY: it is held, a thread waits for it, or one that
 * a release has let look again is not back yet. */
THRUM_API thrum_status thrum_lock_destroy(thrum_lock lock) THRUM_NOEXCEPT;

/* Acquires the lock, waiting for it at most `timeout` seconds. THRUM_OK: it is now held. THRUM_TIMEOUT:
 * it was not free in time. THRUM_E_VALUE: NaN or a negative timeout. THRUM_E_OVERFLOW: above
 * THRUM_TIMEOUT_MAX. A thread that holds the lock and acquires it again waits for itself: use a
 * thrum_rlock. Lock.acquire. */
THRUM_API thrum_status thrum_lock_acquire(thrum_lock lock, double timeout) THRUM_NOEXCEPT;

/* Releases the lock, which any thread may do, and lets one waiting thread have it.
 * THRUM_E_NOT_HELD: nobody holds it. Lock.release. */
THRUM_API thrum_status thrum_lock_release(thrum_lock lock) THRUM_NOEXCEPT;

/* Whether the lock is held by anybody, 0 or 1. Lock.locked. */
THRUM_API thrum_status thrum_lock_locked(thrum_lock lock, int* out) THRUM_NOEXCEPT;

/* Makes the lock as new, not held. For a forked child, which has one thread; anywhere else a thread that
 * holds the lock or waits for it would be forgotten. Lock._at_fork_reinit. */
THRUM_API thrum_status thrum_lock_reinit_after_fork(thrum_lock lock) THRUM_NOEXCEPT;

/* -------------------------------------------------------------------------- RLock: thrum_rlock_ -- */

/* A new re-entrant lock, not held. threading.RLock(). */
THRUM_API thrum_status thrum_rlock_create(thrum_rlock* out) THRUM_NOEXCEPT;

/* Destroys the lock and makes its handle stale. THRUM_E_BUSY: it is held, a thread waits for it, or one that
 * a release has let look again is not back yet. */
THRUM_API thrum_status thrum_rlock_destroy(thrum_rlock lock) THRUM_NOEXCEPT;

/* Acquires the lock for the calling thread, or once more where that thread holds it already. The statuses
 * of thrum_lock_acquire, and THRUM_E_OVERFLOW where it is held 2^32 - 1 times. RLock.acquire. */
THRUM_API thrum_status thrum_rlock_acquire(thrum_rlock lock, double timeout) THRUM_NOEXCEPT;

/* Undoes one acquire; the last one frees the lock for others. THRUM_E_NOT_OWNER: the calling thread does
 * not hold it. RLock.release. */
THRUM_API thrum_status thrum_rlock_release(thrum_rlock lock) THRUM_NOEXCEPT;

/* The same for an owner of the caller's choice, any number from 1 to 2^63 - 1 (else THRUM_E_VALUE), in
 * place of the calling thread: for runtimes whose tasks move between threads, such as Go's. Such an owner
 * is never equal to a thread: what was acquired for an owner is released for that owner. */
THRUM_API thrum_status thrum_rlock_acquire_as(thrum_rlock lock, uint64_t owner,
                                              double timeout) THRUM_NOEXCEPT;
THRUM_API thrum_status thrum_rlock_release_as(thrum_rlock lock, uint64_t owner) THRUM_NOEXCEPT;

/* Whether the lock is held by anybody, 0 or 1. RLock.locked. */
THRUM_API thrum_status thrum_rlock_locked(thrum_rlock lock, int* out) THRUM_NOEXCEPT;

/* Whether the calling thread holds the lock, 0 or 1. RLock._is_owned. */
THRUM_API thrum_status thrum_rlock_is_owned(thrum_rlock lock, int* out) THRUM_NOEXCEPT;

/* How many times the calling thread holds the lock; 0 where it does not. RLock._recursion_count. */
THRUM_API thrum_status thrum_rlock_recursion_count(thrum_rlock lock, size_t* out) THRUM_NOEXCEPT;

/* As thrum_lock_reinit_after_fork. RLock._at_fork_reinit. */
THRUM_API thrum_status thrum_rlock_reinit_after_fork(thrum_rlock lock) THRUM_NOEXCEPT;

/* ------------------------------------------------------------------ Condition: thrum_condition_ -- */

/* A new condition with a re-entrant lock of its own. threading.Condition(). */
THRUM_API thrum_status thrum_condition_create(thrum_condition* out) THRUM_NOEXCEPT;

/* A new condition on a lock that others, more conditions among them, may use too. The lock should outlive
 * the condition: once it is destroyed, all that is left to do with the condition is to destroy it, and
 * the other functions answer THRUM_E_HANDLE. threading.Condition(lock). */
THRUM_API thrum_status thrum_condition_create_with_lock(thrum_condition* out, thrum_lock lock) THRUM_NOEXCEPT;
THRUM_API thrum_status thrum_condition_create_with_rlock(thrum_condition* out,
                                                         thrum_rlock lock) THRUM_NOEXCEPT;

/* Destroys the condition, and the lock that it made for itself. THRUM_E_BUSY: a thread waits on it, or
 * that lock is held, or waited for, or a thread that its release has let look again is not back yet. */
THRUM_API thrum_status thrum_condition_destroy(thrum_condition condition) THRUM_NOEXCEPT;

/* Acquire and release the condition's lock, with that lock's statuses. Condition.acquire, .release. */
THRUM_API thrum_status thrum_condition_acquire(thrum_condition condition, double timeout) THRUM_NOEXCEPT;
THRUM_API thrum_status thrum_condition_release(thrum_condition condition) THRUM_NOEXCEPT;

/* Releases the lock (a re-entrant one whole), waits to be notified for at most `timeout` seconds, and
 * acquires the lock again as deep as it was, however long that takes. THRUM_OK: a notify chose this
 * thread, also where the time ran out before it had the lock back. THRUM_TIMEOUT: none did in time.
 * THRUM_E_NOT_HELD, THRUM_E_NOT_OWNER: the lock is not held, or not by this thread. The lock is held
 * again whatever the status, but for THRUM_E_HANDLE where it was destroyed meanwhile. Condition.wait. */
THRUM_API thrum_status thrum_condition_wait(thrum_condition condition, double timeout) THRUM_NOEXCEPT;

/* Waits until predicate(arg) is not 0. The predicate runs with the lock held, before each wait and once
 * more when the time is up. THRUM_OK: it was true. THRUM_TIMEOUT: it was still false at the end. The
 * other statuses of thrum_condition_wait. Condition.wait_for. */
THRUM_API thrum_status thrum_condition_wait_for(thrum_condition condition, int (*predicate)(void*), void* arg,
                                                double timeout);

/* Wakes the n longest waiting threads, or all if fewer wait; n <= 0 wakes none. The caller must hold the
 * lock: THRUM_E_NOT_HELD, THRUM_E_NOT_OWNER. The threads return once they have the lock.
 * Condition.notify. */
THRUM_API thrum_status thrum_condition_notify(thrum_condition condition, int n) THRUM_NOEXCEPT;
THRUM_API thrum_status thrum_condition_notify_all(thrum_condition condition) THRUM_NOEXCEPT;

/* Whether the condition's lock is held by anybody, 0 or 1. Condition.locked. */
THRUM_API thrum_status thrum_condition_locked(thrum_condition condition, int* out) THRUM_NOEXCEPT;

/* As thrum_lock_reinit_after_fork, for the condition and for its lock. Condition._at_fork_reinit. */
THRUM_API thrum_status thrum_condition_reinit_after_fork(thrum_condition condition) THRUM_NOEXCEPT;

/* -------------------------------------------------------------------------- Event: thrum_event_ -- */

/* A new event, not set. threading.Event(). */
THRUM_API thrum_status thrum_event_create(thrum_event* out) THRUM_NOEXCEPT;

/* Destroys the event and makes its handle stale. THRUM_E_BUSY: a thread waits for it. One that has begun to
 * only just now is not seen, and gets THRUM_E_HANDLE even where the event has been set before. */
THRUM_API thrum_status thrum_event_destroy(thrum_event event) THRUM_NOEXCEPT;

/* Sets the event. Every thread that waits for it at this moment returns THRUM_OK from its wait, even if
 * the event is cleared at once. Event.set. */
THRUM_API thrum_status thrum_event_set(thrum_event event) THRUM_NOEXCEPT;

/* Event.clear. */
THRUM_API thrum_status thrum_event_clear(thrum_event event) THRUM_NOEXCEPT;

/* Whether the event is set, 0 or 1. Event.is_set. */
THRUM_API thrum_status thrum_event_is_set(thrum_event event, int* out) THRUM_NOEXCEPT;

/* Waits until the event is set, at most `timeout` seconds. THRUM_OK or THRUM_TIMEOUT. Event.wait. */
THRUM_API thrum_status thrum_event_wait(thrum_event event, double timeout) THRUM_NOEXCEPT;

/* As thrum_lock_reinit_after_fork; whether the event is set stays as it is. Event._at_fork_reinit. */
THRUM_API thrum_status thrum_event_reinit_after_fork(thrum_event event) THRUM_NOEXCEPT;

/* ------------------------------------------------------------------ Semaphore: thrum_semaphore_ -- */

/* The largest value that a semaphore can have. */
#define THRUM_SEMAPHORE_MAX 2147483647

/* A new semaphore with `value` units. THRUM_E_VALUE: it is negative. THRUM_E_OVERFLOW: it is above
 * THRUM_SEMAPHORE_MAX. threading.Semaphore(value). */
THRUM_API thrum_status thrum_semaphore_create(thrum_semaphore* out, int64_t value) THRUM_NOEXCEPT;

/* The same, and its value never passes the one that it begins with. threading.BoundedSemaphore(value). */
THRUM_API thrum_status thrum_semaphore_create_bounded(thrum_semaphore* out, int64_t value) THRUM_NOEXCEPT;

/* Destroys the semaphore and makes its handle stale. THRUM_E_BUSY: a thread waits for it, or one that a
 * release has let look again is not back yet. */
THRUM_API thrum_status thrum_semaphore_destroy(thrum_semaphore semaphore) THRUM_NOEXCEPT;

/* Takes one unit, waiting for it at most `timeout` seconds. THRUM_OK or THRUM_TIMEOUT.
 * Semaphore.acquire. */
THRUM_API thrum_status thrum_semaphore_acquire(thrum_semaphore semaphore, double timeout) THRUM_NOEXCEPT;

/* Gives back n units and lets as many waiting threads have them. THRUM_E_VALUE: n < 1, or the value of a
 * bounded semaphore would pass its first. THRUM_E_OVERFLOW: the value would pass THRUM_SEMAPHORE_MAX.
 * Semaphore.release. */
THRUM_API thrum_status thrum_semaphore_release(thrum_semaphore semaphore, int64_t n) THRUM_NOEXCEPT;

/* The units that are free at this moment. Semaphore._value. */
THRUM_API thrum_status thrum_semaphore_value(thrum_semaphore semaphore, int64_t* out) THRUM_NOEXCEPT;

/* As thrum_lock_reinit_after_fork; the value becomes the one that the semaphore began with. */
THRUM_API thrum_status thrum_semaphore_reinit_after_fork(thrum_semaphore semaphore) THRUM_NOEXCEPT;

/* ---------------------------------------------------------------------- Barrier: thrum_barrier_ -- */

/* A new barrier for `parties` threads. The last of them to come runs action(arg), where action is not NULL,
 * before any is let go; it returns 0 for success, and must return. `timeout` is that of every wait which has
 * none of its own; THRUM_FOREVER for none. THRUM_E_VALUE: parties < 1, or NaN. THRUM_E_OVERFLOW: the timeout
 * is above THRUM_TIMEOUT_MAX. threading.Barrier(parties, action, timeout). */
THRUM_API thrum_status thrum_barrier_create(thrum_barrier* out, int parties, int (*action)(void*), void* arg,
                                            double timeout) THRUM_NOEXCEPT;

/* Destroys the barrier and makes its handle stale. THRUM_E_BUSY: a thread waits at it or runs its action, or
 * one that the end of an action has let look again is not back yet. */
THRUM_API thrum_status thrum_barrier_destroy(thrum_barrier barrier) THRUM_NOEXCEPT;

/* Waits until as many threads have come as the barrier is for, at most `timeout` seconds (THRUM_FOREVER: the
 * barrier's own timeout). THRUM_OK: they have, and *index, where index is not NULL, is this thread's place in
 * the order of arrival, from 0. The barrier is at once ready for the next round; who comes while the action
 * runs waits for its end first, however long that takes: its time begins then, as in Python. A round that is
 * full passes: whose time is up while its action runs waits for the end of that. THRUM_E_BROKEN: the barrier
 * is broken, or broke, or was reset, or this thread's time was up, which breaks it for all. THRUM_E_FAILED:
 * this thread ran the action, and it failed, which breaks the barrier for the others. THRUM_E_DEADLOCK:
 * called from within the action. Barrier.wait. */
THRUM_API thrum_status thrum_barrier_wait(thrum_barrier barrier, double timeout, int* index);

/* Makes a broken barrier whole. Threads that wait get THRUM_E_BROKEN; a round whose action runs is full
 * already and passes. Barrier.reset. */
THRUM_API thrum_status thrum_barrier_reset(thrum_barrier barrier) THRUM_NOEXCEPT;

/* Breaks the barrier: threads that wait and that will get THRUM_E_BROKEN, until it is reset. Barrier.abort.
 */
THRUM_API thrum_status thrum_barrier_abort(thrum_barrier barrier) THRUM_NOEXCEPT;

/* The number of threads that pass together. Barrier.parties. */
THRUM_API thrum_status thrum_barrier_parties(thrum_barrier barrier, int* out) THRUM_NOEXCEPT;

/* How many threads of the present round have come: all, while its action runs. Barrier.n_waiting. */
THRUM_API thrum_status thrum_barrier_n_waiting(thrum_barrier barrier, int* out) THRUM_NOEXCEPT;

/* Whether the barrier is broken, 0 or 1. Barrier.broken. */
THRUM_API thrum_status thrum_barrier_broken(thrum_barrier barrier, int* out) THRUM_NOEXCEPT;

/* As thrum_lock_reinit_after_fork: nobody waits, and the barrier is whole. */
THRUM_API thrum_status thrum_barrier_reinit_after_fork(thrum_barrier barrier) THRUM_NOEXCEPT;

/* -------------------------------------------------------------------------- Latch: thrum_latch_ -- */

/* The largest count of a latch. */
#define THRUM_LATCH_MAX 2147483647

/* A new latch that opens, for good, when it has been counted down `count` times. THRUM_E_VALUE: it is
 * negative. THRUM_E_OVERFLOW: it is above THRUM_LATCH_MAX. Not in Python; C++'s std::latch. */
THRUM_API thrum_status thrum_latch_create(thrum_latch* out, int64_t count) THRUM_NOEXCEPT;

/* Destroys the latch and makes its handle stale. THRUM_E_BUSY: a thread waits for it. */
THRUM_API thrum_status thrum_latch_destroy(thrum_latch latch) THRUM_NOEXCEPT;

/* Takes n from the count, and at 0 lets all go who wait. THRUM_E_VALUE: n is negative or above the count. */
THRUM_API thrum_status thrum_latch_count_down(thrum_latch latch, int64_t n) THRUM_NOEXCEPT;

/* Waits until the count is 0, at most `timeout` seconds. THRUM_OK or THRUM_TIMEOUT. */
THRUM_API thrum_status thrum_latch_wait(thrum_latch latch, double timeout) THRUM_NOEXCEPT;

/* The two in one step: the latch does not end between them. THRUM_TIMEOUT: the count has been taken all the
 * same. */
THRUM_API thrum_status thrum_latch_arrive_and_wait(thrum_latch latch, int64_t n,
                                                   double timeout) THRUM_NOEXCEPT;

/* The count at this moment. */
THRUM_API thrum_status thrum_latch_count(thrum_latch latch, int64_t* out) THRUM_NOEXCEPT;

/* As thrum_lock_reinit_after_fork; the count stays. */
THRUM_API thrum_status thrum_latch_reinit_after_fork(thrum_latch latch) THRUM_NOEXCEPT;

/* ---------------------------------------------------------------------------- Once: thrum_once_ -- */

/* A new object by which something is done once. Not in Python; C's call_once, with retry and timeout. */
THRUM_API thrum_status thrum_once_create(thrum_once* out) THRUM_NOEXCEPT;

/* Destroys it and makes its handle stale. THRUM_E_BUSY: a call is under way, or a thread that a failed one
 * has let try again is not back yet. */
THRUM_API thrum_status thrum_once_destroy(thrum_once once) THRUM_NOEXCEPT;

/* Calls function(arg) unless a call by this object has succeeded; where another thread is at it, waits for
 * the end of that first, at most `timeout` seconds. The function returns 0 for success, and must return;
 * after a failure the next caller tries again. THRUM_OK: it has been done, here or elsewhere, and all its
 * effects are visible. THRUM_TIMEOUT: another thread was still at it. THRUM_E_FAILED: it was called here and
 * failed. THRUM_E_DEADLOCK: called from within the function. In the child of a fork, a call that was under
 * way in another thread has not been done. */
THRUM_API thrum_status thrum_once_call(thrum_once once, int (*function)(void*), void* arg, double timeout);

/* Whether it has been done, 0 or 1. */
THRUM_API thrum_status thrum_once_done(thrum_once once, int* out) THRUM_NOEXCEPT;

/* The same without a handle, for static variables, which need no call to make them: it must stay where it is,
 * and its members are the library's. */
typedef struct thrum_once_flag {
  uint64_t state THRUM_ALIGNED;
  uint64_t owner THRUM_ALIGNED;
} thrum_once_flag;
#define THRUM_ONCE_FLAG_INIT \
  { 0, 0 }
THRUM_API thrum_status thrum_call_once(thrum_once_flag* flag, int (*function)(void*), void* arg,
                                       double timeout);

/* ------------------------------------------------------------------------ RWLock: thrum_rwlock_ -- */

/* A new lock that many threads can hold to read, or one to write. Who waits gets it in the order of arrival,
 * readers together, so that neither readers nor writers can keep the others out. Not in Python. */
THRUM_API thrum_status thrum_rwlock_create(thrum_rwlock* out) THRUM_NOEXCEPT;

/* Destroys the lock and makes its handle stale. THRUM_E_BUSY: it is held, or a thread waits for it. */
THRUM_API thrum_status thrum_rwlock_destroy(thrum_rwlock lock) THRUM_NOEXCEPT;

/* Acquires the lock to read, waiting for it at most `timeout` seconds; or once more, without waiting, where
 * the calling thread holds it to read already. THRUM_OK, THRUM_TIMEOUT. THRUM_E_VALUE: NaN or a negative
 * timeout. THRUM_E_OVERFLOW: above THRUM_TIMEOUT_MAX, or held 2^32 - 1 times. THRUM_E_DEADLOCK: the calling
 * thread holds it to write. */
THRUM_API thrum_status thrum_rwlock_acquire_read(thrum_rwlock lock, double timeout) THRUM_NOEXCEPT;

/* Undoes one acquire_read. THRUM_E_NOT_OWNER: the calling thread does not hold the lock to read. */
THRUM_API thrum_status thrum_rwlock_release_read(thrum_rwlock lock) THRUM_NOEXCEPT;

/* Acquires the lock to write; the statuses of acquire_read. THRUM_E_DEADLOCK: the calling thread holds it to
 * write or to read already; there is no way from reading to writing but to release first. */
THRUM_API thrum_status thrum_rwlock_acquire_write(thrum_rwlock lock, double timeout) THRUM_NOEXCEPT;

/* THRUM_E_NOT_OWNER: the calling thread does not hold the lock to write. */
THRUM_API thrum_status thrum_rwlock_release_write(thrum_rwlock lock) THRUM_NOEXCEPT;

/* How many threads hold the lock to read, and whether one holds it to write, 0 or 1. */
THRUM_API thrum_status thrum_rwlock_readers(thrum_rwlock lock, size_t* out) THRUM_NOEXCEPT;
THRUM_API thrum_status thrum_rwlock_write_locked(thrum_rwlock lock, int* out) THRUM_NOEXCEPT;

/* As thrum_lock_reinit_after_fork. */
THRUM_API thrum_status thrum_rwlock_reinit_after_fork(thrum_rwlock lock) THRUM_NOEXCEPT;

/* -------------------------------------------------------------------------- local: thrum_local_ -- */

/* How many rounds of destructors a thread's end has, at most. */
#define THRUM_LOCAL_DESTRUCTOR_ROUNDS 4

/* A new local: a pointer for each thread, which is NULL until that thread sets it. There may be as many as
 * memory allows. `destructor`, unless NULL, is called with a thread's value, if that is not NULL,
 *
 *   - when the thread ends, in that thread, whoever started it, and however it ends: after the destructors
 *     of its C++ thread_local objects, and before a join returns. The value is NULL then. Where destructors
 *     set values again, more rounds follow, THRUM_LOCAL_DESTRUCTOR_ROUNDS in all; what is left after
 *     the last is forgotten. In no particular order;
 *   - when the local is destroyed, in the thread that destroys it.
 *
 * In neither case is anything locked, and the destructor may call every function. It is called once for a
 * value, also where a thread ends while another destroys the local.
 *
 * It is not called for a value that another replaces; nor at the exit of the process, for any thread,
 * so that exit handlers and daemons find the values as they were; nor in the child of a fork for the values
 * of threads that the child does not have. The thread that forked keeps its own. threading.local(). */
THRUM_API thrum_status thrum_local_create(thrum_local* out, void (*destructor)(void*)) THRUM_NOEXCEPT;

/* Destroys the local and makes its handle stale, and calls its destructor for the values of all living
 * threads: none of them may be using its value still. A destructor that a thread calls because it ends may
 * still be running when this returns. */
THRUM_API thrum_status thrum_local_destroy(thrum_local local) THRUM_NOEXCEPT;

/* Stores the calling thread's value in *out. */
THRUM_API thrum_status thrum_local_get(thrum_local local, void** out) THRUM_NOEXCEPT;

/* Sets the calling thread's value. The old one is the caller's to free. After THRUM_E_HANDLE and
 * THRUM_E_NOMEM so is the new one. A thread's first value for a local may need memory, later ones need none.
 */
THRUM_API thrum_status thrum_local_set(thrum_local local, void* value) THRUM_NOEXCEPT;

/* -------------------------------------------------------------------------- Queue: thrum_queue_ -- */

/* In which order a queue's items leave it. */
enum {
  THRUM_QUEUE_FIFO = 0,     /* the longest in it first: queue.Queue */
  THRUM_QUEUE_LIFO = 1,     /* the shortest in it first: queue.LifoQueue */
  THRUM_QUEUE_PRIORITY = 2, /* the least first, equal ones as in FIFO: queue.PriorityQueue */
  THRUM_QUEUE_SIMPLE = 3    /* as FIFO, and never with a bound: queue.SimpleQueue */
};

/* What a queue is created with. Fill one with THRUM_QUEUE_OPTIONS_INIT and change what you need. The
 * call-backs get `arg` as their last argument. They must not let a C++ exception out. */
typedef struct thrum_queue_options {
  size_t size; /* sizeof(thrum_queue_options): tells the library how much of it there is */
  /* Which item comes first: below 0 for a, above 0 for b, 0 where they are equal, as for qsort. For
   * THRUM_QUEUE_PRIORITY, which must have one; not called for the others. It runs in the threads that put
   * and get, while others that use the queue wait: it must not use that queue. */
  int (*compare)(const void* a, const void* b, void* arg);
  /* What becomes of an item that nobody took; NULL: nothing. Called without any lock, by
   * thrum_queue_destroy, thrum_queue_shutdown and thrum_queue_reinit_after_fork; in the first and the last of
   * these it must not use the queue. */
  void (*destroy)(void* item, void* arg);
  void* arg;
} thrum_queue_options;

#define THRUM_QUEUE_OPTIONS_INIT \
  { sizeof(thrum_queue_options), NULL, NULL, NULL }

/* A new queue of that kind, for at most `maxsize` items; 0 or below: for any number. `options` may be NULL:
 * all as initialised above. THRUM_E_VALUE: the kind is none of the four, options->size is too small, a
 * priority queue has no compare, or a simple queue is to have a bound. queue.Queue(maxsize). */
THRUM_API thrum_status thrum_queue_create(thrum_queue* out, int kind, int64_t maxsize,
                                          const thrum_queue_options* options) THRUM_NOEXCEPT;

/* Destroys the queue and makes its handle stale; options->destroy gets the items that are still in it. Its
 * memory goes back to the system. But of a THRUM_QUEUE_FIFO with a bound of 1 to 65,536 the addresses stay
 * the library's, for the next one of about that bound, and up to two pages of memory. THRUM_E_BUSY: a thread
 * waits for it, or is in the middle of a call; also one that another call has let look again and that is not
 * back yet. */
THRUM_API thrum_status thrum_queue_destroy(thrum_queue queue) THRUM_NOEXCEPT;

/* Puts an item, any pointer, into the queue, waiting for room at most `timeout` seconds; a queue without a
 * bound has room always. Threads that wait have it in the order in which they came. THRUM_OK. THRUM_FULL:
 * there was no room in time. THRUM_CLOSED: the queue has been shut down, if only meanwhile. THRUM_E_VALUE:
 * NaN or a negative timeout. THRUM_E_OVERFLOW: above THRUM_TIMEOUT_MAX. THRUM_E_NOMEM. Unless the answer is
 * THRUM_OK the item is still the caller's. Queue.put. */
THRUM_API thrum_status thrum_queue_put(thrum_queue queue, void* item, double timeout) THRUM_NOEXCEPT;

/* Takes the item whose turn it is, waiting for one at most `timeout` seconds, and stores it. Threads that
 * wait are served in the order in which they came. THRUM_OK. THRUM_EMPTY: there was none in time.
 * THRUM_CLOSED: there is none, and the queue has been shut down. THRUM_E_VALUE and THRUM_E_OVERFLOW as for
 * thrum_queue_put. Unless the answer is THRUM_OK, *item is unchanged. Queue.get. */
THRUM_API thrum_status thrum_queue_get(thrum_queue queue, void** item, double timeout) THRUM_NOEXCEPT;

/* Says that the work on one item that was got is done. THRUM_E_VALUE: as often as items have been put.
 * Queue.task_done. */
THRUM_API thrum_status thrum_queue_task_done(thrum_queue queue) THRUM_NOEXCEPT;

/* Waits until the work on every item that was put is done, at most `timeout` seconds. THRUM_OK or
 * THRUM_TIMEOUT; THRUM_E_VALUE and THRUM_E_OVERFLOW as for thrum_queue_put. Queue.join. */
THRUM_API thrum_status thrum_queue_join(thrum_queue queue, double timeout) THRUM_NOEXCEPT;

/* Shuts the queue down: from now on a put answers THRUM_CLOSED, and so does a get once the queue is empty,
 * those that wait already included. Where `immediate` is not 0 the items in the queue are taken out at once,
 * given to options->destroy, and count as done. May be called again, also with another `immediate`.
 * Queue.shutdown. */
THRUM_API thrum_status thrum_queue_shutdown(thrum_queue queue, int immediate) THRUM_NOEXCEPT;

/* How many items are in the queue at this moment; whether there is none, and whether there is no room, 0 or
 * 1. Another thread may have changed it when the call returns. Queue.qsize, .empty, .full. */
THRUM_API thrum_status thrum_queue_qsize(thrum_queue queue, size_t* out) THRUM_NOEXCEPT;
THRUM_API thrum_status thrum_queue_empty(thrum_queue queue, int* out) THRUM_NOEXCEPT;
THRUM_API thrum_status thrum_queue_full(thrum_queue queue, int* out) THRUM_NOEXCEPT;

/* The bound that the queue was created with. Queue.maxsize. */
THRUM_API thrum_status thrum_queue_maxsize(thrum_queue queue, int64_t* out) THRUM_NOEXCEPT;

/* For how many of the items that were put the work is not done. Queue.unfinished_tasks. */
THRUM_API thrum_status thrum_queue_unfinished_tasks(thrum_queue queue, size_t* out) THRUM_NOEXCEPT;

/* Whether the queue has been shut down, 0 or 1. Queue.is_shutdown. */
THRUM_API thrum_status thrum_queue_is_shutdown(thrum_queue queue, int* out) THRUM_NOEXCEPT;

/* Makes the queue as new, empty and open, for a forked child; anywhere else threads that use the queue would
 * be forgotten. A queue that no thread was using at the fork needs this not: it is as it was.
 * options->destroy gets the items that are known to have been in the queue; one that another thread was about
 * to put or had just taken, and all in a queue without a ring (any but a FIFO with a bound) that another
 * thread was about to change, are abandoned. */
THRUM_API thrum_status thrum_queue_reinit_after_fork(thrum_queue queue) THRUM_NOEXCEPT;

/* ------------------------------------------------------------------------ Thread: thrum_thread_ -- */

/* A thread's life: created -> started (alive) -> ended. It ends when its target returns, or by
 * pthread_exit or cancellation, which count as a return. */

enum { THRUM_DAEMON_INHERIT = 0, THRUM_DAEMON_NO = 1, THRUM_DAEMON_YES = 2 };

/* What a thread is created with. Fill one with THRUM_THREAD_OPTIONS_INIT and change what you need. */
typedef struct thrum_thread_options {
  size_t size;             /* sizeof(thrum_thread_options): tells the library how much of it there is */
  const char* name;        /* UTF-8, copied; NULL or "": "Thread-N", numbered in order of creation */
  const char* target_name; /* copied; a generated name then reads "Thread-N (target_name)"; may be NULL */
  int daemon;              /* THRUM_DAEMON_INHERIT (from the creating thread), _NO or _YES */
  size_t stack_size;       /* bytes, rounded up to a page; 0: that of thrum_stack_size */
} thrum_thread_options;

#define THRUM_THREAD_OPTIONS_INIT \
  { sizeof(thrum_thread_options), NULL, NULL, THRUM_DAEMON_INHERIT, 0 }

/* A new thread that will call target(arg), not started. `options` may be NULL: all as initialised above.
 * The target must not let a C++ exception out (thrum::Thread takes care of that). THRUM_E_VALUE: target is
 * NULL, options->size is too small, daemon is none of the three, or the stack size is below the system's
 * least. THRUM_E_OVERFLOW: the stack size cannot be rounded up. threading.Thread(). */
THRUM_API thrum_status thrum_thread_create(thrum_thread* out, const thrum_thread_options* options,
                                           void (*target)(void*), void* arg) THRUM_NOEXCEPT;

/* Starts the thread. THRUM_E_STARTED: it was started before. THRUM_E_AGAIN: the system refuses a thread;
 * the object is as before, and start may be tried again. THRUM_E_VALUE: its stack is too small for what the
 * system takes of it, with glibc the program's thread-local data too; another start will not succeed.
 * THRUM_E_EXITING: the process is past waiting for its threads. THRUM_E_FOREIGN: a dummy. Thread.start. */
THRUM_API thrum_status thrum_thread_start(thrum_thread thread) THRUM_NOEXCEPT;

/* Waits until the thread has ended and its thread-local destructors have run, at most `timeout` seconds.
 * May be called again, and by many threads at once. The main thread counts as ended once the exit of the
 * process has begun. THRUM_OK or THRUM_TIMEOUT. THRUM_E_SELF: the calling thread itself.
 * THRUM_E_NOT_STARTED. THRUM_E_FOREIGN: a dummy. THRUM_E_DEADLOCK: called from within a DllMain of Windows,
 * which the other thread's end would wait for. Thread.join. */
THRUM_API thrum_status thrum_thread_join(thrum_thread thread, double timeout) THRUM_NOEXCEPT;

/* Whether the thread has been started and has not ended, 0 or 1. Thread.is_alive. */
THRUM_API thrum_status thrum_thread_is_alive(thrum_thread thread, int* out) THRUM_NOEXCEPT;

/* Destroys a thread that was never started or has ended; joined or not. THRUM_E_BUSY: it is alive, or
 * belongs to an object in C++.
 * THRUM_E_FOREIGN: a dummy, which goes with its thread. */
THRUM_API thrum_status thrum_thread_destroy(thrum_thread thread) THRUM_NOEXCEPT;

/* Says that nobody will destroy the thread: its object goes by itself when the thread ends (at once where
 * it has ended already), and its handle is good until then. Detaching twice is no error, nor is detaching
 * one that belongs to an object in C++, which goes by itself anyway.
 * THRUM_E_NOT_STARTED. THRUM_E_FOREIGN: a dummy or the main thread. */
THRUM_API thrum_status thrum_thread_detach(thrum_thread thread) THRUM_NOEXCEPT;

/* Copies the thread's name, with a final zero, into the `capacity` bytes at `buffer`, cut between two
 * UTF-8 characters where it does not fit, and stores the whole name's length in bytes, without the zero,
 * in *length. `length` may be NULL; `buffer` may be NULL where capacity is 0. Thread.name. */
THRUM_API thrum_status thrum_thread_name(thrum_thread thread, char* buffer, size_t capacity,
                                         size_t* length) THRUM_NOEXCEPT;

/* Gives the thread a name (UTF-8, copied), and the operating system too, cut to what that takes (Linux:
 * 15 bytes). Names need not be unique. Thread.name = name. */
THRUM_API thrum_status thrum_thread_set_name(thrum_thread thread, const char* name) THRUM_NOEXCEPT;

/* Whether the process may end while the thread runs, 0 or 1. Thread.daemon. */
THRUM_API thrum_status thrum_thread_daemon(thrum_thread thread, int* out) THRUM_NOEXCEPT;

/* THRUM_E_STARTED: the thread has been started. THRUM_E_FOREIGN: a dummy. Thread.daemon = daemon. */
THRUM_API thrum_status thrum_thread_set_daemon(thrum_thread thread, int daemon) THRUM_NOEXCEPT;

/* The thread's identifier: not 0, and never given to another thread of this process.
 * THRUM_E_NOT_STARTED. Thread.ident. */
THRUM_API thrum_status thrum_thread_ident(thrum_thread thread, uint64_t* out) THRUM_NOEXCEPT;

/* The operating system's number for the thread, which may be given again once it has ended.
 * THRUM_E_NOT_STARTED. THRUM_E_DEADLOCK: called from within a DllMain, before the thread has begun.
 * Thread.native_id. */
THRUM_API thrum_status thrum_thread_native_id(thrum_thread thread, uint64_t* out) THRUM_NOEXCEPT;

/* The calling thread. One that thrum did not start gets an object the first time, a dummy called
 * "Dummy-N": alive, a daemon, gone when that thread ends. threading.current_thread(). */
THRUM_API thrum_status thrum_current_thread(thrum_thread* out) THRUM_NOEXCEPT;

/* The thread that the process began with, "MainThread". In a forked child: the thread that forked, which
 * keeps its name where thrum started it, and is "MainThread" otherwise. threading.main_thread(). */
THRUM_API thrum_status thrum_main_thread(thrum_thread* out) THRUM_NOEXCEPT;

/* Stores the handles of the threads that are alive, the main thread and dummies included, in the array
 * of `capacity` elements, and their number, which may be more than fit, in *count. `array` may be NULL
 * where capacity is 0. threading.enumerate(). */
THRUM_API thrum_status thrum_enumerate(thrum_thread* array, size_t capacity, size_t* count) THRUM_NOEXCEPT;

/* How many threads thrum_enumerate would find. threading.active_count(). */
THRUM_API thrum_status thrum_active_count(size_t* out) THRUM_NOEXCEPT;

/* The calling thread's identifier, as thrum_thread_ident; 0 where the system has no memory for the thread's
 * record. threading.get_ident(). */
THRUM_API uint64_t thrum_get_ident(void) THRUM_NOEXCEPT;

/* The operating system's number for the calling thread; never fails. threading.get_native_id(). */
THRUM_API uint64_t thrum_get_native_id(void) THRUM_NOEXCEPT;

/* For thrum_stack_size: leaves the size as it is. */
#define THRUM_STACK_SIZE_KEEP (0 * sizeof(char) - 1)

/* Sets the stack size, in bytes, of threads created from now on, rounded up to a page, and stores the one
 * before in *old, which may be NULL; 0 is the system's default. THRUM_E_VALUE: below the system's least;
 * whether the program's thread-local data fits in, too, thrum_thread_start tells.
 * THRUM_E_OVERFLOW: it cannot be rounded up. threading.stack_size(). */
THRUM_API thrum_status thrum_stack_size(size_t size, size_t* old) THRUM_NOEXCEPT;

/* --------------------------------------------------------------------------------------- hooks -- */

/* What ended a thread before its time: the argument of threading.excepthook. */
typedef struct thrum_except_info {
  size_t size;         /* sizeof(thrum_except_info): tells how much of it there is */
  thrum_thread thread; /* whose target it left; a zero id: a thread without an object */
  const char* what;    /* it in words, UTF-8; not NULL, good for the time of the call */
  void* exception;     /* an exception of C++: a pointer to its std::exception_ptr; otherwise NULL */
} thrum_except_info;

/* Called in the thread, which ends when the call returns, with nothing of the library locked. An exception of
 * C++ must not leave it. */
typedef void (*thrum_except_hook)(const thrum_except_info* info, void* arg);

/* Has hook(info, arg) called for every exception that leaves what a thread runs, in place of the one before,
 * which is stored in *old and *old_arg; either may be NULL. A hook of NULL is the default one,
 * thrum_default_excepthook, and what is stored is never NULL. (On Windows a program may have another address
 * for the default one than the library, which is what is stored.) A thread may still be in the old one when
 * this returns. Hooks stay set in a forked child. threading.excepthook = hook. */
THRUM_API thrum_status thrum_set_excepthook(thrum_except_hook hook, void* arg, thrum_except_hook* old,
                                            void** old_arg) THRUM_NOEXCEPT;

/* Calls the hook that is set: for what runs other languages in thrum's threads, as thrum::Thread does for
 * C++. THRUM_E_VALUE: info->size is too small, or info->what is NULL. threading.excepthook(args). */
THRUM_API thrum_status thrum_excepthook(const thrum_except_info* info);

/* The default hook: writes one line with the thread's name (the calling thread's identifier where it has no
 * object) and info->what on standard error. For hooks that do more. No status: what cannot be written is
 * lost, and without `info` or `what` there is nothing to write. threading.__excepthook__(args). */
THRUM_API void thrum_default_excepthook(const thrum_except_info* info, void* arg) THRUM_NOEXCEPT;

/* What to call at the start and the end of threads: for profilers, and for the runtimes of languages. Fill
 * one with THRUM_THREAD_HOOKS_INIT and change what you need. */
typedef struct thrum_thread_hooks {
  size_t size;          /* sizeof(thrum_thread_hooks) */
  void (*start)(void*); /* called with arg in a thread that begins; may be NULL */
  void (*exit)(void*);  /* called with arg in a thread that ends and has had this start; may be NULL */
  void* arg;
  int all_threads; /* not 0: also for the threads that are alive already */
} thrum_thread_hooks;

#define THRUM_THREAD_HOOKS_INIT \
  { sizeof(thrum_thread_hooks), NULL, NULL, NULL, 0 }

/* Sets the hooks in place of those before; NULL: none.
 *
 * `start` is called in every thread that thrum starts, before its target; in one that thrum did not start
 * when it is first known: in the first call in which it waits, owns an RLock, sets a local or is asked for;
 * and with all_threads in those that are alive, in the calling one at once, in the others when they next
 * wait, or at last when they end. `exit` is called when the thread ends, by return, pthread_exit or
 * cancellation: after the destructors of its C++ thread_local objects, before those of its locals, and before
 * a join returns. It is called in each thread in which the start of the same setting has been, also if that
 * is NULL, and while the setting lasts; not at the exit of the process. So each start has its exit but where
 * the hooks change, or threads are abandoned.
 *
 * Both run with nothing of the library locked and may call every function, but must return, and let no
 * exception of C++ out; the thread may hold locks of yours. A thread may still be in the old hooks when this
 * returns. Hooks stay set in a forked child, where the thread that forked has begun already.
 *
 * THRUM_E_VALUE: hooks->size is too small. threading.settrace, .setprofile; with all_threads
 * .settrace_all_threads, .setprofile_all_threads. */
THRUM_API thrum_status thrum_set_thread_hooks(const thrum_thread_hooks* hooks) THRUM_NOEXCEPT;

/* Stores the hooks that are set; out->size must be as initialised, else THRUM_E_VALUE. threading.gettrace,
 * .getprofile. */
THRUM_API thrum_status thrum_get_thread_hooks(thrum_thread_hooks* out) THRUM_NOEXCEPT;

/* -------------------------------------------------------------------------- Timer: thrum_timer_ -- */

/* A timer is a thread that waits for its time before it calls its function. Until then it costs no thread:
 * all pending timers share one of the library's own, which thrum_enumerate does not show and which takes no
 * signal. When the time has come, the function runs in a thread of its own, "Thread-N", that begins then,
 * with the signal mask of the thread that started the first timer.
 *
 * A timer's life: created -> started (alive: pending, then running) -> ended. It ends when it is cancelled
 * while pending, or when its thread does. */

/* A new timer that will call function(arg) `interval` seconds after its start; not started. It is a daemon
 * if the calling thread is one. 0 or a negative interval fires at once, THRUM_FOREVER never. The function
 * must not let a C++ exception out (thrum::Timer takes care of that). THRUM_E_VALUE: NaN, or function is
 * NULL. THRUM_E_OVERFLOW: above THRUM_TIMEOUT_MAX. threading.Timer(interval, function). */
THRUM_API thrum_status thrum_timer_create(thrum_timer* out, double interval, void (*function)(void*),
                                          void* arg) THRUM_NOEXCEPT;

/* Starts the timer; one that was cancelled before ends at once and calls nothing. The process does not end
 * while a started timer that is no daemon is alive. Where the system refuses a timer that is due a thread
 * with a stack of thrum_stack_size, it gets one of the system's default size, or as large as it has to be.
 * Where that is refused too, the timer asks again, after 1 ms at first and then twice as long each time, up
 * to a second, until it has one or is cancelled; or until the exit of the process waits for it and it has
 * come to that second: then it ends uncalled, as it might keep the process for ever. THRUM_E_STARTED: it was
 * started before. THRUM_E_AGAIN: the system refuses the thread that all timers share; start may be tried
 * again. THRUM_E_EXITING: the process is past waiting for its threads. In the child of a fork the timers that
 * were started have ended uncalled, as threads have, and new ones can be started. Timer.start. */
THRUM_API thrum_status thrum_timer_start(thrum_timer timer) THRUM_NOEXCEPT;

/* Cancels the timer: unless the function has been called already, it never will be. At any time, any number
 * of times, and in the function itself. It does not wait for a function that runs. Timer.cancel. */
THRUM_API thrum_status thrum_timer_cancel(thrum_timer timer) THRUM_NOEXCEPT;

/* Waits until the timer has ended, at most `timeout` seconds; as thrum_thread_join. THRUM_OK or
 * THRUM_TIMEOUT. THRUM_E_SELF: the calling thread is the timer's. THRUM_E_NOT_STARTED. THRUM_E_DEADLOCK:
 * as there. Timer.join. */
THRUM_API thrum_status thrum_timer_join(thrum_timer timer, double timeout) THRUM_NOEXCEPT;

/* Whether the timer has been started and has not ended, 0 or 1. Timer.is_alive. */
THRUM_API thrum_status thrum_timer_is_alive(thrum_timer timer, int* out) THRUM_NOEXCEPT;

/* Whether the process may end while the timer is alive, 0 or 1. Timer.daemon. */
THRUM_API thrum_status thrum_timer_daemon(thrum_timer timer, int* out) THRUM_NOEXCEPT;

/* THRUM_E_STARTED: the timer has been started. Timer.daemon = daemon. */
THRUM_API thrum_status thrum_timer_set_daemon(thrum_timer timer, int daemon) THRUM_NOEXCEPT;

/* The thread that the function runs in, or ran in: for its name, its identifiers. Its handle is good until
 * the timer is destroyed, and needs no destroy of its own. THRUM_E_NOT_STARTED: there is none, since the
 * timer's time has not come, or it was cancelled before. */
THRUM_API thrum_status thrum_timer_thread(thrum_timer timer, thrum_thread* out) THRUM_NOEXCEPT;

/* Destroys a timer that was never started or has ended. THRUM_E_BUSY: it is alive, or belongs to an object
 * in C++. */
THRUM_API thrum_status thrum_timer_destroy(thrum_timer timer) THRUM_NOEXCEPT;

/* Says that nobody will destroy the timer: its object goes by itself when it ends, as with
 * thrum_thread_detach. THRUM_E_NOT_STARTED. */
THRUM_API thrum_status thrum_timer_detach(thrum_timer timer) THRUM_NOEXCEPT;

/* ----------------------------------------------------------------------- Thread pool: thrum_pool_ -- */

/* The Python names here are those of the module concurrent.futures. */

/* The most workers that a pool can have. */
#define THRUM_POOL_MAX_WORKERS 65536

/* What a pool is created with. Fill one with THRUM_POOL_OPTIONS_INIT and change what you need. */
typedef struct thrum_pool_options {
  size_t size;                    /* sizeof(thrum_pool_options) */
  const char* thread_name_prefix; /* UTF-8, copied; the workers are called "PREFIX_0", "PREFIX_1" ...; NULL
                                   * or "": "ThreadPool-N" */
  int (*initializer)(void*); /* each worker calls initializer(initializer_arg) first; NULL: none. One that
                              * does not return 0 has failed: the pool is then broken */
  void* initializer_arg;
} thrum_pool_options;

#define THRUM_POOL_OPTIONS_INIT \
  { sizeof(thrum_pool_options), NULL, NULL, NULL }

/* A new pool of at most `workers` threads, which are started as tasks come and find none of them idle. They
 * are no daemons: the process's exit lets them do what was submitted before it and then ends them.
 * `options` may be NULL. THRUM_E_VALUE: workers is 0, or options->size is too small. THRUM_E_OVERFLOW: above
 * THRUM_POOL_MAX_WORKERS. ThreadPoolExecutor(). */
THRUM_API thrum_status thrum_pool_create(thrum_pool* out, size_t workers,
                                         const thrum_pool_options* options) THRUM_NOEXCEPT;

/* Has task(arg) called by a worker. Tasks begin in the order of their submission, but for those in which
 * several workers are taken up with many: there they are in disorder by as many as are under way. A task may
 * wait for tasks that were submitted before it. Where `out` is not NULL, it is given a future, by which the
 * task can be waited for and cancelled; it is the caller's to destroy. The task must not let a C++ exception
 * out (thrum::ThreadPool takes care of that). A task that leaves by pthread_exit counts as done; another
 * worker takes the place of its own. Waits for nothing but the system's answer where a worker is to be
 * started. THRUM_E_SHUTDOWN: the pool has been shut down. THRUM_E_EXITING: the process's shutdown has begun.
 * THRUM_E_BROKEN: an initializer has failed. THRUM_E_AGAIN: the pool has no worker, and the system refuses a
 * thread. THRUM_E_VALUE: the same, since thrum_stack_size is too small, as with thrum_thread_start.
 * Executor.submit. */
THRUM_API thrum_status thrum_pool_submit(thrum_pool pool, void (*task)(void*), void* arg,
                                         thrum_future* out) THRUM_NOEXCEPT;

/* Has the pool take no more tasks. Where `cancel_pending` is not 0, those that have not begun are cancelled,
 * and those without a future dropped. Where `wait` is not 0, waits until all tasks are done and all workers'
 * threads have ended. May be called again, and by many threads at once. THRUM_E_SELF: a worker of the pool
 * would wait for itself. THRUM_E_DEADLOCK: it would wait within a DllMain, as thrum_thread_join; the pool is
 * as it was. Executor.shutdown. */
THRUM_API thrum_status thrum_pool_shutdown(thrum_pool pool, int wait, int cancel_pending);

/* Destroys a pool that has no workers: that was shut down, which has taken effect, or was never used.
 * THRUM_E_BUSY: it has, or a call waits for it, or it belongs to an object in C++. In the child of a fork a
 * pool has no workers at first and none of its parent's tasks, whose futures are cancelled there; it goes on
 * with what is submitted to it. */
THRUM_API thrum_status thrum_pool_destroy(thrum_pool pool);

/* ------------------------------------------------------------------------- Future: thrum_future_ -- */

/* What becomes of a task. A future's life: pending -> running -> finished, or pending -> cancelled. */

/* Waits until the task is done, at most `timeout` seconds. THRUM_OK: it has been called and has returned.
 * THRUM_CANCELLED: it was cancelled and will not be called. THRUM_TIMEOUT: neither yet. THRUM_E_BROKEN: it
 * will not be called, since an initializer of the pool has failed. Future.result. */
THRUM_API thrum_status thrum_future_wait(thrum_future future, double timeout) THRUM_NOEXCEPT;

/* Cancels the task unless it has begun. Stores whether it is cancelled now, 0 or 1. Calls what was added with
 * thrum_future_add_done_callback. Future.cancel. */
THRUM_API thrum_status thrum_future_cancel(thrum_future future, int* out);

/* Whether the task was cancelled; is being called; is finished or cancelled, 0 or 1. Future.cancelled,
 * .running, .done. */
THRUM_API thrum_status thrum_future_cancelled(thrum_future future, int* out) THRUM_NOEXCEPT;
THRUM_API thrum_status thrum_future_running(thrum_future future, int* out) THRUM_NOEXCEPT;
THRUM_API thrum_status thrum_future_done(thrum_future future, int* out) THRUM_NOEXCEPT;

/* Has callback(future, arg) called when the task is finished or cancelled, by the thread that brings that
 * about; at once where it is already. Those of one future are called in the order in which they were added,
 * each once: where one ends its thread, by pthread_exit or ExitThread, that calls the others as it ends. It
 * must not let a C++ exception out. Future.add_done_callback. */
THRUM_API thrum_status thrum_future_add_done_callback(thrum_future future,
                                                      void (*callback)(thrum_future future, void* arg),
                                                      void* arg);

/* Destroys the future, at any time: its task goes on without, and the call-backs that were added are called
 * with a handle that is stale. THRUM_E_BUSY: a thread waits for it. */
THRUM_API thrum_status thrum_future_destroy(thrum_future future) THRUM_NOEXCEPT;

/* ------------------------------------------------------------------------------ the process's exit -- */

/* Has function(arg) called when the shutdown of the process begins, before threads are waited for, in the
 * thread that shuts down; the newest function first. It may start threads and wait for them. It is called
 * once; in the child of a fork that has not begun to shut down, by the child too. The function must not let
 * a C++ exception out (thrum::register_atexit takes care of that). THRUM_E_EXITING: the shutdown has begun.
 * THRUM_E_NOMEM. threading._register_atexit. */
THRUM_API thrum_status thrum_register_atexit(void (*function)(void*), void* arg) THRUM_NOEXCEPT;

/* What the end of main does by itself: calls the functions that were registered with thrum_register_atexit,
 * ends the pools, which do what was submitted to them and take no more, and waits for every thread and timer
 * that is alive and no daemon (they may start more), the calling thread excepted, and for the thread-local
 * destructors of those that have ended and that nobody has joined; from then on no thread or timer can be
 * started, and daemons stay where they next wait. Later calls return at once. To be called by what cannot
 * rely on the process's exit, such as a library before it is unloaded. THRUM_E_DEADLOCK: called from within
 * a DllMain, as thrum_thread_join; nothing has changed.
 * Where main leaves by pthread_exit instead, the process ends with the last of its threads and pending
 * timers, those included that are daemons; what the library itself has started does not keep it.
 * A thread that is no daemon must not call exit where main may be in it, waiting for that thread: libcs that
 * let one thread exit at a time, as glibc does since 2.41, keep it there, and both wait for ever. It returns,
 * or leaves by _exit. threading._shutdown. */
THRUM_API thrum_status thrum_shutdown(void) THRUM_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
