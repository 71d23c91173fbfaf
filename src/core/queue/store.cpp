// core/queue/store.cpp - which end of the chain a queue's items leave at, or whether they are in a heap.
#include "core/queue/store.hpp"

#include "core/queue/heap.hpp"
#include "core/queue/segments.hpp"

namespace thrum::store {

thrum_status insert(QueueState& queue, std::uint64_t item, void* call) noexcept {
  if (order_of(queue) == detail::queue_priority) return heap::insert(queue, item, call);
  return segments::append(queue, item) ? THRUM_OK : THRUM_E_NOMEM;
}

thrum_status remove(QueueState& queue, QueueEntry& out, void* call) noexcept {
  switch (order_of(queue)) {
    case detail::queue_lifo: out.item = segments::take_last(queue); return THRUM_OK;
    case detail::queue_priority: return heap::remove(queue, out, call);
    default: out.item = segments::take_first(queue); return THRUM_OK;
  }
}

void restore(QueueState& queue, const QueueEntry& entry) noexcept {
  switch (order_of(queue)) {
    case detail::queue_lifo: return segments::restore_last(queue);
    case detail::queue_priority: return heap::restore(queue, entry);
    default: return segments::restore_first(queue);
  }
}

std::uint64_t remove_any(QueueState& queue) noexcept {
  switch (order_of(queue)) {
    case detail::queue_lifo: return segments::take_last(queue);
    case detail::queue_priority: return heap::remove_any(queue);
    default: return segments::take_first(queue);
  }
}

void trim(QueueState& queue, Unused& unused) noexcept {
  order_of(queue) == detail::queue_priority ? heap::trim(queue, unused) : segments::trim(queue, unused);
}

void clear(QueueState& queue) noexcept {
  order_of(queue) == detail::queue_priority ? heap::clear(queue) : segments::clear(queue);
}

void forget(QueueState& queue) noexcept {
  queue.first = queue.last = nullptr;
  queue.pages = nullptr;
  queue.capacity = queue.first_place = queue.last_place = queue.count = 0;
}

}  // namespace thrum::store
