// detail/core.hpp - what the classes' headers have of the library: the state that an object consists of,
// and the functions that work on it. They are the library's own affair and may change with every version.
//
// A generation is 0 for an object in C++. The statuses are those of the functions in thrum.h.
#ifndef THRUM_DETAIL_CORE_HPP
#define THRUM_DETAIL_CORE_HPP

#include <cstddef>
#include <cstdint>

#include "thrum/detail/word.hpp"
#include "thrum/thrum.h"

namespace thrum {
struct Waiter;
}

namespace thrum::detail {

struct Arrivals;

// The lower halves of words, as far as the headers know them.
inline constexpr std::uint64_t lock_free = 0;
inline constexpr std::uint64_t lock_held = 1;
inline constexpr std::uint64_t event_clear = 0;
inline constexpr std::uint64_t event_set = 1;
// Of a condition in C++, what lock it is on; neither: an RLock of its own. The library leaves these bits
// alone.
inline constexpr std::uint64_t condition_on_lock = 2;
inline constexpr std::uint64_t condition_on_rlock = 4;
inline constexpr std::uint64_t semaphore_parked = 1;
inline constexpr std::uint64_t semaphore_unit = 2;  // the value stands above the lowest bit
inline constexpr std::uint64_t latch_unit = 2;      // as the count of a latch does
inline constexpr std::uint64_t once_done = 2;
inline constexpr std::uint64_t rwlock_writer = 2;
inline constexpr std::uint64_t rwlock_reader = 4;  // the number of readers stands above the two lowest bits

// What two functions answer where they leave something for the caller to do; no thrum_status has these
// values.
inline constexpr auto barrier_act = static_cast<thrum_status>(30);
inline constexpr auto once_run = static_cast<thrum_status>(31);

inline constexpr std::uint64_t future_pending = 0;
inline constexpr std::uint64_t future_running = 1;
inline constexpr std::uint64_t future_cancelled = 2;
inline constexpr std::uint64_t future_finished = 3;
inline constexpr std::uint64_t future_broken = 4;
inline constexpr std::uint64_t future_states = 7;

/// What a future is to the library.
struct FutureState {
  Word word;
  Word references;
  void* calls = nullptr;  // to be made when it is done: a list
  void* last_call = nullptr;
  void* watches = nullptr;                           // of those who wait for several: a list
  void (*dispose)(FutureState&) noexcept = nullptr;  // with the last reference
  void (*discard)(FutureState&) noexcept = nullptr;  // where the task will not be called; null: nothing to do
  bool slow_to_dispose = false;  // whether that runs code of the user's, which may take its time
};

struct RLockState {
  Word word;                // as a Lock's
  Word owner;               // who holds it: a thread's identifier, or a task's owner with the top bit set
  std::uint32_t count = 0;  // how many times; the owner's to read and write
};

struct BarrierState {
  Word word;  // the generation, and whether an action runs; all the rest is the library's
  int parties = 1;
  int arrived = 0;
  Waiter* held = nullptr;   // the round whose action runs: those who wait
  std::uint64_t actor = 0;  // the identifier of the thread that runs it
  std::uint32_t forks = 0;
  bool broken = false;
  bool spoiled = false;  // abort was called while the action ran
};

struct OnceState {
  Word word;
  Word owner;  // the identifier of the thread that is at it; 0: none
};

struct RWLockState {
  Word word;
  Word owner;  // the identifier of the thread that holds it to write; 0: none
};

/// The lock of a condition: one of the two is set.
struct LockRef {
  Word* lock = nullptr;
  RLockState* rlock = nullptr;
  std::uint32_t generation = 0;
};

// What a process has one of, though each of its modules has the code that makes it.
inline constexpr unsigned shared_category = 0;
inline constexpr unsigned shared_kinds = 1;

/// In which order a queue's items leave it; the numbers of thrum_queue_kind. With `queue_peeks` a get looks
/// at an item first and takes it when that has gone well.
inline constexpr std::uint64_t queue_fifo = 0;
inline constexpr std::uint64_t queue_lifo = 1;
inline constexpr std::uint64_t queue_priority = 2;
inline constexpr std::uint64_t queue_peeks = 4;

/// Whether item `a` comes before item `b`: 1 or 0; negative where the comparison failed. `call` is what the
/// caller of put or get gave for it.
using QueueBefore = int (*)(void* call, std::uint64_t a, std::uint64_t b);

/// What becomes of an item that nobody took.
using QueueDispose = void (*)(void* context, std::uint64_t item);

/// What keeps hooks that are set; the library's.
struct HookOwner;

struct QueueEntry {
  std::uint64_t order;
  std::uint64_t item;
};

struct QueueSegment;

/// A bounded queue, first in first out, is a ring; the others have a lock and a store. Zeroed it is an open
/// queue without a bound, first in first out.
struct QueueState {
  constexpr QueueState() noexcept = default;
  constexpr QueueState(std::uint64_t kind_of_queue, QueueBefore before_of_items) noexcept
      : kind(kind_of_queue), before(before_of_items) {}

