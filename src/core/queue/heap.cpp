// core/queue/heap.cpp - a heap, and the memory that it is in.
#include "core/queue/heap.hpp"

#include <cstring>

#include "core/word/memory.hpp"

namespace thrum::heap {

namespace {

constexpr std::uint64_t kSmallest = 16;
constexpr std::uint64_t kKept = 64;  // the most entries that an empty heap keeps memory for
constexpr std::uint64_t kChildren = 4;
constexpr int kLevels = 33;  // 4^32 items
// The places before it stay empty, so that the four children of a node lie side by side in one segment.
constexpr std::uint64_t kRoot = 3;

QueueEntry& at(const QueueState& queue, std::uint64_t place) noexcept {
  return queue.pages[place / kSegment / kPage][place / kSegment % kPage][place % kSegment];
}

// ------------------------------------------------------------------------------------------ memory --

constexpr std::size_t kEntry = sizeof(QueueEntry);
constexpr std::size_t kPointer = sizeof(void*);

/// Makes an array one of `capacity` elements, zeroed but for those that were in use. False: no memory, and
/// nothing has changed.
template <class Element>
bool enlarge(Element*& array, std::size_t size_of_element, std::uint64_t used,
             std::uint64_t capacity) noexcept {
  void* const larger = allocate(static_cast<std::size_t>(capacity * size_of_element));
  if (larger == nullptr) return false;
  if (used != 0) std::memcpy(larger, array, static_cast<std::size_t>(used * size_of_element));
  release(array);
  array = static_cast<Element*>(larger);
  return true;
}

/// Whether an array with so many elements, which doubles when it is full, is full.
constexpr bool fills_an_array(std::uint64_t count) noexcept { return (count & (count - 1)) == 0; }
constexpr std::uint64_t twice(std::uint64_t count) noexcept { return count == 0 ? 1 : 2 * count; }

/// Makes a place for the pointer to this segment.
bool make_place(QueueState& queue, std::uint64_t page, std::uint64_t place) noexcept {
  if (place != 0) {
    return page != 0 || !fills_an_array(place) || enlarge(queue.pages[0], kPointer, place, twice(place));
  }
  if (fills_an_array(page) && !enlarge(queue.pages, kPointer, page, twice(page))) return false;
  return enlarge(queue.pages[page], kPointer, 0, page == 0 ? 1 : kPage);
}

/// Makes room for one more entry.
bool reserve(QueueState& queue) noexcept {
  const std::uint64_t capacity = queue.capacity;
  if (kRoot + queue.count < capacity) return true;
  if (capacity != 0 && capacity < kSegment) {
    if (!enlarge(queue.pages[0][0], kEntry, capacity, 2 * capacity)) return false;
    queue.capacity = 2 * capacity;
    return true;
  }
  const std::uint64_t segment = capacity / kSegment;
  const std::uint64_t more = capacity == 0 ? kSmallest : kSegment;
  QueueEntry* entries = nullptr;
  if (!enlarge(entries, kEntry, 0, more)) return false;
  if (!make_place(queue, segment / kPage, segment % kPage)) {
    release(entries);
    return false;
  }
  queue.pages[segment / kPage][segment % kPage] = entries;
  queue.capacity = capacity + more;
  return true;
}

/// Gives up the last segment, which is empty and not the first.
void drop_segment(QueueState& queue, Unused& unused) noexcept {
  queue.capacity -= kSegment;
  const std::uint64_t segment = queue.capacity / kSegment;
  QueueEntry**& page = queue.pages[segment / kPage];
  unused.push(page[segment % kPage]);
  page[segment % kPage] = nullptr;
  if (segment % kPage != 0) return;
  unused.push(page);
  page = nullptr;
}

/// Gives up all memory.
void give_up(QueueState& queue, Unused& unused) noexcept {
  while (queue.capacity > kSegment) drop_segment(queue, unused);
  if (queue.capacity != 0) {
    unused.push(queue.pages[0][0]);
    unused.push(queue.pages[0]);
  }
  unused.push(queue.pages);
  queue.pages = nullptr;
  queue.capacity = 0;
}

// ------------------------------------------------------------------------------------------- order --

std::uint64_t parent(std::uint64_t place) noexcept { return place / kChildren + 2; }
std::uint64_t first_child(std::uint64_t place) noexcept { return place * kChildren - 8; }
static_assert(kRoot == 3 && kSegment % kChildren == 0);

/// 1 or 0; negative: the comparison failed. Of two that are equal the one that came first is earlier.
int earlier(const QueueState& queue, const QueueEntry& a, const QueueEntry& b, void* call) noexcept {
  if (a.order > b.order) return queue.before(call, a.item, b.item);
  const int before = queue.before(call, b.item, a.item);
  return before < 0 ? before : before == 0 ? 1 : 0;
}

/// The index of the earliest of some entries that lie side by side. Negative: the comparison failed.
int earliest(const QueueState& queue, const QueueEntry* entries, int count, void* call) noexcept {
  int first = 0;
  for (int n = 1; n < count; ++n) {
    const int before = earlier(queue, entries[n], entries[first], call);
    if (before < 0) return before;
    if (before > 0) first = n;
  }
  return first;
}

}  // namespace

thrum_status insert(QueueState& queue, std::uint64_t item, void* call) noexcept {
  if (!reserve(queue)) return THRUM_E_NOMEM;
  // The way up of the gap behind the last, until the item fits in.
  std::uint64_t place = kRoot + queue.count;
  QueueEntry* way[kLevels];
  way[0] = &at(queue, place);
  int steps = 0;
  while (place != kRoot) {
    place = parent(place);
    QueueEntry& above = at(queue, place);
    const int before = queue.before(call, item, above.item);
    if (before < 0) return THRUM_E_FAILED;
    if (before == 0) break;
    way[++steps] = &above;
  }
  for (int step = 0; step < steps; ++step) *way[step] = *way[step + 1];
  *way[steps] = {queue.next_order++, item};
  ++queue.count;
  return THRUM_OK;
}

thrum_status remove(QueueState& queue, QueueEntry& out, void* call) noexcept {
  const std::uint64_t end = kRoot + queue.count - 1;
  const QueueEntry last = at(queue, end);
  // The way down of the gap that the first leaves, until the last fits in.
  QueueEntry* way[kLevels];
  way[0] = &at(queue, kRoot);
  int steps = 0;
  for (std::uint64_t child = first_child(kRoot); child < end;) {
    QueueEntry* const children = &at(queue, child);
    const std::uint64_t left = end - child;
    const int first = earliest(queue, children, static_cast<int>(left < kChildren ? left : kChildren), call);
    if (first < 0) return THRUM_E_FAILED;
    const int before = earlier(queue, children[first], last, call);
    if (before < 0) return THRUM_E_FAILED;
    if (before == 0) break;
    way[++steps] = &children[first];
    child = first_child(child + static_cast<std::uint64_t>(first));
  }
  out = *way[0];
  for (int step = 0; step < steps; ++step) *way[step] = *way[step + 1];
  *way[steps] = last;
  --queue.count;
  return THRUM_OK;
}

void restore(QueueState& queue, const QueueEntry& entry) noexcept {
  // It was the first of all: whatever way it comes in from, all that lies there may move down.
  std::uint64_t place = kRoot + queue.count;
  for (; place != kRoot; place = parent(place)) at(queue, place) = at(queue, parent(place));
  at(queue, place) = entry;
  ++queue.count;
}

std::uint64_t remove_any(QueueState& queue) noexcept { return at(queue, kRoot + --queue.count).item; }

void trim(QueueState& queue, Unused& unused) noexcept {
  if (queue.count == 0 && queue.capacity > kKept) return give_up(queue, unused);
  if (queue.capacity > kSegment && kRoot + queue.count + 2 * kSegment <= queue.capacity) {
    drop_segment(queue, unused);
  }
}

void clear(QueueState& queue) noexcept {
  Unused unused;
  give_up(queue, unused);
  queue.count = queue.next_order = 0;
}

}  // namespace thrum::heap
