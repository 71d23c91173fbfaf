// core/task/pool_fork.cpp - pools around a fork.
#include "core/self/runtime.hpp"
#include "core/sync/event.hpp"
#include "core/task/pool_life.hpp"
#include "core/task/pool_queue.hpp"

namespace thrum::pool {

namespace {

void forsake(const Task& task) noexcept {
  if (task.future != nullptr) future::forsake(*task.future);
}

/// The tasks of the worker are the parent's.
void vanish(Worker& worker, const ThreadRecord* self) noexcept {
  const std::uint64_t range = atomic::load_relaxed(worker.range);
  worker.last_own = last_taken(worker);
  for (std::uint32_t i = 0; i != count_of(range); ++i) forsake(worker.batch[(begin_of(range) + i) % kBatch]);
  atomic::store_relaxed(worker.range, make_range(begin_of(range) + count_of(range), 0, 0));
  leave_filled(*worker.pool, worker);
  if (worker.gone || (self != nullptr && worker.thread == self->id)) return;
  if (atomic::load_relaxed(worker.done) != worker.last_own) forsake(worker.batch[worker.last_own % kBatch]);
  atomic::store_relaxed(worker.done, worker.last_own);
  worker.current = nullptr;
  worker.told = nullptr;
  worker.gone = true;
  Vacant::enter(worker.pool->vacant, worker);
}

/// Makes the pool one without tasks, and without workers but for the calling thread.
void restart(PoolSlot& pool, const ThreadRecord* self) noexcept {
  Task task{};
  while (take_from_queue(pool, &task, 1) != 0) {
    forsake(task);
  }
  const bool held = generation_of(atomic::load_relaxed(pool.word)) == generation_of(pool.id);
  // The calls that wait are lost, unless that which has forked is among them.
  const std::uint32_t calls = runtime::is_inside(self) ? pool.references - pool.live - (held ? 1 : 0) : 0;
  pool.live = 0;
  for (Worker* worker = pool.workers; worker != nullptr; worker = worker->next) {
    vanish(*worker, self);
    if (!worker->gone) ++pool.live;
  }
  pool.resting = nullptr;
  pool.hires = 0;
  pool.asks_again = false;
  atomic::store_relaxed(pool.hires_over, event::kSet);
  atomic::store_relaxed(pool.searching, 0);
  atomic::store_relaxed(pool.reserves, pool.most_workers - pool.live);
  pool.references = pool.live + (held ? 1 : 0) + calls;
}

void before_fork() noexcept {
  platform::lock(mutex);
  for (PoolSlot* pool = first_pool; pool != nullptr; pool = pool->next_pool) {
    hold(pool->submit_lock);
    hold(pool->take_lock);
  }
}

void after_fork_in_parent() noexcept {
  for (PoolSlot* pool = first_pool; pool != nullptr; pool = pool->next_pool) {
    static_cast<void>(lock::release(pool->take_lock, 0));
    static_cast<void>(lock::release(pool->submit_lock, 0));
  }
  platform::unlock(mutex);
}

void after_fork_in_child() noexcept {
  const auto* self = static_cast<const ThreadRecord*>(platform::identity().record);
  for (PoolSlot* pool = first_pool; pool != nullptr; pool = pool->next_pool) restart(*pool, self);
  // As new: who was queued for them is not there. In all slots: who came with a stale handle may have held
  // those of one that has no pool.
  pools.for_each([](PoolSlot& pool) {
    atomic::store_relaxed(pool.take_lock, lock::kFree);
    atomic::store_relaxed(pool.submit_lock, lock::kFree);
  });
  forget_holder();
  atomic::store_relaxed(ending, 0);
  platform::unlock(mutex);
}

}  // namespace

const fork::Participant participant = {before_fork, after_fork_in_parent, after_fork_in_child};

}  // namespace thrum::pool
