// core/queue/ring.cpp - a bounded queue, first in first out: what its quick steps in queue.hpp do not do.
#include "core/queue/queue.hpp"
#include "core/self/runtime.hpp"

namespace thrum::queue {

namespace {

/// What has come of a step that needs a bucket.
enum class Step { done, again };

/// Enters the queue of those that wait to get. False: something has been put, or else changed.
bool park_to_get(State& queue, Generation generation, std::uint64_t tail, Waiter& self) noexcept {
  lot::Bucket bucket(&queue.tail);
  if (!is_alive(queue, generation)) return false;
  // The ticket is the one that head was found at: nothing has been put since, and the queue is empty. [pair:
  // ring] with the change of tail by who puts, which comes before this, or finds PARKED and takes the mutex.
  if ((tail & kParked) != 0 ? atomic::load_acquire(queue.tail) != tail
                            : !atomic::change(queue.tail, tail, tail | kParked)) {
    return false;
  }
  bucket.push(self, Kind::queue);
  return true;
}

/// Enters the queue of those that wait to put. False: something has been got, or the queue shut down.
bool park_to_put(State& queue, Generation generation, std::uint64_t head, std::uint64_t item,
                 Waiter& self) noexcept {
  lot::Bucket bucket(&queue.head);
  if (!is_alive(queue, generation)) return false;
  // shut_down holds this mutex while it sets the flag, and wakes whom it finds here. [pair: closed]
  if ((atomic::load_acquire(queue.tail) & kClosed) != 0) return false;
  if ((head & kParked) != 0 ? atomic::load_acquire(queue.head) != head
                            : !atomic::change(queue.head, head, head | kParked)) {
    return false;
  }
  self.item = item;
  bucket.push(self, Kind::queue);
  return true;
}

/// Puts where threads wait to get: hands the item to the first of them.
Step hand_over(State& queue, Generation generation, const Ring& ring, std::uint64_t item) noexcept {
  lot::Bucket bucket(&queue.tail);
  const std::uint64_t tail = atomic::load_acquire(queue.tail);
  if (!is_alive(queue, generation) || (tail & kFlags) != kParked) return Step::again;
  if (!bucket.occupied()) {
    // In the child of a fork: they are gone.
    clear(queue.tail, kParked);
    return Step::again;
  }
  const std::uint64_t ticket = ticket_of(tail);
  if (!ring.is_free(ticket)) return Step::again;  // the one who got what was there is not done yet
  Waiter* first = bucket.pop();
  // The queue is empty, and nobody else can put: every put comes here. The ticket passes through the ring
  // without an item. head goes first, so that nobody takes a queue of one for full.
  ring.free(ticket);
  std::uint64_t head = atomic::load_acquire(queue.head);
  while (!atomic::change(queue.head, head, head + kTicket)) {
  }
  const std::uint64_t parked = bucket.occupied() ? kParked : 0;
  // release: pairs with the acquires of all who look at it. Nobody else changes it, see above.
  atomic::store_release(queue.tail, (ticket + 1) * kTicket | parked);
  first->item = item;
  bucket.unlock();
  lot::wake(*first, Verdict::handed_over);
  return Step::done;
}

/// Gets where threads wait to put: lets the first of them have the room.
Step get_and_refill(State& queue, Generation generation, const Ring& ring, std::uint64_t& item) noexcept {
  lot::Bucket bucket(&queue.head);
  const std::uint64_t head = atomic::load_acquire(queue.head);
  if (!is_alive(queue, generation) || (head & kFlags) != kParked) return Step::again;
  if (!bucket.occupied()) {
    clear(queue.head, kParked);
    return Step::again;
  }
  const std::uint64_t ticket = ticket_of(head);
  if (!ring.is_filled(ticket)) return Step::again;
  std::uint64_t tail = atomic::load_acquire(queue.tail);
  const std::uint64_t refilled = ticket_of(tail);
  const bool same_cell = &ring.at(refilled) == &ring.at(ticket);
  if (!same_cell && !ring.is_free(refilled)) return Step::again;
  // tail goes first: with one item too many for a moment the queue is still full, and not empty.
  if ((tail & kFlags) != 0 || !atomic::change(queue.tail, tail, tail + kTicket)) return Step::again;
  Waiter* first = bucket.pop();
  const std::uint64_t parked = bucket.occupied() ? kParked : 0;
  item = ring.item(ticket);
  if (!same_cell) ring.free(ticket);
  ring.fill(refilled, first->item);
  // release: as in hand_over.
  atomic::store_release(queue.head, (ticket + 1) * kTicket | parked);
  bucket.unlock();
  lot::wake(*first, Verdict::handed_over);
  return Step::done;
}

/// Keeps away for a while from a word that another thread has changed first: that one has the cache line, and
/// does many steps with it before the line has to move again.
class Rivals {
 public:
  void give_way() noexcept {
    if (platform::kSimulated) return;
    const std::uint64_t start = platform::now();
    while (platform::now() - start < time_) platform::pause();
    if (time_ < kLongest) time_ *= 2;
  }

