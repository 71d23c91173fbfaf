// core/task/pool_queue.cpp - how tasks leave the queue, and batches: to be done, or given up.
#include "core/task/pool_queue.hpp"

namespace thrum::pool {

std::uint32_t take_from_queue(PoolSlot& pool, Task* tasks, std::uint32_t most) noexcept {
  std::uint64_t head = atomic::load_relaxed(pool.head);
  // acquire: pairs with the release in append.
  const std::uint64_t available = atomic::load_acquire(pool.tail) - head;
  const auto count = static_cast<std::uint32_t>(available < most ? available : most);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (pool.first_place == kSegment) {
      Segment* const used = pool.first;
      pool.first = used->next;
      pool.first_place = 0;
      thrum::release(used);
    }
    tasks[i] = pool.first->tasks[pool.first_place++];
  }
  // relaxed: it is a hint to those who read it without the lock.
  atomic::store_relaxed(pool.head, head + count);
  return count;
}

namespace {

/// Takes the first half of what is left of a batch, at most `most`; returns how many.
std::uint32_t take_from(Worker& worker, Task* tasks, std::uint32_t most) noexcept {
  std::uint64_t range = atomic::load_relaxed(worker.range);
  std::uint32_t count = 0;
  do {
    const std::uint32_t half = (count_of(range) + 1) / 2;
    count = half < most ? half : most;
    if (count == 0) return 0;
    // relaxed: batches are filled with the lock held, which keeps these from being overwritten too.
  } while (!atomic::change_relaxed(worker.range, range, make_range(begin_of(range) + count, end_of(range))));
  for (std::uint32_t i = 0; i < count; ++i) tasks[i] = worker.batch[(begin_of(range) + i) % kBatch];
  return count;
}

}  // namespace

std::uint32_t take(PoolSlot& pool, Task* tasks, std::uint32_t most) noexcept {
  std::uint32_t count = take_from_queue(pool, tasks, most);
  for (Worker* worker = pool.workers; worker != nullptr && count == 0; worker = worker->next) {
    count = take_from(*worker, tasks, kBatch);
  }
  return count;
}

bool anything_left(const PoolSlot& pool) noexcept {
  bool left = atomic::load_acquire(pool.tail) != atomic::load_relaxed(pool.head);
  for (const Worker* worker = pool.workers; worker != nullptr && !left; worker = worker->next) {
    left = count_of(atomic::load_relaxed(worker->range)) != 0;
  }
  return left;
}

bool fill(PoolSlot& pool, Worker& self) noexcept {
  const std::uint64_t waiting = atomic::load_relaxed(pool.tail) - atomic::load_relaxed(pool.head);
  // A share of what there is. Where that is little each takes one, so that they begin in order.
  const std::uint64_t share = waiting / 2 / pool.most_workers;
  Task tasks[kBatch];
  const std::uint32_t count = take(pool, tasks,
                                   static_cast<std::uint32_t>(share < 1        ? 1
                                                              : share < kBatch ? share
                                                                               : kBatch));
  const std::uint32_t end = end_of(atomic::load_relaxed(self.range));
  for (std::uint32_t i = 0; i < count; ++i) self.batch[(end + i) % kBatch] = tasks[i];
  if (count == 0) return false;
  self.leaves_some = count > 1 || anything_left(pool);
  // relaxed: who else takes from it has the lock.
  atomic::store_relaxed(self.range, make_range(end, end + count));
  return true;
}

void give_up(const Task& task, std::uint64_t state) noexcept {
  if (task.future == nullptr) return;
  future::give_up(*task.future, state);
  future::discard(*task.future);
}

}  // namespace thrum::pool
