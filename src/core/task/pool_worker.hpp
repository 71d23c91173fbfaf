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
  // ordered: behind the change of tail by who brings a task, in append. Its partner is the look at tail
  // behind the change of searching, in leave_search: one of the two sees the other.
  return atomic::load_ordered(pool.searching) == 0 && atomic::load_acquire(pool.reserves) != 0;
}

/// Has a resting worker search, or a new one. Call with the submit lock held, which this gives up.
void call_for_help(PoolSlot& pool, Held& gate) noexcept;

/// Wakes every worker that rests. Call with the submit lock held.
void wake_all(PoolSlot& pool) noexcept;

}  // namespace thrum::pool

#endif
