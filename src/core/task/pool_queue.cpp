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

std::uint32_t last_taken(const Worker& worker, std::uint64_t range) noexcept {
  return (range & kOwn) != 0 ? begin_of(range) - 1 : worker.last_own;
}

/// Takes the first half of what is left of a batch, at most `most`; returns how many.
std::uint32_t take_from(Worker& worker, Task* tasks, std::uint32_t most) noexcept {
  std::uint64_t range = atomic::load_relaxed(worker.range);
  std::uint32_t count = 0;
  do {
    const std::uint32_t half = (count_of(range) + 1) / 2;
    count = half < most ? half : most;
    if (count == 0) return 0;
    worker.last_own = last_taken(worker, range);
    // relaxed: batches are filled with the lock held, which keeps these from being overwritten too.
  } while (!atomic::change_relaxed(worker.range, range,
                                   make_range(begin_of(range) + count, count_of(range) - count, 0)));
  for (std::uint32_t i = 0; i < count; ++i) tasks[i] = worker.batch[(begin_of(range) + i) % kBatch];
  return count;
}

/// Whether there is a batch with a task in it: then it is that of the first in the list. Who is found to have
/// none leaves the list, so each is looked at in vain once for every time that it enters.
bool find_filled(PoolSlot& pool) noexcept {
  while (Worker* const worker = pool.filled) {
    ++pool.looked_at;
    if (count_of(atomic::load_relaxed(worker->range)) != 0) return true;
    leave_filled(pool, *worker);
  }
  return false;
}

}  // namespace

std::uint32_t take(PoolSlot& pool, Task* tasks, std::uint32_t most) noexcept {
  std::uint32_t count = take_from_queue(pool, tasks, most);
  while (count == 0 && find_filled(pool)) count = take_from(*pool.filled, tasks, kBatch);
  return count;
}

std::uint32_t last_taken(const Worker& worker) noexcept {
  return last_taken(worker, atomic::load_relaxed(worker.range));
}

void leave_filled(PoolSlot& pool, Worker& worker) noexcept {
  Filled::take_out(pool.filled, worker);
  if (worker.gone) Vacant::enter(pool.vacant, worker);
}

bool anything_left(PoolSlot& pool) noexcept {
  return atomic::load_acquire(pool.tail) != atomic::load_relaxed(pool.head) || find_filled(pool);
}

bool fill(PoolSlot& pool, Worker& self) noexcept {
  leave_filled(pool, self);
  const std::uint64_t waiting = atomic::load_relaxed(pool.tail) - atomic::load_relaxed(pool.head);
  // A share of what there is. Where that is little each takes one, so that they begin in order.
  const std::uint64_t share = waiting / 2 / pool.most_workers;
  Task tasks[kBatch];
  const std::uint32_t count = take(pool, tasks,
                                   static_cast<std::uint32_t>(share < 1        ? 1
                                                              : share < kBatch ? share
                                                                               : kBatch));
  const std::uint64_t empty = atomic::load_relaxed(self.range);
  const std::uint32_t begin = begin_of(empty);
  for (std::uint32_t i = 0; i < count; ++i) self.batch[(begin + i) % kBatch] = tasks[i];
  if (count == 0) return false;
  self.leaves_some = count > 1 || anything_left(pool);
  // relaxed: who else takes from it has the lock.
  atomic::store_relaxed(self.range, make_range(begin, count, empty & kOwn));
  // One that is alone it does at once, and no other waits behind it.
  if (count > 1) Filled::enter(pool.filled, self);
  return true;
}

DoneCall* drain(PoolSlot& pool, std::uint64_t state) noexcept {
  DoneCall* calls = nullptr;
  DoneCall** end = &calls;
  for (;;) {
    Task tasks[kBatch];
    Held counter(pool.take_lock);
    const std::uint32_t count = take(pool, tasks, kBatch);
    // With the lock held, as a fork holds it: the child finds each task in its place, or its future done.
    for (std::uint32_t i = 0; i < count; ++i) {
      *end = tasks[i].future != nullptr ? future::give_up(*tasks[i].future, state) : nullptr;
      while (*end != nullptr) end = &(*end)->next;
    }
    counter.unlock();
    if (count == 0) return calls;
    for (std::uint32_t i = 0; i < count; ++i) {
      if (tasks[i].future != nullptr) future::discard(*tasks[i].future);
    }
  }
}

}  // namespace thrum::pool
