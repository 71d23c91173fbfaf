// core/task/pool_worker.hpp - the workers, as those see them who bring work or end it.
#ifndef THRUM_CORE_TASK_POOL_WORKER_HPP
#define THRUM_CORE_TASK_POOL_WORKER_HPP

#include "core/task/pool_parts.hpp"

namespace thrum::pool {

/// Starts one more worker, of which there may be one. Call with the submit lock held; it is given up for a
/// while, and held again in the end.
thrum_status hire(PoolSlot& pool, Held& gate) noexcept;

/// Whether a call for help would be heard, and is needed.
inline bool may_help(PoolSlot& pool) noexcept {
  // acquire: pairs with those who change them, by operations that are in one order with whoever brings a task
  // or leaves one behind.
  return atomic::load_acquire(pool.searching) == 0 && atomic::load_acquire(pool.reserves) != 0;
}

/// Has a resting worker search, or a new one. Call with the submit lock held, which this gives up.
void call_for_help(PoolSlot& pool, Held& gate) noexcept;

/// Wakes every worker that rests. Call with the submit lock held.
void wake_all(PoolSlot& pool) noexcept;

}  // namespace thrum::pool

#endif