  Word word;   // the generation; the lock of those that have one
  Word ring;   // the cells; 0: none
  Word mask;   // of an index into the cells
  Word bound;  // the most items; 0: any number
  Word limit;  // what it was made with: maxsize, a signed number

  // Guarded by the lock.
  std::uint64_t kind = queue_fifo;
  QueueBefore before = nullptr;
  std::uint64_t count = 0;  // of the items, which are
  // in a chain of segments,
  QueueSegment* first = nullptr;
  QueueSegment* last = nullptr;
  std::uint64_t first_place = 0;  // of the first item, in its segment
  std::uint64_t last_place = 0;   // behind the last item, in its segment
  // or in a heap.
  QueueEntry*** pages = nullptr;
  std::uint64_t capacity = 0;  // the entries that it has memory for
  std::uint64_t next_order = 0;

  // Apart, for each is written by other threads than the rest. Not by alignment, which memory for slots
  // lacks.
  std::uint64_t apart_from_tail[15] = {};
  Word tail;  // where the next item goes
  std::uint64_t apart_from_head[15] = {};
  Word head;  // where the next item is taken
  std::uint64_t apart_from_done[15] = {};
  Word done;  // the tasks that are done
};

extern "C" {

THRUM_API thrum_status thrum_core_lock_acquire(Word& lock, std::uint32_t generation, double timeout) noexcept;
THRUM_API thrum_status thrum_core_lock_release(Word& lock, std::uint32_t generation) noexcept;
THRUM_API thrum_status thrum_core_lock_reinit(Word& lock, std::uint32_t generation) noexcept;

// The owner is 0 for the calling thread.
THRUM_API thrum_status thrum_core_rlock_acquire(RLockState& lock, std::uint32_t generation,
                                                std::uint64_t owner, double timeout) noexcept;
THRUM_API thrum_status thrum_core_rlock_release(RLockState& lock, std::uint32_t generation,
                                                std::uint64_t owner) noexcept;
THRUM_API thrum_status thrum_core_rlock_count(const RLockState& lock, std::uint32_t generation,
                                              std::size_t& out) noexcept;
THRUM_API thrum_status thrum_core_rlock_reinit(RLockState& lock, std::uint32_t generation) noexcept;

THRUM_API thrum_status thrum_core_condition_wait(Word& condition, std::uint32_t generation,
                                                 const LockRef& lock, double timeout) noexcept;
THRUM_API thrum_status thrum_core_condition_notify(Word& condition, std::uint32_t generation,
                                                   const LockRef& lock, std::uint64_t count) noexcept;
THRUM_API thrum_status thrum_core_condition_reinit(Word& condition, std::uint32_t generation) noexcept;

THRUM_API thrum_status thrum_core_event_set(Word& event, std::uint32_t generation) noexcept;
THRUM_API thrum_status thrum_core_event_clear(Word& event, std::uint32_t generation) noexcept;
THRUM_API thrum_status thrum_core_event_wait(Word& event, std::uint32_t generation, double timeout) noexcept;
THRUM_API thrum_status thrum_core_event_reinit(Word& event, std::uint32_t generation) noexcept;

// Releases `count` units unless the value would pass `bound`.
THRUM_API thrum_status thrum_core_semaphore_acquire(Word& semaphore, std::uint32_t generation,
                                                    double timeout) noexcept;
THRUM_API thrum_status thrum_core_semaphore_release(Word& semaphore, std::uint32_t generation,
                                                    std::int64_t count, std::int64_t bound) noexcept;
THRUM_API thrum_status thrum_core_semaphore_reinit(Word& semaphore, std::uint32_t generation,
                                                   std::int64_t value) noexcept;

// Where this thread is the last one to come and there is an action: barrier_act, and the caller runs the
// action and says by `acted` whether it came to an end.
THRUM_API thrum_status thrum_core_barrier_wait(BarrierState& barrier, std::uint32_t generation,
                                               double timeout, bool has_action, int& index) noexcept;
THRUM_API thrum_status thrum_core_barrier_acted(BarrierState& barrier, std::uint32_t generation,
                                                bool succeeded) noexcept;
THRUM_API thrum_status thrum_core_barrier_reset(BarrierState& barrier, std::uint32_t generation) noexcept;
THRUM_API thrum_status thrum_core_barrier_abort(BarrierState& barrier, std::uint32_t generation) noexcept;
THRUM_API thrum_status thrum_core_barrier_reinit(BarrierState& barrier, std::uint32_t generation) noexcept;
THRUM_API void thrum_core_barrier_look(const BarrierState& barrier, int& waiting, bool& broken) noexcept;

THRUM_API thrum_status thrum_core_latch_count_down(Word& latch, std::uint32_t generation,
                                                   std::int64_t n) noexcept;
THRUM_API thrum_status thrum_core_latch_wait(Word& latch, std::uint32_t generation, double timeout) noexcept;
THRUM_API thrum_status thrum_core_latch_arrive_and_wait(Word& latch, std::uint32_t generation, std::int64_t n,
                                                        double timeout) noexcept;
THRUM_API thrum_status thrum_core_latch_reinit(Word& latch, std::uint32_t generation) noexcept;

// once_run: it is for the caller to do, who says by `end` whether it is done.
THRUM_API thrum_status thrum_core_once_begin(OnceState& once, std::uint32_t generation,
                                             double timeout) noexcept;
THRUM_API void thrum_core_once_end(OnceState& once, std::uint32_t generation, bool succeeded) noexcept;

THRUM_API thrum_status thrum_core_rwlock_acquire_read(RWLockState& lock, std::uint32_t generation,
                                                      double timeout) noexcept;
THRUM_API thrum_status thrum_core_rwlock_release_read(RWLockState& lock, std::uint32_t generation) noexcept;
THRUM_API thrum_status thrum_core_rwlock_acquire_write(RWLockState& lock, std::uint32_t generation,
                                                       double timeout) noexcept;
THRUM_API thrum_status thrum_core_rwlock_release_write(RWLockState& lock, std::uint32_t generation) noexcept;
THRUM_API thrum_status thrum_core_rwlock_reinit(RWLockState& lock, std::uint32_t generation) noexcept;

// Stores the id of a new local in a word that has none yet.
THRUM_API thrum_status thrum_core_local_create(Word& id, void (*destructor)(void*)) noexcept;
// As thrum_local_destroy, if there is one. But once the process is exiting other threads may go on with their
// values: then the calling thread's goes alone, the local stays, and the answer is 0; otherwise 1.
THRUM_API int thrum_core_local_end(const Word& id) noexcept;

// Gives a zeroed queue its bound.
THRUM_API thrum_status thrum_core_queue_open(QueueState& queue, std::int64_t maxsize) noexcept;
// Ends a queue of C++: disposes of its items and frees what it has.
THRUM_API void thrum_core_queue_close(QueueState& queue, QueueDispose dispose, void* context) noexcept;
// `call` is for the comparison. THRUM_E_FAILED: it failed, and nothing has changed.
THRUM_API thrum_status thrum_core_queue_put(QueueState& queue, std::uint32_t generation, std::uint64_t item,
                                            double timeout, void* call) noexcept;
THRUM_API thrum_status thrum_core_queue_get(QueueState& queue, std::uint32_t generation, std::uint64_t& item,
                                            double timeout, void* call) noexcept;
// A get in two steps, for a queue that peeks: after THRUM_OK the queue is locked until the second step, which
// takes the item or leaves it where it was.
THRUM_API thrum_status thrum_core_queue_peek(QueueState& queue, QueueEntry& entry, double timeout,
                                             void* call) noexcept;
THRUM_API void thrum_core_queue_take(QueueState& queue, const QueueEntry& entry, bool taken,
                                     void* call) noexcept;
THRUM_API thrum_status thrum_core_queue_task_done(QueueState& queue, std::uint32_t generation) noexcept;
THRUM_API thrum_status thrum_core_queue_join(QueueState& queue, std::uint32_t generation,
                                             double timeout) noexcept;
THRUM_API thrum_status thrum_core_queue_shutdown(QueueState& queue, std::uint32_t generation) noexcept;
// Takes an item, any, out of a queue that is shut down, its task done. THRUM_CLOSED: there is none.
THRUM_API thrum_status thrum_core_queue_drain(QueueState& queue, std::uint32_t generation,
                                              std::uint64_t& item) noexcept;
THRUM_API thrum_status thrum_core_queue_size(const QueueState& queue, std::uint32_t generation,
                                             std::size_t& out) noexcept;
THRUM_API thrum_status thrum_core_queue_unfinished(const QueueState& queue, std::uint32_t generation,
                                                   std::size_t& out) noexcept;
THRUM_API thrum_status thrum_core_queue_is_shutdown(const QueueState& queue, std::uint32_t generation,
                                                    bool& out) noexcept;
THRUM_API thrum_status thrum_core_queue_reinit(QueueState& queue, std::uint32_t generation,
                                               QueueDispose dispose, void* context) noexcept;

// As thrum_thread_create; `dispose(arg)`, where not NULL, is called once when arg is no longer needed: in
// the thread when its target has ended, or where a thread that never started is given up.
THRUM_API thrum_status thrum_core_thread_create(thrum_thread* out, const thrum_thread_options* options,
                                                void (*target)(void*), void* arg,
                                                void (*dispose)(void*)) noexcept;
// One more reference to the thread's object, and one fewer: it goes with the last.
THRUM_API thrum_status thrum_core_thread_retain(thrum_thread thread) noexcept;
THRUM_API void thrum_core_thread_release(thrum_thread thread) noexcept;

// As thrum_timer_create; `dispose(arg)`, where not NULL, is called once when arg is no longer needed.
THRUM_API thrum_status thrum_core_timer_create(thrum_timer* out, double interval, void (*function)(void*),
                                               void* arg, void (*dispose)(void*)) noexcept;
// Gives up the creator's reference: the timer goes on, and its object goes when it has ended.
THRUM_API void thrum_core_timer_release(thrum_timer timer) noexcept;

// A future's task has one of its references, from the submission on; no reference, no future.
THRUM_API thrum_status thrum_core_future_wait(FutureState& future, double timeout) noexcept;
THRUM_API bool thrum_core_future_cancel(FutureState& future);
THRUM_API thrum_status thrum_core_future_add_call(FutureState& future, void (*function)(thrum_future, void*),
                                                  void* arg, void (*dispose)(void*));
// Several futures in the order in which they are done, for one thread that asks. Null: no memory. A future
// must last until its place has come, or the end.
THRUM_API Arrivals* thrum_core_arrivals_create(std::size_t count) noexcept;
THRUM_API void thrum_core_arrivals_watch(Arrivals& arrivals, std::size_t place, FutureState& future) noexcept;
THRUM_API thrum_status thrum_core_arrivals_next(Arrivals& arrivals, double timeout,
                                                std::size_t& place) noexcept;
THRUM_API void thrum_core_arrivals_end(Arrivals& arrivals) noexcept;
THRUM_API void thrum_core_future_retain(FutureState& future) noexcept;
THRUM_API void thrum_core_future_release(FutureState& future) noexcept;

// As thrum_pool_create; `dispose(arg)`, where not NULL, is called once the pool has gone.
THRUM_API thrum_status thrum_core_pool_create(thrum_pool* out, std::size_t workers, const char* prefix,
                                              int (*initializer)(void*), void* arg,
                                              void (*dispose)(void*)) noexcept;
// Gives up the creator's reference: the pool takes no more tasks and goes when it has done those it has.
THRUM_API void thrum_core_pool_release(thrum_pool pool) noexcept;
// Has run(arg) called. The task's reference is the library's to release where the answer is THRUM_OK.
THRUM_API thrum_status thrum_core_pool_submit(thrum_pool pool, void (*run)(void*), void* arg,
                                              FutureState* future) noexcept;

// As thrum_register_atexit; `dispose(arg)`, where not NULL, is called once after the function.
THRUM_API thrum_status thrum_core_register_atexit(void (*function)(void*), void* arg,
                                                  void (*dispose)(void*)) noexcept;

/// thrum_default_excepthook as the library has it: a program for Windows may have another address for it.
THRUM_API thrum_except_hook thrum_core_default_excepthook() noexcept;

// The first object that any module has offered of a kind, each standard library's being one of its own. It is
// in that module's static memory, and the module stays loaded. Call with no mutex held, as the loader's are
// taken.
THRUM_API const void* thrum_core_share(unsigned kind, const void* object) noexcept;

// As thrum_set_excepthook and thrum_set_thread_hooks; `dispose(arg)`, where not NULL, is called when the
// hooks are no longer set and no thread is in them. What was set before stays for the caller to drop; an
// owner may be null. THRUM_E_NOMEM: nothing is set, and nothing disposed of.
THRUM_API thrum_status thrum_core_set_excepthook(thrum_except_hook hook, void* arg, void (*dispose)(void*),
                                                 thrum_except_hook& old, void*& old_arg,
                                                 HookOwner*& old_owner) noexcept;
THRUM_API thrum_status thrum_core_set_thread_hooks(const thrum_thread_hooks* hooks,
                                                   void (*dispose)(void*)) noexcept;
// Stores the thread hooks that are set; they stay until their owner is dropped.
THRUM_API HookOwner* thrum_core_hold_thread_hooks(thrum_thread_hooks& out) noexcept;
THRUM_API void thrum_core_drop_hooks(HookOwner* owner) noexcept;

// The word's bits, for programs compiled with THRUM_NO_INLINE.
THRUM_API std::uint64_t thrum_core_read(const Word& word) noexcept;

// Nanoseconds on the clock of all timeouts.
THRUM_API std::uint64_t thrum_core_now() noexcept;
}

}  // namespace thrum::detail

#endif
