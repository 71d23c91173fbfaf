// parked.hpp - whether threads are queued for an object, which its word says and no method does.
//
// A thread that is queued does not return before it is woken or its time is up. The bits are those of the
// tables in src/core: lock.hpp, event.hpp, semaphore.hpp, condition.hpp, latch.hpp, once.hpp, rwlock.hpp,
// queue.hpp. A barrier's word has no such bit: who has arrived and not passed is queued.
#ifndef THRUM_TEST_SUPPORT_PARKED_HPP
#define THRUM_TEST_SUPPORT_PARKED_HPP

#include <cstdint>

#include "support/eventually.hpp"
#include "thrum/thrum.hpp"

namespace support {

namespace detail {
/// An object's word is its first member.
template <class Object>
bool has_bit(const Object& object, std::uint64_t bit) {
  return (thrum::detail::load(reinterpret_cast<const thrum::detail::Word&>(object)) & bit) != 0;
}
}  // namespace detail

inline bool parked(const thrum::Lock& lock) { return detail::has_bit(lock, 2); }
inline bool parked(const thrum::RLock& lock) { return detail::has_bit(lock, 2); }
inline bool parked(const thrum::Event& event) { return detail::has_bit(event, 2); }
inline bool parked(const thrum::Semaphore& semaphore) { return detail::has_bit(semaphore, 1); }
inline bool parked(const thrum::BoundedSemaphore& semaphore) { return detail::has_bit(semaphore, 1); }
inline bool parked(const thrum::Condition& condition) { return detail::has_bit(condition, 1); }

inline bool parked(const thrum::Latch& latch) { return detail::has_bit(latch, 1); }
inline bool parked(const thrum::Once& once) { return detail::has_bit(once, 4); }
inline bool parked(const thrum::RWLock& lock) { return detail::has_bit(lock, 1); }
inline bool parked(const thrum::Barrier& barrier) { return barrier.n_waiting() != 0; }

/// Whether threads wait to put into a queue, or to get from it, or in join.
template <class Queue>
bool parked_to_put(const Queue& queue) {
  return (thrum::detail::load(reinterpret_cast<const thrum::detail::QueueState&>(queue).head) & 1) != 0;
}
template <class Queue>
bool parked_to_get(const Queue& queue) {
  return (thrum::detail::load(reinterpret_cast<const thrum::detail::QueueState&>(queue).tail) & 1) != 0;
}
template <class Queue>
bool parked_to_join(const Queue& queue) {
  return (thrum::detail::load(reinterpret_cast<const thrum::detail::QueueState&>(queue).done) & 1) != 0;
}
template <class T>
bool parked(const thrum::Queue<T>& queue) {
  return parked_to_put(queue) || parked_to_get(queue) || parked_to_join(queue);
}

/// Returns once at least one thread is queued for the object.
template <class Object>
void until_parked(const Object& object) {
  eventually([&] { return parked(object); });
}

}  // namespace support

#endif
