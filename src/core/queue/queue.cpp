// core/queue/queue.cpp - what queues with a ring and queues with a lock have in common: birth and end, tasks,
// shutdown.
#include "core/queue/queue.hpp"

#include "core/queue/store.hpp"
#include "core/self/runtime.hpp"
#include "core/sync/lock.hpp"
#include "core/word/memory.hpp"

namespace thrum::queue {

namespace {

bool has_ring(const State& queue) noexcept { return atomic::load_acquire(queue.ring) != 0; }

/// With the lock of a queue that has one.
class Exclusive {
 public:
  Exclusive(State& queue, Generation generation) noexcept : queue_(queue), generation_(generation) {
    status_ = is_alive(queue, generation) ? THRUM_OK : THRUM_E_HANDLE;
    if (status_ != THRUM_OK || has_ring(queue)) return;
    status_ = lock::acquire(queue.word, generation, THRUM_FOREVER);
    held_ = status_ == THRUM_OK;
  }
  Exclusive(const Exclusive&) = delete;
  Exclusive& operator=(const Exclusive&) = delete;
  ~Exclusive() { unlock(); }

  void unlock() noexcept {
    if (held_) static_cast<void>(lock::release(queue_.word, generation_));
    held_ = false;
  }
  /// The lock has gone with the queue's life.
  void forget() noexcept { held_ = false; }
  thrum_status status() const noexcept { return status_; }

