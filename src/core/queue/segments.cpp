// core/queue/segments.cpp - segments that come and go.
#include "core/queue/segments.hpp"

#include "core/word/memory.hpp"

namespace thrum::segments {

namespace {

/// Makes it the one behind the last.
void link_behind(QueueState& queue, QueueSegment& segment) noexcept {
  segment.previous = queue.last;
  segment.next = nullptr;
  (queue.last != nullptr ? queue.last->next : queue.first) = &segment;
}

/// Where all items are in one segment, makes room there in place of those that have left it.
bool move_up(QueueState& queue) noexcept {
  if (queue.last == nullptr || queue.first != queue.last || queue.first_place == 0) return false;
  std::uint64_t* const items = queue.first->items();
  for (std::uint64_t place = queue.first_place; place != queue.last_place; ++place) {
    items[place - queue.first_place] = items[place];
  }
  queue.last_place -= queue.first_place;
  queue.first_place = 0;
  return true;
}

}  // namespace

bool add(QueueState& queue) noexcept {
  if (queue.last == nullptr || queue.last->next == nullptr) {
    const std::uint64_t twice = queue.last == nullptr ? kSmallest : 2 * queue.last->capacity;
    const std::uint64_t capacity = twice < kLargest ? twice : kLargest;
    const auto size = static_cast<std::size_t>(sizeof(QueueSegment) + capacity * sizeof(std::uint64_t));
    auto* segment = static_cast<QueueSegment*>(allocate(size));
    if (segment == nullptr) return move_up(queue);
    segment->capacity = capacity;
    link_behind(queue, *segment);
  }
  queue.last = queue.last == nullptr ? queue.first : queue.last->next;
  queue.last_place = 0;
  return true;
}

void trim_empty(QueueState& queue, Unused& unused) noexcept {
  queue.first_place = queue.last_place = 0;
  QueueSegment* const spare = queue.last->next;
  queue.last->next = nullptr;
  unused.push(spare);
  if (queue.last->capacity <= kKept) return;
  unused.push(queue.last);
  queue.first = queue.last = nullptr;
}

void drop_first(QueueState& queue, Unused& unused) noexcept {
  QueueSegment* const left = queue.first;
  queue.first = left->next;
  queue.first->previous = nullptr;
  queue.first_place = 0;
  // The larger of two spare ones stays.
  QueueSegment* const spare = queue.last->next;
  if (spare != nullptr && spare->capacity >= left->capacity) return unused.push(left);
  unused.push(spare);
  link_behind(queue, *left);
}

void drop_last(QueueState& queue, Unused& unused) noexcept {
  QueueSegment* const left = queue.last;
  unused.push(left->next);
  left->next = nullptr;
  queue.last = left->previous;
  queue.last_place = queue.last->capacity;
}

void clear(QueueState& queue) noexcept {
  while (QueueSegment* const segment = queue.first) {
    queue.first = segment->next;
    release(segment);
  }
  queue.last = nullptr;
  queue.first_place = queue.last_place = queue.count = 0;
}

}  // namespace thrum::segments
