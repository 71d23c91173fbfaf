// core/sync/semaphore.cpp - taking a unit where there is none, giving one where somebody waits.
#include "core/sync/semaphore.hpp"

#include "core/park/debts.hpp"
#include "core/park/parked.hpp"
#include "core/self/runtime.hpp"

namespace thrum::semaphore {

namespace {

/// Takes a unit, if there is one.
bool try_acquire(detail::Word& semaphore, Generation generation) noexcept {
  std::uint64_t word = atomic::load_relaxed(semaphore);
  while (generation_of(word) == generation && value_of(word) > 0) {
    // acquire: pairs with the release in release.
    if (atomic::change_acquire(semaphore, word, word - kUnit)) return true;
  }
  return false;
}

/// Calls as many as there are units for, beside those who are on their way. Call with the bucket's mutex
/// held.
void call(std::int64_t value, lot::Bucket& bucket, lot::WakeList& awake) noexcept {
  for (auto units = value - static_cast<std::int64_t>(bucket.called()); units > 0; --units) {
    Waiter* waiter = bucket.call();
    if (waiter == nullptr) return;
    awake.push(*waiter, Verdict::look_again);
  }
}

/// Calls those whom a signal handler has given units.
void settle(detail::Word& semaphore, lot::Bucket& bucket, lot::WakeList& awake) noexcept {
  call(value_of(atomic::load_relaxed(semaphore)), bucket, awake);
  if (!bucket.occupied()) parked::clear(semaphore, kParked);
}

/// Enters the queue of a semaphore that still has no unit. False: it has one, or is no more. Look again.
bool enqueue(detail::Word& semaphore, Generation generation, Waiter& self, bool in_front) noexcept {
  lot::Bucket bucket(&semaphore);
  std::uint64_t word = 0;
  const auto has_none = [&](std::uint64_t found) {
    return generation_of(found) == generation && value_of(found) == 0;
  };
  if (!parked::set(semaphore, kParked, word, has_none)) return false;
  if (in_front) {
    bucket.push_front(self, Kind::semaphore, settle);
  } else {
    bucket.push(self, Kind::semaphore, settle);
  }
  return true;
}

/// Back from the queue, to which the thread had been called to look again. False: others were faster.
bool look_again(detail::Word& semaphore, Generation generation, Waiter& self) noexcept {
  lot::Bucket bucket(&semaphore);
  bucket.back(self);
  return try_acquire(semaphore, generation);
}

/// Releases units where somebody may be queued.
thrum_status release_parked(detail::Word& semaphore, Generation generation, std::int64_t count,
                            std::int64_t bound) noexcept {
  lot::WakeList awake;
  lot::Bucket bucket(&semaphore);
  std::uint64_t word = atomic::load_relaxed(semaphore);
  if (generation_of(word) != generation) return THRUM_E_HANDLE;
  const thrum_status status = check_release(value_of(word), count, bound);
  if (status != THRUM_OK) return status;
  // Those who have waited for too long are handed theirs.
  std::int64_t left = count;
  for (Waiter* first = bucket.first(); left > 0 && first != nullptr && lot::is_due(*first);
       first = bucket.first()) {
    awake.push(*bucket.pop(), Verdict::handed_over);
    --left;
  }
  // Called before they can see it: the word must not be touched after the step that gives the units away.
  // Where others take some meanwhile, one too many is called, and waits again.
  call(value_of(word) + left, bucket, awake);
  const std::uint64_t parked = bucket.occupied() ? kParked : 0;
  // release: pairs with the acquire in acquire, or by way of the waiters' parkers. A signal handler may add
  // units, and what is handed over is of `count`: the sum stays below the largest.
  while (!atomic::change_release(semaphore, word,
                                 ((word & ~kParked) | parked) + static_cast<std::uint64_t>(left) * kUnit)) {
  }
  bucket.unlock();
  awake.wake_all();
  return THRUM_OK;
}

/// The time is up: leaves the queue. False: it has been woken.
bool give_up(detail::Word& semaphore, Waiter& self) noexcept {
  return lot::leave(self, &semaphore, [&] { parked::clear(semaphore, kParked); });
}

}  // namespace

thrum_status acquire_slowly(detail::Word& semaphore, Generation generation, double timeout) noexcept {
  const thrum_status status = check_timeout(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Waiter* self = nullptr;
  Spin spin(Spin::kSignal);
  bool in_front = false;
  for (;;) {
    std::uint64_t word = atomic::load_relaxed(semaphore);
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if (value_of(word) > 0) {
      // acquire: pairs with the release in release.
      if (atomic::change_acquire(semaphore, word, word - kUnit)) return THRUM_OK;
      continue;
    }
    if (deadline == kPoll) return THRUM_TIMEOUT;
    // Whoever is parked has been here for longer.
    if ((word & kParked) == 0 && spin.again()) continue;
    if (self == nullptr) self = runtime::waiter();
    if (self == nullptr) return THRUM_E_NOMEM;
    if (self->age == 0) self->age = spin.now() | 1;  // not 0
    if (!enqueue(semaphore, generation, *self, in_front)) continue;
    if (!lot::wait(*self, deadline) && give_up(semaphore, *self)) return THRUM_TIMEOUT;
    if (self->verdict == Verdict::handed_over) return THRUM_OK;
    if (look_again(semaphore, generation, *self)) return THRUM_OK;
    in_front = true;
  }
}

thrum_status release_slowly(detail::Word& semaphore, Generation generation, std::int64_t count,
                            std::int64_t bound) noexcept {
  // In a signal handler that has interrupted its thread in the lot the wake-up has to wait for that thread.
  const bool owes = debts::is_inside();
  const auto added = static_cast<std::uint64_t>(count) * kUnit;
  std::uint64_t word = atomic::load_relaxed(semaphore);
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    const thrum_status status = check_release(value_of(word), count, bound);
    if (status != THRUM_OK) return status;
    if ((word & kParked) != 0 && !owes) return release_parked(semaphore, generation, count, bound);
    // release: pairs with the acquire in acquire.
  } while (!atomic::change_release(semaphore, word, word + added));
  if ((word & kParked) != 0) debts::owe(semaphore, settle);
  return THRUM_OK;
}

thrum_status reinitialise(detail::Word& semaphore, Generation generation, std::int64_t value) noexcept {
  if (value < 0) return THRUM_E_VALUE;
  if (value > THRUM_SEMAPHORE_MAX) return THRUM_E_OVERFLOW;
  const lot::Bucket bucket(&semaphore);
  if (generation_of(atomic::load_relaxed(semaphore)) != generation) return THRUM_E_HANDLE;
  atomic::store_release(semaphore, make_word(generation, static_cast<std::uint64_t>(value) * kUnit));
  return THRUM_OK;
}

}  // namespace thrum::semaphore