 private:
  State& queue_;
  Generation generation_;
  thrum_status status_;
  bool held_ = false;
};

unsigned bits_of(std::uint64_t mask) noexcept {
  unsigned bits = 0;
  while (mask >> bits != 0) ++bits;
  return bits;
}

void set_words(State& queue, std::uint64_t bits) noexcept {
  // release: who sees the tickets sees the cells.
  atomic::store_release(queue.tail, bits);
  atomic::store_release(queue.head, bits);
  atomic::store_release(queue.done, bits);
}

/// Begins anew with tickets from this one on.
void begin_at(State& queue, std::uint64_t ticket) noexcept {
  const Ring ring(queue);
  if (ring.cells != nullptr) {
    for (std::uint64_t i = 0; i <= ring.mask; ++i) {
      atomic::store_release(ring.at(ticket + i).sequence, 2 * (ticket + i));
    }
  }
  set_words(queue, ticket * kTicket);
}

/// Whether every ticket of the ring has been put, or got, to the end. Call with both words frozen.
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

/// Keeps everybody from changing the word. THRUM_E_BUSY: threads wait for it.
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

/// Enters the queue of those in join. False: a task has been done, or the queue is no more.
bool park_to_join(State& queue, Generation generation, std::uint64_t done, Waiter& self) noexcept {
  lot::Bucket bucket(&queue.done);
  if (!is_alive(queue, generation)) return false;
  if ((done & kParked) != 0 ? atomic::load_acquire(queue.done) != done
                            : !atomic::change(queue.done, done, done | kParked)) {
    return false;
  }
  bucket.push(self, Kind::queue);
  return true;
}

/// Tells all who wait that the queue is shut down: those that wait to get have found it empty.
void turn_away(lot::Bucket& bucket, lot::WakeList& awake) noexcept {
  while (Waiter* waiter = bucket.pop()) {
    waiter->status = THRUM_CLOSED;
    awake.push(*waiter, Verdict::handed_over);
  }
}

/// task_done with threads in join.
thrum_status task_done_slowly(State& queue, Generation generation) noexcept {
  lot::WakeList awake;
  lot::Bucket bucket(&queue.done);
  std::uint64_t done = atomic::load_acquire(queue.done);
  bool last = false;
  do {
    const std::uint64_t tail = atomic::load_acquire(queue.tail);
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    if (ticket_of(done) >= ticket_of(tail)) return THRUM_E_VALUE;
    last = ticket_of(done) + 1 == ticket_of(tail);
  } while (!atomic::change(queue.done, done, (last ? done & ~kParked : done) + kTicket));
  if (last) awake.push_all(bucket);
  bucket.unlock();
  awake.wake_all();
  return THRUM_OK;
}

}  // namespace

void clear(detail::Word& word, std::uint64_t flags) noexcept {
  std::uint64_t found = atomic::load_relaxed(word);
  // relaxed would do: flags are looked at with the mutex or the lock held where it counts.
  while ((found & flags) != 0 && !atomic::change(word, found, found & ~flags)) {
  }
}

thrum_status put_slowly(State& queue, Generation generation, std::uint64_t item, double timeout,
                        void* call) noexcept {
  const thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  return has_ring(queue) ? ring_put(queue, generation, item, deadline)
                         : locked_put(queue, generation, item, deadline, call);
}

thrum_status get_slowly(State& queue, Generation generation, std::uint64_t& item, double timeout,
                        void* call) noexcept {
  const thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  return has_ring(queue) ? ring_get(queue, generation, item, deadline)
                         : locked_get(queue, generation, item, deadline, call);
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

thrum_status task_done(State& queue, Generation generation) noexcept {
  std::uint64_t done = atomic::load_acquire(queue.done);
  for (;;) {
    // tail after done: it never falls behind.
    const std::uint64_t tail = atomic::load_acquire(queue.tail);
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    if ((done & kParked) != 0) return task_done_slowly(queue, generation);
    if (ticket_of(done) >= ticket_of(tail)) return THRUM_E_VALUE;
    // release: what the task did comes before the join that it lets go.
    if (atomic::change(queue.done, done, done + kTicket)) return THRUM_OK;
  }
}

thrum_status join(State& queue, Generation generation, double timeout) noexcept {
  const thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Waiter* self = nullptr;
  Spin spin(Spin::kSignal);
  for (;;) {
    const std::uint64_t done = atomic::load_acquire(queue.done);
    const std::uint64_t tail = atomic::load_acquire(queue.tail);
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    if (ticket_of(done) == ticket_of(tail)) return THRUM_OK;
    if (deadline == kPoll) return THRUM_TIMEOUT;
    if ((done & kParked) == 0 && spin.again()) continue;
    if (self == nullptr) self = runtime::waiter();
    if (self == nullptr) return THRUM_E_NOMEM;
    if (!park_to_join(queue, generation, done, *self)) continue;
    if (lot::wait(*self, deadline)) return THRUM_OK;
    return lot::leave(*self, &queue.done, [&] { clear(queue.done, kParked); }) ? THRUM_TIMEOUT : THRUM_OK;
  }
}

thrum_status shut_down(State& queue, Generation generation) noexcept {
  lot::WakeList awake;
  Exclusive exclusive(queue, generation);
  if (exclusive.status() != THRUM_OK) return exclusive.status();
  lot::BucketPair buckets(&queue.tail, &queue.head);
  std::uint64_t tail = atomic::load_acquire(queue.tail);
  if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
  // With both mutexes held nobody else goes to wait. Those that wait to put come first: once tail says that
  // the queue is shut down, others may take it for done with and free it.
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
      has_ring(queue) ? ring_get(queue, generation, item, kPoll) : locked_drain(queue, generation, item);
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

thrum_status unfinished(const State& queue, Generation generation, std::size_t& out) noexcept {
  for (Moment moment;; moment.pass()) {
    const std::uint64_t done = ticket_of(atomic::load_acquire(queue.done));
    const std::uint64_t tail = ticket_of(atomic::load_acquire(queue.tail));
    const std::uint64_t again = ticket_of(atomic::load_acquire(queue.done));
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    if (done != again) continue;
    out = static_cast<std::size_t>(tail - done);
    return THRUM_OK;
  }
}

thrum_status is_shut_down(const State& queue, Generation generation, bool& out) noexcept {
  const std::uint64_t tail = atomic::load_acquire(queue.tail);
  if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
  out = (tail & kClosed) != 0;
  return THRUM_OK;
}

thrum_status reinitialise(State& queue, Generation generation, detail::QueueDispose dispose,
                          void* context) noexcept {
  const std::uint64_t word = atomic::load_acquire(queue.word);
  if (generation_of(word) != generation) return THRUM_E_HANDLE;
  if ((word & lock::kHeld) != 0) {
    // Another thread was changing the store when the process forked: what is in it cannot be told.
    queue.entries = nullptr;
    queue.capacity = queue.first = queue.count = 0;
  }
  dispose_of_items(queue, dispose, context);
  begin_at(queue, ticket_of(atomic::load_acquire(queue.tail)) + 1);
  atomic::store_release(queue.word, make_word(generation, lock::kFree));
  return THRUM_OK;
}

}  // namespace thrum::queue

namespace thrum::detail {

thrum_status thrum_core_queue_open(QueueState& queue, std::int64_t maxsize) noexcept {
  return queue::open(queue, maxsize, false);
}

void thrum_core_queue_close(QueueState& queue, QueueDispose dispose, void* context) noexcept {
  queue::dismantle(queue, false, dispose, context);
}

thrum_status thrum_core_queue_put(QueueState& queue, std::uint32_t generation, std::uint64_t item,
                                  double timeout, void* call) noexcept {
  return queue::put(queue, generation, item, timeout, call);
}

thrum_status thrum_core_queue_get(QueueState& queue, std::uint32_t generation, std::uint64_t& item,
                                  double timeout, void* call) noexcept {
  return queue::get(queue, generation, item, timeout, call);
}

thrum_status thrum_core_queue_peek(QueueState& queue, QueueEntry& entry, double timeout,
                                   void* call) noexcept {
  const thrum_status status = check_timeout_not_negative(timeout);
  return status == THRUM_OK ? queue::locked_peek(queue, entry, deadline_after(timeout), call) : status;
}

void thrum_core_queue_take(QueueState& queue, const QueueEntry& entry, bool taken, void* call) noexcept {
  queue::locked_take(queue, entry, taken, call);
}

thrum_status thrum_core_queue_task_done(QueueState& queue, std::uint32_t generation) noexcept {
  return queue::task_done(queue, generation);
}

thrum_status thrum_core_queue_join(QueueState& queue, std::uint32_t generation, double timeout) noexcept {
  return queue::join(queue, generation, timeout);
}

thrum_status thrum_core_queue_shutdown(QueueState& queue, std::uint32_t generation) noexcept {
  return queue::shut_down(queue, generation);
}

thrum_status thrum_core_queue_drain(QueueState& queue, std::uint32_t generation,
                                    std::uint64_t& item) noexcept {
  return queue::drain(queue, generation, item);
}

thrum_status thrum_core_queue_size(const QueueState& queue, std::uint32_t generation,
                                   std::size_t& out) noexcept {
  return queue::size(queue, generation, out);
}

thrum_status thrum_core_queue_unfinished(const QueueState& queue, std::uint32_t generation,
                                         std::size_t& out) noexcept {
  return queue::unfinished(queue, generation, out);
}

thrum_status thrum_core_queue_is_shutdown(const QueueState& queue, std::uint32_t generation,
                                          bool& out) noexcept {
  return queue::is_shut_down(queue, generation, out);
}

thrum_status thrum_core_queue_reinit(QueueState& queue, std::uint32_t generation, QueueDispose dispose,
                                     void* context) noexcept {
  return queue::reinitialise(queue, generation, dispose, context);
}

}  // namespace thrum::detail
