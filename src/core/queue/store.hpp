// core/queue/store.hpp - the items of a queue that has a lock, in the queue's order: in a chain of segments,
// from which they leave at the one end or the other, or in a heap.
//
// Everything here is called with the queue's lock held, and takes no longer the more items there are but for
// the comparisons of a heap. Memory is taken a segment at a time, and given back so, but for one to spare.
#ifndef THRUM_CORE_QUEUE_STORE_HPP
#define THRUM_CORE_QUEUE_STORE_HPP

#include "core/queue/unused.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::store {

using detail::QueueEntry;
using detail::QueueState;

/// In which order items leave.
inline std::uint64_t order_of(const QueueState& queue) noexcept { return queue.kind & ~detail::queue_peeks; }

/// THRUM_E_NOMEM, THRUM_E_FAILED: nothing has changed.
thrum_status insert(QueueState& queue, std::uint64_t item, void* call) noexcept;

/// Takes out the item whose turn it is, of one that is not empty. THRUM_E_FAILED: nothing has changed. To be
/// followed by trim or restore.
thrum_status remove(QueueState& queue, QueueEntry& out, void* call) noexcept;

/// Undoes the remove before it. Never fails.
void restore(QueueState& queue, const QueueEntry& entry) noexcept;

/// Takes out any item, of one that is not empty. Never fails. To be followed by trim.
std::uint64_t remove_any(QueueState& queue) noexcept;

/// Gives up memory that is not in use any more.
void trim(QueueState& queue, Unused& unused) noexcept;

/// Frees all memory, whatever is in it.
void clear(QueueState& queue) noexcept;

/// Leaves all memory where it is, and begins anew: of a queue that a lost thread was changing.
void forget(QueueState& queue) noexcept;

}  // namespace thrum::store

#endif
