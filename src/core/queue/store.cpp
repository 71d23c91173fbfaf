// core/queue/store.cpp - a circle, a stack and a heap in one kind of array.
#include "core/queue/store.hpp"

#include "core/word/memory.hpp"

namespace thrum::store {

namespace {

constexpr std::uint64_t kFirstCapacity = 16;
constexpr std::uint64_t kTrimmedAbove = 64;
constexpr std::uint64_t kChildren = 4;
constexpr int kLevels = 32;  // 4^32 items

std::uint64_t order_of(const QueueState& queue) noexcept { return queue.kind & ~detail::queue_peeks; }

std::uint64_t parent(std::uint64_t index) noexcept { return (index - 1) / kChildren; }

QueueEntry& nth(const QueueState& queue, std::uint64_t n) noexcept {
  return queue.entries[(queue.first + n) & (queue.capacity - 1)];
}

bool resize(QueueState& queue, std::uint64_t capacity) noexcept {
  if (capacity > SIZE_MAX / sizeof(QueueEntry)) return false;
  const auto size = static_cast<std::size_t>(capacity * sizeof(QueueEntry));
  auto* entries = static_cast<QueueEntry*>(allocate(size));
  if (entries == nullptr) return false;
  for (std::uint64_t n = 0; n < queue.count; ++n) entries[n] = nth(queue, n);
  release(queue.entries);
  queue.entries = entries;
  queue.capacity = capacity;
  queue.first = 0;
  return true;
}

/// 1 or 0; negative: the comparison failed. Of two that are equal the one that came first is earlier.
int earlier(const QueueState& queue, const QueueEntry& a, const QueueEntry& b, void* call) noexcept {
  if (a.order > b.order) return queue.before(call, a.item, b.item);
  const int before = queue.before(call, b.item, a.item);
  return before < 0 ? before : before == 0 ? 1 : 0;
}

/// Moves the entries between the node and its ancestor down by one, which leaves a gap at the ancestor.
void shift_down(QueueState& queue, std::uint64_t node, std::uint64_t ancestor) noexcept {
  for (; node != ancestor; node = parent(node)) queue.entries[node] = queue.entries[parent(node)];
}

thrum_status insert_in_heap(QueueState& queue, std::uint64_t item, void* call) noexcept {
  std::uint64_t place = queue.count;
  while (place > 0) {
    const int before = queue.before(call, item, queue.entries[parent(place)].item);
    if (before < 0) return THRUM_E_FAILED;
    if (before == 0) break;
    place = parent(place);
  }
  shift_down(queue, queue.count, place);
  queue.entries[place] = {queue.next_order++, item};
  return THRUM_OK;
}

/// The earliest child of a node that has one, in a heap of `count`. False: the comparison failed.
bool first_child(const QueueState& queue, std::uint64_t node, std::uint64_t count, void* call,
                 std::uint64_t& out) noexcept {
  out = node * kChildren + 1;
  for (std::uint64_t child = out + 1; child < count && child <= node * kChildren + kChildren; ++child) {
    const int before = earlier(queue, queue.entries[child], queue.entries[out], call);
    if (before < 0) return false;
    if (before > 0) out = child;
  }
  return true;
}

thrum_status remove_from_heap(QueueState& queue, void* call) noexcept {
  const std::uint64_t count = queue.count - 1;
  const QueueEntry last = queue.entries[count];
  // The way down of the gap that the first leaves, until the last fits in.
  std::uint64_t way[kLevels];
  int steps = 0;
  for (std::uint64_t gap = 0; gap * kChildren + 1 < count;) {
    std::uint64_t child = 0;
    if (!first_child(queue, gap, count, call, child)) return THRUM_E_FAILED;
    const int before = earlier(queue, queue.entries[child], last, call);
    if (before < 0) return THRUM_E_FAILED;
    if (before == 0) break;
    way[steps++] = child;
    gap = child;
  }
  std::uint64_t gap = 0;
  for (int step = 0; step < steps; ++step) {
    queue.entries[gap] = queue.entries[way[step]];
    gap = way[step];
  }
  queue.entries[gap] = last;
  return THRUM_OK;
}

}  // namespace

thrum_status insert(QueueState& queue, std::uint64_t item, void* call) noexcept {
  if (queue.count == queue.capacity) {
    if (!resize(queue, queue.capacity == 0 ? kFirstCapacity : 2 * queue.capacity)) return THRUM_E_NOMEM;
  }
  if (order_of(queue) == detail::queue_priority) {
    const thrum_status status = insert_in_heap(queue, item, call);
    if (status != THRUM_OK) return status;
  } else {
    nth(queue, queue.count) = {0, item};
  }
  ++queue.count;
  return THRUM_OK;
}

thrum_status remove(QueueState& queue, QueueEntry& out, void* call) noexcept {
  switch (order_of(queue)) {
    case detail::queue_lifo: out = nth(queue, queue.count - 1); break;
    case detail::queue_priority: {
      out = queue.entries[0];
      const thrum_status status = remove_from_heap(queue, call);
      if (status != THRUM_OK) return status;
      break;
    }
    default: out = nth(queue, 0); queue.first = (queue.first + 1) & (queue.capacity - 1);
  }
  --queue.count;
  return THRUM_OK;
}

void restore(QueueState& queue, const QueueEntry& entry) noexcept {
  switch (order_of(queue)) {
    case detail::queue_lifo: nth(queue, queue.count) = entry; break;
    case detail::queue_priority:
      // It was the first of all: whatever way it comes in from, all that lies there may move down.
      shift_down(queue, queue.count, 0);
      queue.entries[0] = entry;
      break;
    default: queue.first = (queue.first - 1) & (queue.capacity - 1); queue.entries[queue.first] = entry;
  }
  ++queue.count;
}

std::uint64_t remove_any(QueueState& queue) noexcept {
  if (order_of(queue) != detail::queue_fifo) return queue.entries[--queue.count].item;
  QueueEntry entry{};
  static_cast<void>(remove(queue, entry, nullptr));
  return entry.item;
}

void trim(QueueState& queue) noexcept {
  // Where there is no memory for the smaller array, the larger one will do.
  if (queue.capacity > kTrimmedAbove && queue.count < queue.capacity / 8) {
    static_cast<void>(resize(queue, queue.capacity / 2));
  }
}

void clear(QueueState& queue) noexcept {
  release(queue.entries);
  queue.entries = nullptr;
  queue.capacity = queue.first = queue.count = queue.next_order = 0;
}

}  // namespace thrum::store
