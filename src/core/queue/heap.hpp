// core/queue/heap.hpp - the items of a priority queue: a heap of four children to a node; equal items leave
// in the order in which they came.
//
// Its entries are in segments of 256, found by way of pages of 512 segments each, and of the list of all
// pages. No entry ever moves but in the heap's order, so a put needs memory for one segment and one page at
// most, however many entries there are; what grows by being copied is the list of pages, which has one
// pointer for 131,072 entries. Where there is but one page, or one segment, that begins small and doubles. A
// heap that becomes empty gives up all but a small segment.
//
// Call everything here with the queue's lock held. The comparison is the user's and may fail: what is
// compared is compared before anything moves, so a failure leaves all as it was.
#ifndef THRUM_CORE_QUEUE_HEAP_HPP
#define THRUM_CORE_QUEUE_HEAP_HPP

#include "core/queue/unused.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::heap {

using detail::QueueEntry;
using detail::QueueState;

inline constexpr std::uint64_t kSegment = 256;
inline constexpr std::uint64_t kPage = 512;

/// THRUM_E_NOMEM, THRUM_E_FAILED: nothing has changed.
thrum_status insert(QueueState& queue, std::uint64_t item, void* call) noexcept;

/// Takes out the first, of a heap that is not empty. THRUM_E_FAILED: nothing has changed.
thrum_status remove(QueueState& queue, QueueEntry& out, void* call) noexcept;

/// Undoes the remove before it. Never fails.
void restore(QueueState& queue, const QueueEntry& entry) noexcept;

/// Takes out any item, of a heap that is not empty. Never fails.
std::uint64_t remove_any(QueueState& queue) noexcept;

/// To be called when an item has been taken out for good. Gives up the last segment where the one before it
/// is empty, too.
void trim(QueueState& queue, Unused& unused) noexcept;

/// Frees all memory, whatever is in it.
void clear(QueueState& queue) noexcept;

}  // namespace thrum::heap

#endif
