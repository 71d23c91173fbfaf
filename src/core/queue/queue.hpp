// core/queue/queue.hpp - queues.
//
// Three words say where a queue stands. Each counts tickets, from the fourth bit up, and has flags below:
//
//   tail  the ticket of the next item that is put     PARKED: threads wait to get   CLOSED   FROZEN
//   head  the ticket of the next item that is got     PARKED: threads wait to put            FROZEN
//   done  the tickets whose task is done              PARKED: threads wait in join
//
// clang-format off
//
//   tail - head   tail     head     meaning                       who moves it where
//   0             -        -        empty                         put: tail; a get about to park: PARKED
//   0             PARKED   -        empty, threads wait to get    put: hands its item to the first one; clears
//                                                                 PARKED with the last
//   > 0           -        -        neither empty nor full        put: tail; get: head
//   the bound     -        -        full                          get: head; a put about to park: PARKED
//   the bound     -        PARKED   full, threads wait to put     get: head and, with the item of the first
//                                                                 one, tail; clears PARKED with the last
//   any           CLOSED   -        shut down                     get: head; nobody parks
//   any           FROZEN   FROZEN   is being destroyed, if no     the destroyer: a later ticket, or back;
//                                   call is under way             others wait a moment
//
// clang-format on
//
// So long as threads wait to get, the queue is empty, and so long as threads wait to put it is full: whoever
// could change that serves the first of them instead, and nobody is overtaken or left behind. The same for a
// join: as long as threads wait there, tail - done is above 0.
//
// Tickets are never used again, not even by the next queue in the same slot. So a compare-and-swap on a word
// that was loaded before the generation was found good cannot succeed in another life. Threads wait for the
// address of the word whose PARKED they set; it changes with the mutex of that bucket held.
//
// A bounded queue, first in first out, is a ring (ring.cpp): a compare-and-swap on tail or head claims a
// cell, and the cell's sequence says when it is ready. It has no lock. "Not yet ready" is neither empty nor
// full: whoever meets such a cell waits for the thread that is at it. All other queues (locked_queue.cpp)
// have a lock, the state half of the first word, which is held to change tail and head, flags included.
#ifndef THRUM_CORE_QUEUE_QUEUE_HPP
#define THRUM_CORE_QUEUE_QUEUE_HPP

#include "core/park/lot.hpp"
#include "core/queue/cells.hpp"
#include "core/word/deadline.hpp"
#include "core/word/generation.hpp"
#include "core/word/moment.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::queue {

using State = detail::QueueState;

inline constexpr std::uint64_t kParked = 1;
inline constexpr std::uint64_t kClosed = 2;
inline constexpr std::uint64_t kFrozen = 4;
inline constexpr std::uint64_t kFlags = 7;
inline constexpr std::uint64_t kTicket = 8;

/// The largest bound that a ring is made for; above it memory is taken as items come.
inline constexpr std::int64_t kLargestRing = 65536;

constexpr std::uint64_t ticket_of(std::uint64_t word) noexcept { return word / kTicket; }

inline bool is_alive(const State& queue, Generation generation) noexcept {
  // acquire: pairs with the release of the destroyer and of publish.
  return generation_of(atomic::load_acquire(queue.word)) == generation;
}

inline bool has_ring(const State& queue) noexcept { return atomic::load_acquire(queue.ring) != 0; }

/// The cells of a queue; null: it has a lock.
struct Ring {
  // acquire: the generation is looked at after these.
  explicit Ring(const State& queue) noexcept
      : cells(reinterpret_cast<Cell*>(atomic::load_acquire(queue.ring))),
        mask(atomic::load_acquire(queue.mask)),
        bound(atomic::load_acquire(queue.bound)) {}

  Cell& at(std::uint64_t ticket) const noexcept { return cells[ticket & mask]; }

  // acquire: pair with the releases in fill and free.
  bool is_free(std::uint64_t ticket) const noexcept {
    return atomic::load_acquire(at(ticket).sequence) == 2 * ticket;
  }
  bool is_filled(std::uint64_t ticket) const noexcept {
    return atomic::load_acquire(at(ticket).sequence) == 2 * ticket + 1;
  }
  /// Whether the bound allows this ticket: the item that many before it has been got.
  bool has_room(std::uint64_t ticket) const noexcept {
    return bound > mask ||
           atomic::load_acquire(at(ticket - bound).sequence) >= 2 * (ticket - bound + mask + 1);
  }

