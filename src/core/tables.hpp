// core/tables.hpp - the tables of slots, one for each type of handle.
#ifndef THRUM_CORE_TABLES_HPP
#define THRUM_CORE_TABLES_HPP

#include "core/record.hpp"
#include "core/slots.hpp"
#include "thrum/detail/core.hpp"

namespace thrum {

/// A lock, an event or a latch: its word is all there is to it.
struct WordSlot {
  detail::Word word;
};

struct ConditionSlot {
  detail::Word word;
  detail::Word lock;       // the id of its lock or re-entrant lock
  detail::Word owns_lock;  // 1: that was made for it and ends with it
};

struct SemaphoreSlot {
  detail::Word word;
  detail::Word first;  // the value that it began with
  detail::Word bound;  // the value that it must not pass
};

struct BarrierSlot : detail::BarrierState {
  detail::Word action;   // int (*)(void*), or 0
  detail::Word arg;      // its argument
  detail::Word timeout;  // a double: that of waits that have none of their own
};

/// Of 64 bytes, so that the first slots to be used are those with the first indices: each thread has an array
/// as long as the largest index that it uses.
struct LocalSlot {
  detail::Word word;
  detail::Word destructor;  // a function, or 0
  std::uint64_t unused[6];
};

struct FutureSlot : detail::FutureState {
  std::uint64_t id;  // of the slot's present object
};

namespace pool {
struct Segment;
struct Worker;
}  // namespace pool

/// In three cache lines: that of the counts, which all look at, and those of the two ends of the queue.
struct PoolSlot {
  detail::Word word;  // the generation; no state

  // Counts, for all to see (core/pool.hpp).
  detail::Word searching;  // workers
  detail::Word reserves;   // workers that rest, and that may still be started

  // What it was created with.
  std::uint64_t id;  // of the slot's present object
  char* prefix;
  int (*initializer)(void*);
  void* initializer_arg;
  void (*dispose)(void*);

  // The queue's end, guarded by the submit lock, as what follows.
  alignas(64) detail::Word submit_lock;
  detail::Word tail;  // tasks that have ever been put in
  pool::Segment* last;
  std::uint32_t last_place;  // of the next task in the segment
  std::uint32_t most_workers;
  std::uint32_t live;        // workers that have not gone
  std::uint32_t references;  // the creator's, one for each of these, one for each call that waits
  pool::Worker* resting;     // the last that has gone to rest
  detail::Word hires_over;   // an event: there are none of the next
  std::uint32_t hires;       // calls under way that start a worker
  bool closed;               // takes no more tasks
  bool broken;               // an initializer has failed
  bool owned;                // whether the creator is in C

  // The queue's beginning and the workers, guarded by the take lock.
  alignas(64) detail::Word take_lock;
  detail::Word head;  // tasks that have ever been taken out
  pool::Segment* first;
  std::uint32_t first_place;
  pool::Worker* workers;

  // Guarded by the submit lock: workers that have ever been started.
  std::uint64_t hired;

  // The list of all pools, guarded by its mutex.
  PoolSlot* next_pool;
  PoolSlot* previous_pool;
};

struct TimerSlot {
  detail::Word word;     // the generation and the timer's state (core/timer.hpp)
  detail::Word settled;  // an event, for those who join: it has ended, or its thread has begun

  // What it was created with.
  double interval;
  void (*function)(void*);
  void* arg;

  // Guarded by the timers' mutex.
  void (*dispose)(void*);   // what becomes of arg when nobody needs it any more; null: nothing
  std::uint64_t id;         // of the slot's present object
  std::uint64_t thread;     // the id of the call-back's thread, with a reference to it; 0: none yet
  std::uint32_t place;      // in the heap
  std::uint32_t pins;       // joins under way, which keep the slot from its next life
  std::uint32_t refusals;   // how often the system has refused the thread
  std::uint8_t references;  // the creator's, and one from the start to the end
  bool daemon;              // does not change once the timer has been started
  bool cancelled;
  bool owned;  // whether the creator in C has a reference
};

struct QueueSlot : detail::QueueState {
  // What its creator gave; words, since a stale call may read them.
  detail::Word compare;
  detail::Word destroy;
  detail::Word arg;
};

namespace tables {

extern Table<ThreadRecord, SlotType::thread, 8> threads;
extern Table<WordSlot, SlotType::lock, 13> locks;
extern Table<detail::RLockState, SlotType::rlock, 11> rlocks;
extern Table<ConditionSlot, SlotType::condition, 11> conditions;
extern Table<WordSlot, SlotType::event, 13> events;
extern Table<SemaphoreSlot, SlotType::semaphore, 11> semaphores;
extern Table<BarrierSlot, SlotType::barrier, 8> barriers;
extern Table<WordSlot, SlotType::latch, 11> latches;
extern Table<detail::OnceState, SlotType::once, 11> onces;
extern Table<detail::RWLockState, SlotType::rwlock, 11> rwlocks;
extern Table<LocalSlot, SlotType::local, 10> locals;
extern Table<TimerSlot, SlotType::timer, 8> timers;
extern Table<QueueSlot, SlotType::queue, 6> queues;
extern Table<PoolSlot, SlotType::pool, 8> pools;
extern Table<FutureSlot, SlotType::future, 11> futures;

/// Around a fork: hold every table's mutex, and let them go.
void before_fork() noexcept;
void after_fork() noexcept;

}  // namespace tables
}  // namespace thrum

#endif
