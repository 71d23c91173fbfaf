// core/queue/segments.hpp - the items of a queue that is no heap: a chain of segments.
//
//          first                              last
//   [ . . . a b c ] <-> [ d e f g h i ] <-> [ j k l . . . ] <-> [ a spare one ]
//           ^ first_place                           ^ last_place
//
// Items come in at the end and leave at either end, and none moves but for want of memory: a put takes no
// longer beside millions of items than beside none, and at most it needs memory for one segment more. A
// segment that all items have left is the spare one from then on, or given up where there is one already; and
// a queue that becomes empty gives up all but a small one. The first segment is small, since most queues are;
// each new one is twice as large as the last, up to a size for which a call of the allocator for each is
// nothing beside the puts that fill it.
//
// Call everything here with the queue's lock held.
#ifndef THRUM_CORE_QUEUE_SEGMENTS_HPP
#define THRUM_CORE_QUEUE_SEGMENTS_HPP

#include "core/queue/unused.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

struct QueueSegment {
  QueueSegment* previous;
  QueueSegment* next;
  std::uint64_t capacity;

  std::uint64_t* items() noexcept { return reinterpret_cast<std::uint64_t*>(this + 1); }
};

}  // namespace thrum::detail

namespace thrum::segments {

using detail::QueueSegment;
using detail::QueueState;

inline constexpr std::uint64_t kSmallest = 16;
inline constexpr std::uint64_t kLargest = 512;
/// The largest segment that an empty queue keeps.
inline constexpr std::uint64_t kKept = 64;

/// Goes on to the spare segment, or to a new one; where there is no memory for one, and one is all there is,
/// makes room in that. False: there is none, and nothing has changed.
bool add(QueueState& queue) noexcept;

/// Puts an item behind the last. False: no memory, and nothing has changed.
inline bool append(QueueState& queue, std::uint64_t item) noexcept {
  if ((queue.last == nullptr || queue.last_place == queue.last->capacity) && !add(queue)) return false;
  queue.last->items()[queue.last_place++] = item;
  ++queue.count;
  return true;
}

// The next two take an item out, of which there is one, and leave it in its place until trim().

inline std::uint64_t take_first(QueueState& queue) noexcept {
  --queue.count;
  return queue.first->items()[queue.first_place++];
}

inline std::uint64_t take_last(QueueState& queue) noexcept {
  --queue.count;
  return queue.last->items()[--queue.last_place];
}

/// Undoes take_first, or take_last, if nothing has been called since.
inline void restore_first(QueueState& queue) noexcept {
  ++queue.count;
  --queue.first_place;
}

inline void restore_last(QueueState& queue) noexcept {
  ++queue.count;
  ++queue.last_place;
}

/// What trim has to do where it is something.
void trim_empty(QueueState& queue, Unused& unused) noexcept;
void drop_first(QueueState& queue, Unused& unused) noexcept;
void drop_last(QueueState& queue, Unused& unused) noexcept;

/// What trim does mostly: nothing, or has the one segment begin anew. False: memory is to be given up, and
/// nothing has changed.
inline bool trim_in_place(QueueState& queue) noexcept {
  if (queue.count != 0) return queue.first_place != queue.first->capacity && queue.last_place != 0;
  if (queue.last->next != nullptr || queue.last->capacity > kKept) return false;
  queue.first_place = queue.last_place = 0;
  return true;
}

/// To be called when an item has been taken out for good.
inline void trim(QueueState& queue, Unused& unused) noexcept {
  if (trim_in_place(queue)) return;
  if (queue.count == 0) return trim_empty(queue, unused);
  queue.first_place == queue.first->capacity ? drop_first(queue, unused) : drop_last(queue, unused);
}

/// Frees all memory, whatever is in it.
void clear(QueueState& queue) noexcept;

}  // namespace thrum::segments

#endif