 private:
  static constexpr std::uint64_t kLongest = 1600;  // nanoseconds
  std::uint64_t time_ = 400;
};

/// For one that has found the queue full: looks on until there is some room, or it is time to park. Those
/// that put and those that get meet in the same cells where they take turns at one place, and hardly at all
/// where they are apart.
void await_some_room(const State& queue, const Ring& ring, Spin& spin) noexcept {
  const std::uint64_t some = ring.bound / 8;
  for (;;) {
    const std::uint64_t tail = atomic::load_acquire(queue.tail);
    const std::uint64_t head = atomic::load_acquire(queue.head);
    if ((tail & kFlags) != 0 || (head & kFlags) != 0) return;
    if (ticket_of(tail) - ticket_of(head) + some <= ring.bound || !spin.again()) return;
  }
}

}  // namespace

thrum_status ring_put(State& queue, Generation generation, std::uint64_t item, double timeout) noexcept {
  const thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Waiter* self = nullptr;
  Spin spin(Spin::kSignal);
  Moment moment;
  Rivals rivals;
  for (;;) {
    std::uint64_t tail = atomic::load_acquire(queue.tail);
    const Ring ring(queue);
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    const std::uint64_t ticket = ticket_of(tail);
    if ((tail & kClosed) != 0) return THRUM_CLOSED;
    if ((tail & kParked) != 0) {
      if (hand_over(queue, generation, ring, item) == Step::done) return THRUM_OK;
      moment.pass();
      continue;
    }
    if ((tail & kFrozen) == 0 && ring.has_room(ticket) && ring.is_free(ticket)) {
      if (!atomic::change(queue.tail, tail, tail + kTicket)) {
        rivals.give_way();
        continue;
      }
      ring.fill(ticket, item);
      return THRUM_OK;
    }
    // head after tail: what is full now was full when head was loaded.
    const std::uint64_t head = atomic::load_acquire(queue.head);
    if ((tail & kFrozen) != 0 || (head & kFrozen) != 0 || ticket - ticket_of(head) != ring.bound) {
      moment.pass();
      continue;
    }
    if (deadline == kPoll) return is_alive(queue, generation) ? THRUM_FULL : THRUM_E_HANDLE;
    // Whoever is parked has been here for longer.
    if ((head & kParked) == 0 && spin.again()) {
      await_some_room(queue, ring, spin);
      continue;
    }
    if (self == nullptr) self = runtime::waiter();
    if (self == nullptr) return THRUM_E_NOMEM;
    if (!park_to_put(queue, generation, head, item, *self)) continue;
    if (!lot::wait(*self, deadline) && lot::leave(*self, &queue.head, [&] { clear(queue.head, kParked); })) {
      return THRUM_FULL;
    }
    return self->status;
  }
}

thrum_status ring_get(State& queue, Generation generation, std::uint64_t& item, double timeout) noexcept {
  const thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Waiter* self = nullptr;
  Spin spin(Spin::kSignal);
  Moment moment;
  Rivals rivals;
  for (;;) {
    std::uint64_t head = atomic::load_acquire(queue.head);
    const Ring ring(queue);
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    const std::uint64_t ticket = ticket_of(head);
    if ((head & kParked) != 0) {
      if (get_and_refill(queue, generation, ring, item) == Step::done) return THRUM_OK;
      moment.pass();
      continue;
    }
    if ((head & kFrozen) == 0 && ring.is_filled(ticket)) {
      if (!atomic::change(queue.head, head, head + kTicket)) {
        rivals.give_way();
        continue;
      }
      item = ring.item(ticket);
      ring.free(ticket);
      return THRUM_OK;
    }
    // tail after head: what is empty now was empty when tail was loaded.
    const std::uint64_t tail = atomic::load_acquire(queue.tail);
    if ((head & kFrozen) != 0 || (tail & kFrozen) != 0 || ticket_of(tail) != ticket) {
      moment.pass();
      continue;
    }
    if (!is_alive(queue, generation)) return THRUM_E_HANDLE;
    if ((tail & kClosed) != 0) return THRUM_CLOSED;
    if (deadline == kPoll) return THRUM_EMPTY;
    // Whoever is parked has been here for longer.
    if ((tail & kParked) == 0 && spin.again()) continue;
    if (self == nullptr) self = runtime::waiter();
    if (self == nullptr) return THRUM_E_NOMEM;
    if (!park_to_get(queue, generation, tail, *self)) continue;
    if (!lot::wait(*self, deadline) && lot::leave(*self, &queue.tail, [&] { clear(queue.tail, kParked); })) {
      return THRUM_EMPTY;
    }
    if (self->status == THRUM_OK) item = self->item;
    return self->status;
  }
}

}  // namespace thrum::queue
