// core/task/pool_life.hpp - all pools, for the exit and for forks; and how a pool's life ends.
#ifndef THRUM_CORE_TASK_POOL_LIFE_HPP
#define THRUM_CORE_TASK_POOL_LIFE_HPP

#include "core/task/pool_parts.hpp"

namespace thrum::pool {

extern platform::Mutex mutex;
extern PoolSlot* first_pool;  // guarded by it

extern detail::Word ending;  // 1: no pool takes more tasks

/// Acquires a lock of a pool's for a thread that has the mutex: the fork, and the end of all pools. Nobody
/// who has such a lock takes the mutex.
void hold(detail::Word& word) noexcept;
/// In the child of a fork: what hold waits with is not woken by who was about to in the parent.
void forget_holder() noexcept;

/// Gives up a reference to the pool, and the submit lock, which is held.
void drop(PoolSlot& pool, Held& gate) noexcept;

}  // namespace thrum::pool

#endif
