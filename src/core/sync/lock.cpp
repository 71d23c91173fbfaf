// core/sync/lock.cpp - acquiring a lock that is held, releasing one that is waited for.
#include "core/sync/lock.hpp"

#include "core/self/runtime.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::lock {

namespace {

/// The last waiter has left the queue. Call with the bucket's mutex held.
void clear_parked(detail::Word& lock, Generation generation) noexcept {
  std::uint64_t word = atomic::load_relaxed(lock);
  // relaxed would do: the bit is read with the mutex held where it counts.
  while (generation_of(word) == generation && !atomic::change_release(lock, word, word & ~kParked)) {
  }
}

/// Enters the queue of a lock that is still held. False: it is not, or it is no more. The word's bucket
/// may have changed hands meanwhile: look again.
bool enqueue(detail::Word& lock, Generation generation, Waiter& self) noexcept {
  lot::Bucket bucket(&lock);
  std::uint64_t word = atomic::load_relaxed(lock);
  do {
    if (generation_of(word) != generation || (word & kHeld) == 0) return false;
  } while ((word & kParked) == 0 && !atomic::change_release(lock, word, word | kParked));
  bucket.push(self);
  return true;
}

}  // namespace

thrum_status acquire_slowly(detail::Word& lock, Generation generation, double timeout) noexcept {
  const thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Waiter* self = nullptr;
  Spin spin(Spin::kLock);
  std::uint64_t word = atomic::load_relaxed(lock);
  for (;;) {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if ((word & kHeld) == 0) {
      // acquire: pairs with the release in release.
      if (atomic::change_acquire(lock, word, word | kHeld)) return THRUM_OK;
      continue;
    }
    if (deadline == kPoll) return THRUM_TIMEOUT;
    // Whoever is parked has been here for longer.
    if ((word & kParked) == 0 && spin.again()) {
      word = atomic::load_relaxed(lock);
      continue;
    }
    if (self == nullptr) self = runtime::waiter();
    if (self == nullptr) return THRUM_E_NOMEM;
    if (enqueue(lock, generation, *self)) {
      if (!lot::wait(*self, deadline) && lot::leave(*self, &lock, [&] { clear_parked(lock, generation); })) {
        return THRUM_TIMEOUT;
      }
      if (self->verdict == Verdict::handed_over) return THRUM_OK;
      spin = Spin(Spin::kLock);
    }
    word = atomic::load_relaxed(lock);
  }
}

thrum_status release_slowly(detail::Word& lock, Generation generation) noexcept {
  lot::Bucket bucket(&lock);
  std::uint64_t word = atomic::load_relaxed(lock);
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if ((word & kHeld) == 0) return THRUM_E_NOT_HELD;
    // release: pairs with the acquire in acquire.
    if ((word & kParked) == 0 && atomic::change_release(lock, word, make_word(generation, kFree))) {
      return THRUM_OK;
    }
  } while ((word & kParked) == 0);
  // Held, parked and with the bucket's mutex held the word is this thread's alone.
  Waiter* first = bucket.pop();
  const std::uint64_t parked = first != nullptr && bucket.occupied() ? kParked : 0;
  const bool hand_over = first != nullptr && bucket.time_to_be_fair();
  // release: pairs with the acquire in acquire, or by way of the waiter's parker.
  atomic::store_release(lock, make_word(generation, parked | (hand_over ? kHeld : kFree)));
  bucket.unlock();
  if (first != nullptr) lot::wake(*first, hand_over ? Verdict::handed_over : Verdict::look_again);
  return THRUM_OK;
}

thrum_status reinitialise(detail::Word& lock, Generation generation) noexcept {
  const lot::Bucket bucket(&lock);
  if (generation_of(atomic::load_relaxed(lock)) != generation) return THRUM_E_HANDLE;
  atomic::store_release(lock, make_word(generation, kFree));
  return THRUM_OK;
}

}  // namespace thrum::lock

namespace thrum::detail {

static_assert(lock_free == lock::kFree && lock_held == lock::kHeld);

thrum_status thrum_core_lock_acquire(Word& lock, std::uint32_t generation, double timeout) noexcept {
  return lock::acquire(lock, generation, timeout);
}

thrum_status thrum_core_lock_release(Word& lock, std::uint32_t generation) noexcept {
  return lock::release(lock, generation);
}

thrum_status thrum_core_lock_reinit(Word& lock, std::uint32_t generation) noexcept {
  return lock::reinitialise(lock, generation);
}

}  // namespace thrum::detail
