// core/queue/store.hpp - the items of a queue that has a lock: an array that grows and shrinks, in the
// queue's order.
//
//   first in, first out   a circle that begins at `first`
//   last in, first out    a stack
//   priority              a heap of four children to a node; equal items in the order in which they came
//
// Everything here is called with the queue's lock held. The comparison is the user's and may fail: what is
// compared is compared before anything moves, so a failure leaves all as it was.
#ifndef THRUM_CORE_QUEUE_STORE_HPP
#define THRUM_CORE_QUEUE_STORE_HPP

#include "thrum/detail/core.hpp"

namespace thrum::store {

using detail::QueueEntry;
using detail::QueueState;

/// THRUM_E_NOMEM, THRUM_E_FAILED: nothing has changed.
thrum_status insert(QueueState& queue, std::uint64_t item, void* call) noexcept;

/// Takes out the item whose turn it is, of one that is not empty. THRUM_E_FAILED: nothing has changed.
thrum_status remove(QueueState& queue, QueueEntry& out, void* call) noexcept;

/// Undoes the remove before it. Never fails.
void restore(QueueState& queue, const QueueEntry& entry) noexcept;

/// Takes out any item, of one that is not empty. Never fails.
std::uint64_t remove_any(QueueState& queue) noexcept;

/// Gives back memory where most of it is not in use.
void trim(QueueState& queue) noexcept;

/// Frees all memory, whatever is in it.
void clear(QueueState& queue) noexcept;

}  // namespace thrum::store

#endif
