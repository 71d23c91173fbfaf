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
  // [pair: search] with leave_search. ordered: behind the change of tail by who brings a task, in append. Its
  // partner is the look at tail behind the change of searching: one of the two sees the other.
  // [pair: reserves] with rest. Who brings a task has the submit lock, as has who goes to rest. Who leaves
  // its search has not; but where a task has been brought that relies on it, its look comes behind that
  // one's, in the order of these, which came behind the rest.
  return atomic::load_ordered(pool.searching) == 0 && atomic::load_acquire(pool.reserves) != 0;
}

/// Has a resting worker search, or a new one. Call with the submit lock held, which this gives up.
void call_for_help(PoolSlot& pool, Held& gate) noexcept;

/// Wakes every worker that rests. Call with the submit lock held.
void wake_all(PoolSlot& pool) noexcept;

}  // namespace thrum::pool

#endif
