// core/queue/end.cpp - the end of a queue: of its life behind a handle, of its items and memory; and its new
// beginning after a fork.
#include "core/queue/life.hpp"
#include "core/queue/store.hpp"
#include "core/word/memory.hpp"

namespace thrum::queue {

namespace {

/// Whether every ticket of the ring has been put, or got, to the end. Call with both words frozen. [pair:
/// frozen]
bool is_settled(const State& queue) noexcept {
  const Ring ring(queue);
  const std::uint64_t head = ticket_of(atomic::load_acquire(queue.head));
  const std::uint64_t tail = ticket_of(atomic::load_acquire(queue.tail));
  for (std::uint64_t ticket = head; ticket != head + ring.mask + 1; ++ticket) {
    if (!(ticket < tail ? ring.is_filled(ticket) : ring.is_free(ticket))) return false;
  }
  return true;
}

bool is_waited_for(detail::Word& word) noexcept {
  const lot::Bucket bucket(&word);
  if (bucket.in_use()) return true;
  clear(word, kParked);  // in the child of a fork
  return false;
}

/// Keeps everybody from changing the word. THRUM_E_BUSY: threads wait for it. [pair: frozen] on one word: a
/// step that was made before shows in it, and has its cell settled in the end; one that comes after fails.
thrum_status freeze(State& queue, detail::Word& word, Generation generation) noexcept {
  for (Moment moment;; moment.pass()) {
    std::uint64_t found = atomic::load_acquire(word);
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    if ((found & kFrozen) != 0) continue;
    if ((found & kParked) != 0) {
      if (is_waited_for(word)) return THRUM_E_BUSY;
      continue;
    }
    if (atomic::change(word, found, found | kFrozen)) return THRUM_OK;
  }
}

/// The step that ends the life, if nobody waits for the lock or in a join.
thrum_status end_frozen(State& queue, Generation generation) noexcept {
  if (has_ring(queue) && !is_settled(queue)) return THRUM_E_BUSY;
  lot::BucketPair buckets(&queue.word, &queue.done);
  if (buckets.first().in_use() || buckets.second().in_use()) return THRUM_E_BUSY;
  // release: pairs with the acquire in is_alive.
  atomic::store_release(queue.word, make_word(generation + 1, 0));
  return THRUM_OK;
}

void dispose_of_items(State& queue, detail::QueueDispose dispose, void* context) noexcept {
  const Ring ring(queue);
  if (ring.cells == nullptr) {
    while (queue.count != 0) {
      const std::uint64_t item = store::remove_any(queue);
      Unused unused;
      store::trim(queue, unused);
      if (dispose != nullptr) dispose(context, item);
    }
    return;
  }
  const std::uint64_t tail = ticket_of(atomic::load_acquire(queue.tail));
  for (std::uint64_t ticket = ticket_of(atomic::load_acquire(queue.head)); ticket < tail; ++ticket) {
    // In the child of a fork, one whose put got no further is none.
    if (ring.is_filled(ticket) && dispose != nullptr) dispose(context, ring.item(ticket));
  }
}

}  // namespace

thrum_status end_life(State& queue, Generation generation) noexcept {
  Exclusive exclusive(queue, generation);
  if (exclusive.status() != THRUM_OK) return exclusive.status();
  thrum_status status = freeze(queue, queue.tail, generation);
  if (status != THRUM_OK) return status;
  status = freeze(queue, queue.head, generation);
  if (status == THRUM_OK) {
    status = end_frozen(queue, generation);
    if (status == THRUM_OK) {
      exclusive.forget();
      return status;
    }
    clear(queue.head, kFrozen);
  }
  clear(queue.tail, kFrozen);
  return status;
}

void dismantle(State& queue, bool behind_handle, detail::QueueDispose dispose, void* context) noexcept {
  dispose_of_items(queue, dispose, context);
  store::clear(queue);
  const Ring ring(queue);
  if (!behind_handle) {
    release(ring.cells);
    return;
  }
  if (ring.cells != nullptr) cells::put_back(ring.cells, bits_of(ring.mask));
  // Frozen until the next life, which begins with a ticket that this one has not seen.
  set_words(queue, (ticket_of(atomic::load_acquire(queue.tail)) + 1) * kTicket | kFrozen);
}

thrum_status reinitialise(State& queue, Generation generation, detail::QueueDispose dispose,
                          void* context) noexcept {
  const std::uint64_t word = atomic::load_acquire(queue.word);
  if (generation_of(word) != generation) return THRUM_E_HANDLE;
  if ((word & lock::kHeld) != 0) {
    // Another thread was changing the store when the process forked: what is in it cannot be told.
    store::forget(queue);
  }
  dispose_of_items(queue, dispose, context);
  begin_at(queue, ticket_of(atomic::load_acquire(queue.tail)) + 1);
  atomic::store_release(queue.word, make_word(generation, lock::kFree));
  return THRUM_OK;
}

}  // namespace thrum::queue
