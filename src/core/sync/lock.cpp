// core/sync/lock.cpp - acquiring a lock that is held, releasing one that is waited for.
#include "core/sync/lock.hpp"

#include "core/park/parked.hpp"
#include "core/self/runtime.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::lock {

namespace {

/// What has come of a look at the lock with its bucket's mutex held.
enum class Turn { acquired, queued, gone };

/// Acquires the lock if it is free after all; else enters the queue, in front where the thread has been
/// called from there, or is to be first. So one that was called is on its way back until it has the lock, or
/// waits again; and no release that comes after counts on it.
Turn take_turn(detail::Word& lock, Generation generation, Waiter& self, bool called, bool first) noexcept {
  lot::Bucket bucket(&lock);
  if (called) bucket.back(self);
  const auto is_held = [&](std::uint64_t found) {
    return generation_of(found) == generation && (found & kHeld) != 0;
  };
  std::uint64_t word = 0;
  while (!parked::set(lock, kParked, word, is_held)) {
    if (generation_of(word) != generation) return Turn::gone;
    // acquire: pairs with the release in release.
    if (atomic::change_acquire(lock, word, word | kHeld)) return Turn::acquired;
  }
  bucket.push_again(self, called || first, Kind::lock);
  return Turn::queued;
}

/// Acquires a lock for a thread that has been called from its queue, or has not been there yet.
thrum_status acquire_until(detail::Word& lock, Generation generation, Deadline deadline, Waiter* self,
                           bool called) noexcept {
  Spin spin(Spin::kLock);
  for (;;) {
    std::uint64_t word = atomic::load_relaxed(lock);
    if (generation_of(word) != generation) {
      if (called) lot::come_back(*self);
      return THRUM_E_HANDLE;
    }
    const bool free = (word & kHeld) == 0;
    if (free && !called) {
      // acquire: pairs with the release in release.
      if (atomic::change_acquire(lock, word, word | kHeld)) return THRUM_OK;
      continue;
    }
    if (deadline == kPoll) return THRUM_TIMEOUT;
    // Whoever is parked has been here for longer.
    if (!free && (word & kParked) == 0 && spin.again()) continue;
    if (self == nullptr) self = runtime::waiter();
    if (self == nullptr) return THRUM_E_NOMEM;
    if (self->age == 0) self->age = spin.now() | 2;  // neither 0 nor kAtOnce
    const Turn turn = take_turn(lock, generation, *self, called, false);
    if (turn != Turn::queued) return turn == Turn::acquired ? THRUM_OK : THRUM_E_HANDLE;
    if (!lot::wait(*self, deadline) && lot::leave(*self, &lock, [&] { parked::clear(lock, kParked); })) {
      return THRUM_TIMEOUT;
    }
    if (self->verdict == Verdict::handed_over) return THRUM_OK;
    called = true;
    spin = Spin(Spin::kLock);
  }
}

}  // namespace

thrum_status acquire_slowly(detail::Word& lock, Generation generation, double timeout) noexcept {
  const thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  return acquire_until(lock, generation, deadline_after(timeout), nullptr, false);
}

thrum_status acquire_called(detail::Word& lock, Generation generation, Waiter& self) noexcept {
  return acquire_until(lock, generation, kNever, &self, true);
}

thrum_status acquire_as(detail::Word& lock, Generation generation, Waiter& self) noexcept {
  return acquire_until(lock, generation, kNever, &self, false);
}

thrum_status acquire_first(detail::Word& lock, Generation generation, Waiter& self) noexcept {
  atomic::store_guarded(self.since, 0);
  self.age = Waiter::kAtOnce;
  for (bool called = false;; called = true) {
    const Turn turn = take_turn(lock, generation, self, called, true);
    if (turn != Turn::queued) return turn == Turn::acquired ? THRUM_OK : THRUM_E_HANDLE;
    static_cast<void>(lot::wait(self, kNever, Spin::kNone));
    if (self.verdict == Verdict::handed_over) return THRUM_OK;
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
  Waiter* first = bucket.due(1) != 0 ? bucket.pop() : nullptr;
  const bool hand_over = first != nullptr;
  // Even with another on its way: the sooner the queue is empty, the sooner nobody has to come here.
  if (!hand_over) first = bucket.call();
  const std::uint64_t parked = bucket.occupied() ? kParked : 0;
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
