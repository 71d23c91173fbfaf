// core/queue/queue.cpp - what queues with a ring and queues with a lock have in common: birth and shutdown,
// and which of the two serves a call.
#include "core/queue/queue.hpp"

#include "core/queue/life.hpp"
#include "core/word/memory.hpp"

namespace thrum::queue {

void begin_at(State& queue, std::uint64_t ticket) noexcept {
  const Ring ring(queue);
  if (ring.cells != nullptr) {
    for (std::uint64_t i = 0; i <= ring.mask; ++i) {
      atomic::store_release(ring.at(ticket + i).sequence, 2 * (ticket + i));
    }
  }
  set_words(queue, ticket * kTicket);
}

void clear(detail::Word& word, std::uint64_t flags) noexcept {
  std::uint64_t found = atomic::load_relaxed(word);
  // relaxed: flags are looked at with the mutex or the lock held where it counts.
  while ((found & flags) != 0 && !atomic::change_relaxed(word, found, found & ~flags)) {
  }
}

thrum_status put_slowly(State& queue, Generation generation, std::uint64_t item, double timeout,
                        void* call) noexcept {
  return has_ring(queue) ? ring_put(queue, generation, item, timeout)
                         : locked_put(queue, generation, item, timeout, call);
}

thrum_status get_slowly(State& queue, Generation generation, std::uint64_t& item, double timeout,
                        void* call) noexcept {
  return has_ring(queue) ? ring_get(queue, generation, item, timeout)
                         : locked_get(queue, generation, item, timeout, call);
}

thrum_status open(State& queue, std::int64_t maxsize, bool behind_handle) noexcept {
  Cell* ring = nullptr;
  std::uint64_t mask = 0;
  if (queue.kind == detail::queue_fifo && maxsize > 0 && maxsize <= kLargestRing) {
    mask = (std::uint64_t{1} << bits_of(static_cast<std::uint64_t>(maxsize) - 1)) - 1;
    ring = behind_handle ? cells::take(bits_of(mask))
                         : static_cast<Cell*>(allocate(sizeof(Cell) << bits_of(mask)));
    if (ring == nullptr) return THRUM_E_NOMEM;
  }
  // release: whoever sees one of these looks at the generation after it.
  atomic::store_release(queue.ring, reinterpret_cast<std::uintptr_t>(ring));
  atomic::store_release(queue.mask, mask);
  atomic::store_release(queue.bound, maxsize > 0 ? static_cast<std::uint64_t>(maxsize) : 0);
  atomic::store_release(queue.limit, static_cast<std::uint64_t>(maxsize));
  begin_at(queue, ticket_of(atomic::load_acquire(queue.tail)));
  return THRUM_OK;
}

namespace {

/// Tells all who wait that the queue is shut down: those that wait to get have found it empty.
void turn_away(lot::Bucket& bucket, lot::WakeList& awake) noexcept {
  while (Waiter* waiter = bucket.pop()) {
    waiter->status = THRUM_CLOSED;
    awake.push(*waiter, Verdict::handed_over);
  }
}

}  // namespace

thrum_status shut_down(State& queue, Generation generation) noexcept {
  lot::WakeList awake;
  Exclusive exclusive(queue, generation);
  if (exclusive.status() != THRUM_OK) return exclusive.status();
  lot::BucketPair buckets(&queue.tail, &queue.head);
  std::uint64_t tail = atomic::load_acquire(queue.tail);
  if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
  // [pair: closed] With both mutexes held nobody else goes to wait. Those that wait to put come first: once
  // tail says that the queue is shut down, others may take it for done with and free it.
  clear(queue.head, kParked);
  turn_away(buckets.second(), awake);
  turn_away(buckets.first(), awake);
  thrum_status status = THRUM_OK;
  // release: pairs with the acquire of who finds the queue shut down.
  while (status == THRUM_OK && !atomic::change(queue.tail, tail, (tail & ~kParked) | kClosed)) {
    if (!is_alive(queue, generation)) status = THRUM_E_HANDLE;
  }
  buckets.unlock();
  exclusive.unlock();
  awake.wake_all();
  return status;
}

thrum_status drain(State& queue, Generation generation, std::uint64_t& item) noexcept {
  const thrum_status status =
      has_ring(queue) ? ring_get(queue, generation, item, 0) : locked_drain(queue, generation, item);
  // Where more tasks were said to be done than have been got, this one is done already.
  if (status == THRUM_OK) static_cast<void>(task_done(queue, generation));
  return status;
}

thrum_status size(const State& queue, Generation generation, std::size_t& out) noexcept {
  for (Moment moment;; moment.pass()) {
    const std::uint64_t head = ticket_of(atomic::load_acquire(queue.head));
    const std::uint64_t tail = ticket_of(atomic::load_acquire(queue.tail));
    const std::uint64_t again = ticket_of(atomic::load_acquire(queue.head));
    const std::uint64_t bound = atomic::load_acquire(queue.bound);
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    // While an item is handed over the one may be ahead, or the other one too far.
    if (head != again || head > tail || (bound != 0 && tail - head > bound)) continue;
    out = static_cast<std::size_t>(tail - head);
    return THRUM_OK;
  }
}

thrum_status is_shut_down(const State& queue, Generation generation, bool& out) noexcept {
  const std::uint64_t tail = atomic::load_acquire(queue.tail);
  if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
  out = (tail & kClosed) != 0;
  return THRUM_OK;
}

}  // namespace thrum::queue
