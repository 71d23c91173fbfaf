// core/queue/life.hpp - what the birth of a queue, its shutdown and its end share.
#ifndef THRUM_CORE_QUEUE_LIFE_HPP
#define THRUM_CORE_QUEUE_LIFE_HPP

#include "core/queue/queue.hpp"
#include "core/sync/lock.hpp"

namespace thrum::queue {

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

inline unsigned bits_of(std::uint64_t mask) noexcept {
  unsigned bits = 0;
  while (mask >> bits != 0) ++bits;
  return bits;
}

inline void set_words(State& queue, std::uint64_t bits) noexcept {
  // release: who sees the tickets sees the cells.
  atomic::store_release(queue.tail, bits);
  atomic::store_release(queue.head, bits);
  atomic::store_release(queue.done, bits);
}

/// Begins anew with tickets from this one on.
void begin_at(State& queue, std::uint64_t ticket) noexcept;

}  // namespace thrum::queue

#endif
