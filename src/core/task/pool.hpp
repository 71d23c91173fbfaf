// core/task/pool.hpp - threads that do tasks, in the order in which they are submitted.
//
// The tasks that nobody has taken are in one queue. A worker takes several at a time, the more the more there
// are, into a batch of its own; an idle worker takes from the batches of the others where the queue is empty.
// So no task waits behind a long one while a worker is idle, and a pool with short tasks seldom meets in one
// place. A batch is taken from its front, by its worker and the others alike: a worker never has a task
// that is earlier than the one that it does, hence tasks may wait for any that were submitted before them.
//
//   a worker is   meaning                                             who moves it where
//   searching     begins, or has been woken, or looks for tasks a     itself -> working, where it finds one;
//                 little longer before it goes to rest                itself -> resting, where it does not
//   working       does the tasks of its batch                         itself -> searching
//   resting       asleep, in the list of those that rest              who has work for it -> searching; the
//                                                                     pool's shutdown -> searching
//   gone          ended, since the pool takes no more tasks and there  a new worker in its place -> searching
//                 are none, or by pthread_exit
//
// The rule of waking: while some worker searches, nobody wakes another one, for it will find what there is.
// Who brings a task when none searches, and who takes one and leaves others behind, calls for help: that
// wakes a resting worker or starts a new one.
//
// Two locks guard a pool. `submit_lock` is for its end of the queue, its life, who rests and how many workers
// there are; `take_lock` for the other end, the batches' filling and emptying by others, and the lists of
// workers. A worker goes to rest with both held, in that order, having looked a last time. They are locks
// like those of the users, not the platform's, since there may be any number of pools. Neither is held across
// a call that may wait. A fork holds all.
#ifndef THRUM_CORE_TASK_POOL_HPP
#define THRUM_CORE_TASK_POOL_HPP

#include "core/handle/slots.hpp"
#include "core/thread/thread.hpp"
#include "core/word/participant.hpp"
#include "thrum/detail/core.hpp"
#include "thrum/thrum.h"

namespace thrum::pool {

struct Segment;
struct Worker;

/// In three cache lines: that of the counts, which all look at, and those of the two ends of the queue.
struct PoolSlot {
  detail::Word word;  // the generation; no state

  // Counts, for all to see (core/task/pool.hpp).
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
  Segment* last;
  std::uint32_t last_place;  // of the next task in the segment
  std::uint32_t most_workers;
  std::uint32_t live;        // workers that have not gone
  std::uint32_t references;  // the creator's, one for each of these, one for each call that waits
  Worker* resting;           // the last that has gone to rest
  detail::Word hires_over;   // an event: there are none of the next
  std::uint32_t hires;       // calls under way that start a worker
  bool closed;               // takes no more tasks
  bool broken;               // an initializer has failed
  bool owned;                // whether the creator is in C
  bool asks_again;           // a hire was counted on in vain, and is tried once more: who brings a task waits

  // The queue's beginning and the workers, guarded by the take lock.
  alignas(64) detail::Word take_lock;
  detail::Word head;  // tasks that have ever been taken out
  Segment* first;
  std::uint32_t first_place;
  Worker* workers;          // all that there have been, each once: the last first
  Worker* filled;           // whose batches may have tasks besides the next that they do, or that are gone
  Worker* vacant;           // that are gone, with nothing in their batches
  Worker* unjoined;         // whose threads nobody has waited for
  std::uint64_t looked_at;  // how many workers have been looked at to find one: for tests

  // Guarded by the submit lock: workers that have ever been started.
  std::uint64_t hired;

  // The list of all pools, guarded by its mutex.
  PoolSlot* next_pool;
  PoolSlot* previous_pool;
};

extern Table<PoolSlot, SlotType::pool, 8> pools;

/// What a pool is made with besides the number of its workers.
struct Setup {
  const char* prefix;         // of the workers' names; null: "ThreadPool-N"
  int (*initializer)(void*);  // called by each worker first; not 0: it has failed. null: none
  void* arg;
  void (*dispose)(void*);  // what becomes of arg with the pool; null: nothing
};

thrum_status create(std::uint64_t& out, std::size_t workers, const Setup& setup,
                    thread::Owner owner) noexcept;
/// Gives the creator's reference up: the pool's object goes with its last worker.
void release(std::uint64_t id) noexcept;
thrum_status destroy(std::uint64_t id) noexcept;

/// Has run(arg) called by a worker. The future, where there is one, comes with a reference for the task,
/// which stays the caller's unless the answer is THRUM_OK.
thrum_status submit(std::uint64_t id, void (*run)(void*), void* arg, detail::FutureState* future) noexcept;
thrum_status shutdown(std::uint64_t id, bool wait, bool cancel_pending) noexcept;

/// The process exits: no pool takes more tasks, and workers end when there are no more. Call with nothing
/// locked.
void end_all() noexcept;
/// Has the workers that rest look whether they may go on to do so. Call with nothing locked.
void wake_resting() noexcept;

/// Around a fork, first before it and last after it: its locks are those of users, for which threads wait in
/// the lot. In the child the pools have no workers and no tasks.
extern const fork::Participant participant;

}  // namespace thrum::pool

#endif
