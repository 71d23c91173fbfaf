// core/task/pool_queue.hpp - the tasks that have not begun: in the queue, and in the workers' batches.
#ifndef THRUM_CORE_TASK_POOL_QUEUE_HPP
#define THRUM_CORE_TASK_POOL_QUEUE_HPP

#include "core/task/pool_parts.hpp"
#include "core/word/memory.hpp"

namespace thrum::pool {

inline constexpr std::uint64_t kOwn = 0x80000000;

constexpr std::uint32_t begin_of(std::uint64_t range) noexcept {
  return static_cast<std::uint32_t>(range >> 32);
}
constexpr std::uint32_t count_of(std::uint64_t range) noexcept {
  return static_cast<std::uint32_t>(range & (kOwn - 1));
}
constexpr std::uint64_t make_range(std::uint32_t begin, std::uint32_t count, std::uint64_t own) noexcept {
  return std::uint64_t{begin} << 32 | own | count;
}

/// Takes the first task of the worker's own batch. False: it is empty.
inline bool next(Worker& self, Task& task) noexcept {
  std::uint64_t range = atomic::load_relaxed(self.range);
  do {
    if (count_of(range) == 0) return false;
    // relaxed: what the batch holds the worker itself has put there.
  } while (
      !atomic::change_relaxed(self.range, range, make_range(begin_of(range) + 1, count_of(range) - 1, kOwn)));
  self.taken = begin_of(range);
  task = self.batch[self.taken % kBatch];
  return true;
}

/// The worker is done with the task that it took last: its future is done, and its reference about to go.
inline void mark_done(Worker& self) noexcept {
  // release: before the reference goes, and after the future has come to what it is, for the child of a fork.
  atomic::store_release(self.done, self.taken);
}

/// Puts a task at the end of the queue. False: no memory. Call with the submit lock held.
inline bool append(PoolSlot& pool, const Task& task) noexcept {
  if (pool.last_place == kSegment) {
    auto* segment = static_cast<Segment*>(allocate(sizeof(Segment)));
    if (segment == nullptr) return false;
    // The beginning of the queue is nobody's before the first task is there.
    (pool.last != nullptr ? pool.last->next : pool.first) = segment;
    pool.last = segment;
    pool.last_place = 0;
  }
  pool.last->tasks[pool.last_place++] = task;
  // release: pairs with the acquire in take_from_queue. [pair: search] In one order with the counts, too:
  // either this thread sees, in may_help, that nobody searches any more, or who has stopped sees the task.
  add(pool.tail, 1);
  return true;
}

// Call the next ones with the take lock held.

/// Takes at most `most` tasks out of the queue; returns how many.
std::uint32_t take_from_queue(PoolSlot& pool, Task* tasks, std::uint32_t most) noexcept;

/// Takes tasks out of the queue or else out of a batch; returns how many.
std::uint32_t take(PoolSlot& pool, Task* tasks, std::uint32_t most) noexcept;

/// Whether there are tasks that have not begun, nor are about to.
bool anything_left(PoolSlot& pool) noexcept;

/// The worker's batch is empty: it is not to be looked at, and where the worker is gone its place is free.
void leave_filled(PoolSlot& pool, Worker& worker) noexcept;

/// The number of the task that the worker took last, done or not.
std::uint32_t last_taken(const Worker& worker) noexcept;

/// Fills the worker's batch, which is empty. False: there is nothing to be had.
bool fill(PoolSlot& pool, Worker& self) noexcept;

// And this one with nothing locked.

/// Takes every task that has not begun. None will be called: their futures come to this state. Returns the
/// calls that are to be made, at last, as one may end its thread.
[[nodiscard]] DoneCall* drain(PoolSlot& pool, std::uint64_t state) noexcept;

}  // namespace thrum::pool

#endif