  void fill(std::uint64_t ticket, std::uint64_t item) const noexcept {
    // relaxed: released with the sequence.
    atomic::store_relaxed(at(ticket).item, item);
    // release: pairs with the acquire in is_filled.
    atomic::store_release(at(ticket).sequence, 2 * ticket + 1);
  }
  std::uint64_t item(std::uint64_t ticket) const noexcept {
    // relaxed: acquired with the sequence.
    return atomic::load_relaxed(at(ticket).item);
  }
  void free(std::uint64_t ticket) const noexcept {
    // release: the item has been read; pairs with the acquire in is_free and has_room.
    atomic::store_release(at(ticket).sequence, 2 * (ticket + mask + 1));
  }

  Cell* cells;
  std::uint64_t mask;
  std::uint64_t bound;
};

thrum_status put_slowly(State& queue, Generation generation, std::uint64_t item, double timeout,
                        void* call) noexcept;
thrum_status get_slowly(State& queue, Generation generation, std::uint64_t& item, double timeout,
                        void* call) noexcept;

inline thrum_status put(State& queue, Generation generation, std::uint64_t item, double timeout,
                        void* call) noexcept {
  if (compiler::tells_thread_sanitizer()) return put_slowly(queue, generation, item, timeout, call);
  // acquire: the ring is looked at after it.
  std::uint64_t tail = atomic::load_acquire(queue.tail);
  const Ring ring(queue);
  const std::uint64_t ticket = ticket_of(tail);
  if (is_plain(timeout) && ring.cells != nullptr && (tail & kFlags) == 0 && is_alive(queue, generation) &&
      ring.has_room(ticket) && ring.is_free(ticket) &&
      // acquire would do: what is handed over is released with the cell. [pair: ring] with park_to_get; a
      // get's change of head with park_to_put.
      atomic::change(queue.tail, tail, tail + kTicket)) {
    ring.fill(ticket, item);
    return THRUM_OK;
  }
  return put_slowly(queue, generation, item, timeout, call);
}

inline thrum_status get(State& queue, Generation generation, std::uint64_t& item, double timeout,
                        void* call) noexcept {
  if (compiler::tells_thread_sanitizer()) return get_slowly(queue, generation, item, timeout, call);
  // acquire: as in put.
  std::uint64_t head = atomic::load_acquire(queue.head);
  const Ring ring(queue);
  const std::uint64_t ticket = ticket_of(head);
  if (is_plain(timeout) && ring.cells != nullptr && (head & kFlags) == 0 && is_alive(queue, generation) &&
      ring.is_filled(ticket) && atomic::change(queue.head, head, head + kTicket)) {
    item = ring.item(ticket);
    ring.free(ticket);
    return THRUM_OK;
  }
  return get_slowly(queue, generation, item, timeout, call);
}

/// Gives a queue that nobody uses yet its bound, and its ring where it is to have one.
thrum_status open(State& queue, std::int64_t maxsize, bool behind_handle) noexcept;

/// Ends the life of a queue behind a handle, unless a call is under way. The rest is for dismantle().
thrum_status end_life(State& queue, Generation generation) noexcept;

/// Disposes of the items of a queue that nobody uses any more, and gives back its memory.
void dismantle(State& queue, bool behind_handle, detail::QueueDispose dispose, void* context) noexcept;

thrum_status task_done(State& queue, Generation generation) noexcept;
thrum_status join(State& queue, Generation generation, double timeout) noexcept;
thrum_status shut_down(State& queue, Generation generation) noexcept;
thrum_status drain(State& queue, Generation generation, std::uint64_t& item) noexcept;
thrum_status size(const State& queue, Generation generation, std::size_t& out) noexcept;
thrum_status unfinished(const State& queue, Generation generation, std::size_t& out) noexcept;
thrum_status is_shut_down(const State& queue, Generation generation, bool& out) noexcept;
thrum_status reinitialise(State& queue, Generation generation, detail::QueueDispose dispose,
                          void* context) noexcept;

// What the files of queues share.

/// Clears the flags of a word of the queue. Call with the mutex of the word's bucket held, or with the
/// queue's lock.
void clear(detail::Word& word, std::uint64_t flags) noexcept;

/// The same, of a queue with a lock, and of one with a ring.
thrum_status locked_put(State& queue, Generation generation, std::uint64_t item, double timeout,
                        void* call) noexcept;
thrum_status locked_get(State& queue, Generation generation, std::uint64_t& item, double timeout,
                        void* call) noexcept;
thrum_status ring_put(State& queue, Generation generation, std::uint64_t item, double timeout) noexcept;
thrum_status ring_get(State& queue, Generation generation, std::uint64_t& item, double timeout) noexcept;

thrum_status locked_peek(State& queue, detail::QueueEntry& entry, Deadline deadline, void* call) noexcept;
void locked_take(State& queue, const detail::QueueEntry& entry, bool taken, void* call) noexcept;
thrum_status locked_drain(State& queue, Generation generation, std::uint64_t& item) noexcept;

}  // namespace thrum::queue

#endif
