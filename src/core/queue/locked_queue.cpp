// core/queue/locked_queue.cpp - a queue that has a lock, which is held to change anything but the tasks done.
//
// The lock is let go as the last step on the queue's memory, and threads are woken after it: whoever is let
// go may free the queue.
#include "compiler.hpp"
#include "core/queue/queue.hpp"
#include "core/queue/segments.hpp"
#include "core/queue/store.hpp"
#include "core/self/runtime.hpp"
#include "core/sync/lock.hpp"

namespace thrum::queue {

namespace {

// With the lock held the words change by plain stores. release: pairs with the acquire of who only looks.
void advance(detail::Word& word) noexcept {
  atomic::store_release(word, atomic::load_relaxed(word) + kTicket);
}

bool has_flag(const detail::Word& word, std::uint64_t flag) noexcept {
  return (atomic::load_relaxed(word) & flag) != 0;
}

std::uint64_t size_of(const State& queue) noexcept {
  return ticket_of(atomic::load_relaxed(queue.tail)) - ticket_of(atomic::load_relaxed(queue.head));
}

/// What has ended a wait.
enum class Woken { handed_over, look_again, too_late };

/// With the queue's lock held as long as this lives, or until unlock().
class Held {
 public:
  Held(State& queue, Generation generation) noexcept : queue_(queue), generation_(generation) { lock(); }
  /// For a thread that has it already, or has not found it free.
  Held(State& queue, Generation generation, bool locked) noexcept
      : queue_(queue), generation_(generation), held_(locked) {
    if (locked) return;
    status_ = lock::acquire_slowly(queue_.word, generation_, THRUM_FOREVER);
    held_ = status_ == THRUM_OK;
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { unlock(); }

  void lock() noexcept {
    status_ = lock::acquire(queue_.word, generation_, THRUM_FOREVER);
    held_ = status_ == THRUM_OK;
  }
  void unlock() noexcept {
    if (held_) static_cast<void>(lock::release(queue_.word, generation_));
    held_ = false;
    awake_.wake_all();
    unused_.free_all();
  }
  /// Leaves the queue locked.
  void keep() noexcept { held_ = false; }
  bool behind_handle() const noexcept { return generation_ != 0; }
  /// What is to be freed after unlock().
  Unused& unused() noexcept { return unused_; }
  /// THRUM_OK, or why the lock could not be had.
  thrum_status status() const noexcept { return status_; }

  /// Takes out the first that waits for the word. Null: nobody does. It is to be let go.
  static Waiter* pop(detail::Word& word) noexcept {
    lot::Bucket bucket(&word);
    Waiter* waiter = bucket.pop();
    if (!bucket.occupied()) clear(word, kParked);
    return waiter;
  }
  /// Has a waiter that was taken out woken after unlock().
  void let_go(Waiter& waiter, Verdict verdict) noexcept { awake_.push(waiter, verdict); }

  /// Waits for the word, having let go of the lock. Unless the waiter has been handed over what it waits for,
  /// the lock is held again afterwards, or status() says why not.
  Woken wait(detail::Word& word, Waiter& self, Deadline deadline) noexcept {
    {
      lot::Bucket bucket(&word);
      atomic::store_release(word, atomic::load_relaxed(word) | kParked);
      bucket.push(self, Kind::queue);
    }
    unlock();
    // Out of the queue before it waits for the lock, which uses the same waiter, verdict included. So PARKED
    // may be set for a while with nobody queued.
    const bool left = !lot::wait(self, deadline) && lot::leave(self, &word, [] {});
    if (!left && self.verdict == Verdict::handed_over) return Woken::handed_over;
    lock();
    if (!left) return Woken::look_again;
    if (status_ == THRUM_OK) {
      const lot::Bucket bucket(&word);
      if (!bucket.occupied()) clear(word, kParked);
    }
    return Woken::too_late;
  }

  /// Lets go of the lock until the word has changed or it is time to park. False: it is.
  bool look_again(const detail::Word& word, Spin& spin) noexcept {
    const std::uint64_t before = atomic::load_relaxed(word);
    if ((before & kParked) != 0) return false;
    bool again = true;
    unlock();
    // relaxed: looked at with the lock held.
    while (again && atomic::load_relaxed(word) == before) again = spin.again();
    lock();
    return again;
  }

 private:
  State& queue_;
  Generation generation_;
  bool held_ = false;
  thrum_status status_ = THRUM_OK;
  lot::WakeList awake_;
  Unused unused_;
};

bool is_full(const State& queue) noexcept {
  const std::uint64_t bound = atomic::load_relaxed(queue.bound);
  return bound != 0 && size_of(queue) >= bound;
}

/// There is an item that nobody has come for yet: wakes one of those that wait to get. In a queue that does
/// not peek nobody does: items are handed over.
void pass_on(State& queue, Held& held) noexcept {
  if (size_of(queue) == 0 || !has_flag(queue.tail, kParked)) return;
  if (Waiter* first = Held::pop(queue.tail)) held.let_go(*first, Verdict::look_again);
}

/// Something has been taken: lets the first of those that wait to put have the room. Where its item cannot
/// be put for it, they all look for themselves; behind a handle, where the queue may be gone by then, that
/// one is told so and the next has the room.
void refill(State& queue, Held& held, void* call) noexcept {
  if (!has_flag(queue.head, kParked)) return;
  while (Waiter* waiter = Held::pop(queue.head)) {
    const thrum_status status = store::insert(queue, waiter->item, call);
    if (status == THRUM_OK) {
      advance(queue.tail);
      held.let_go(*waiter, Verdict::handed_over);
      return pass_on(queue, held);
    }
    if (held.behind_handle()) waiter->status = status;
    held.let_go(*waiter, held.behind_handle() ? Verdict::handed_over : Verdict::look_again);
  }
}

/// What get and peek have in common: returns with the lock held and an item in the queue, unless one has been
/// handed over.
thrum_status await_item(State& queue, Held& held, Deadline deadline, Waiter*& handed) noexcept {
  Waiter* self = nullptr;
  Spin spin(Spin::kSignal);
  for (;;) {
    if (held.status() != THRUM_OK) return held.status();
    if (size_of(queue) != 0) return THRUM_OK;
    if (has_flag(queue.tail, kClosed)) return THRUM_CLOSED;
    if (deadline == kPoll) return THRUM_EMPTY;
    if (held.look_again(queue.tail, spin)) continue;
    if (held.status() != THRUM_OK) return held.status();
    if (self == nullptr) {
      // Not with the lock held: a daemon may stay there for ever.
      held.unlock();
      self = runtime::waiter();
      if (self == nullptr) return THRUM_E_NOMEM;
      held.lock();
      continue;
    }
    if (size_of(queue) != 0 || has_flag(queue.tail, kClosed)) continue;
    switch (held.wait(queue.tail, *self, deadline)) {
      case Woken::handed_over: handed = self; return self->status;
      case Woken::too_late: return THRUM_EMPTY;
      case Woken::look_again: break;
    }
  }
}

/// The item has been removed.
void took(State& queue, Held& held, void* call) noexcept {
  store::trim(queue, held.unused());
  advance(queue.head);
  refill(queue, held, call);
}

/// A put in full. The calling thread may have the lock already.
THRUM_OUT_OF_LINE thrum_status put_slowly(State& queue, Generation generation, std::uint64_t item,
                                          double timeout, void* call, bool locked) noexcept {
  thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Held held(queue, generation, locked);
  Waiter* self = nullptr;
  Spin spin(Spin::kSignal);
  for (;;) {
    if (held.status() != THRUM_OK) return held.status();
    if (has_flag(queue.tail, kClosed)) return THRUM_CLOSED;
    const bool peeks = (queue.kind & detail::queue_peeks) != 0;
    if (has_flag(queue.tail, kParked) && !peeks) {
      // They wait, so the queue is empty.
      Waiter* first = Held::pop(queue.tail);
      if (first == nullptr) continue;
      first->item = item;
      held.let_go(*first, Verdict::handed_over);
      advance(queue.tail);
      advance(queue.head);
      return THRUM_OK;
    }
    if (!is_full(queue)) {
      status = store::insert(queue, item, call);
      if (status != THRUM_OK) return status;
      advance(queue.tail);
      pass_on(queue, held);
      return THRUM_OK;
    }
    if (deadline == kPoll) return THRUM_FULL;
    if (held.look_again(queue.head, spin)) continue;
    if (held.status() != THRUM_OK) return held.status();
    if (self == nullptr) {
      held.unlock();
      self = runtime::waiter();
      if (self == nullptr) return THRUM_E_NOMEM;
      held.lock();
      continue;
    }
    if (!is_full(queue) || has_flag(queue.tail, kClosed)) continue;
    self->item = item;
    switch (held.wait(queue.head, *self, deadline)) {
      case Woken::handed_over: return self->status;
      case Woken::too_late: return THRUM_FULL;
      case Woken::look_again: break;
    }
  }
}

/// The same for a get.
THRUM_OUT_OF_LINE thrum_status get_slowly(State& queue, Generation generation, std::uint64_t& item,
                                          double timeout, void* call, bool locked) noexcept {
  thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Held held(queue, generation, locked);
  Waiter* handed = nullptr;
  status = await_item(queue, held, deadline, handed);
  if (status != THRUM_OK) return status;
  if (handed != nullptr) {
    item = handed->item;
    return THRUM_OK;
  }
  detail::QueueEntry entry{};
  status = store::remove(queue, entry, call);
  if (status != THRUM_OK) return status;
  item = entry.item;
  took(queue, held, call);
  return THRUM_OK;
}

/// Puts the item in, where a queue that is locked is a chain with room, and nobody waits to get one.
bool put_in_chain(State& queue, std::uint64_t item) noexcept {
  if (store::order_of(queue) == detail::queue_priority || has_flag(queue.tail, kFlags)) return false;
  if (is_full(queue) || !segments::append(queue, item)) return false;
  advance(queue.tail);
  return true;
}

/// Takes the item whose turn it is, where a queue that is locked is a chain, nobody waits to put, and no
/// memory is to be given up.
bool get_from_chain(State& queue, std::uint64_t& item) noexcept {
  const std::uint64_t order = store::order_of(queue);
  if (order == detail::queue_priority || queue.count == 0 || has_flag(queue.head, kFlags)) return false;
  const bool last = order == detail::queue_lifo;
  const std::uint64_t taken = last ? segments::take_last(queue) : segments::take_first(queue);
  if (!segments::trim_in_place(queue)) {
    last ? segments::restore_last(queue) : segments::restore_first(queue);
    return false;
  }
  item = taken;
  advance(queue.head);
  return true;
}

}  // namespace

// Most find that nobody has the lock or waits, and a chain with room, or an item.

thrum_status locked_put(State& queue, Generation generation, std::uint64_t item, double timeout,
                        void* call) noexcept {
  if (compiler::tells_thread_sanitizer()) return put_slowly(queue, generation, item, timeout, call, false);
  const bool locked = is_plain(timeout) && lock::try_acquire(queue.word, generation);
  if (locked && put_in_chain(queue, item)) return lock::release(queue.word, generation);
  return put_slowly(queue, generation, item, timeout, call, locked);
}

thrum_status locked_get(State& queue, Generation generation, std::uint64_t& item, double timeout,
                        void* call) noexcept {
  if (compiler::tells_thread_sanitizer()) return get_slowly(queue, generation, item, timeout, call, false);
  const bool locked = is_plain(timeout) && lock::try_acquire(queue.word, generation);
  if (locked && get_from_chain(queue, item)) return lock::release(queue.word, generation);
  return get_slowly(queue, generation, item, timeout, call, locked);
}

thrum_status locked_peek(State& queue, detail::QueueEntry& entry, Deadline deadline, void* call) noexcept {
  Held held(queue, 0);
  Waiter* handed = nullptr;
  thrum_status status = await_item(queue, held, deadline, handed);
  if (status != THRUM_OK) return status;
  status = store::remove(queue, entry, call);
  if (status == THRUM_OK) {
    held.keep();
  } else {
    pass_on(queue, held);
  }
  return status;
}

void locked_take(State& queue, const detail::QueueEntry& entry, bool taken, void* call) noexcept {
  // Left locked by locked_peek.
  Held held(queue, 0, true);
  if (taken) {
    took(queue, held, call);
  } else {
    store::restore(queue, entry);
    pass_on(queue, held);
  }
}

thrum_status locked_drain(State& queue, Generation generation, std::uint64_t& item) noexcept {
  Held held(queue, generation);
  if (held.status() != THRUM_OK) return held.status();
  if (size_of(queue) == 0) return THRUM_CLOSED;
  item = store::remove_any(queue);
  store::trim(queue, held.unused());
  advance(queue.head);
  return THRUM_OK;
}

}  // namespace thrum::queue
