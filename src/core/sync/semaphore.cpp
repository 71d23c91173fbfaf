// core/sync/semaphore.cpp - taking a unit where there is none, giving one where somebody waits.
#include "core/sync/semaphore.hpp"

#include "core/self/runtime.hpp"

namespace thrum::semaphore {

namespace {

/// Sets or clears PARKED. Call with the bucket's mutex held.
void mark_parked(detail::Word& semaphore, Generation generation, std::uint64_t parked) noexcept {
  std::uint64_t word = atomic::load_relaxed(semaphore);
  // relaxed would do: the bit is read with the mutex held where it counts.
  while (generation_of(word) == generation &&
         !atomic::change_release(semaphore, word, (word & ~kParked) | parked)) {
  }
}

/// Enters the queue of a semaphore that still has no unit. False: it has one, or is no more. Look again.
bool enqueue(detail::Word& semaphore, Generation generation, Waiter& self) noexcept {
  lot::Bucket bucket(&semaphore);
  std::uint64_t word = atomic::load_relaxed(semaphore);
  do {
    if (generation_of(word) != generation || value_of(word) != 0) return false;
  } while ((word & kParked) == 0 && !atomic::change_release(semaphore, word, word | kParked));
  bucket.push(self);
  return true;
}

}  // namespace

thrum_status acquire_slowly(detail::Word& semaphore, Generation generation, double timeout) noexcept {
  const thrum_status status = check_timeout(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Waiter* self = nullptr;
  Spin spin(Spin::kSignal);
  std::uint64_t word = atomic::load_relaxed(semaphore);
  for (;;) {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if (value_of(word) > 0) {
      // acquire: pairs with the release in release.
      if (atomic::change_acquire(semaphore, word, word - kUnit)) return THRUM_OK;
      continue;
    }
    if (deadline == kPoll) return THRUM_TIMEOUT;
    // Whoever is parked has been here for longer.
    if ((word & kParked) == 0 && spin.again()) {
      word = atomic::load_relaxed(semaphore);
      continue;
    }
    if (self == nullptr) self = runtime::waiter();
    if (self == nullptr) return THRUM_E_NOMEM;
    if (enqueue(semaphore, generation, *self)) {
      if (!lot::wait(*self, deadline) &&
          lot::leave(*self, &semaphore, [&] { mark_parked(semaphore, generation, 0); })) {
        return THRUM_TIMEOUT;
      }
      if (self->verdict == Verdict::handed_over) return THRUM_OK;
    }
    word = atomic::load_relaxed(semaphore);
  }
}

thrum_status release_slowly(detail::Word& semaphore, Generation generation, std::int64_t count,
                            std::int64_t bound) noexcept {
  lot::Bucket bucket(&semaphore);
  std::uint64_t word = atomic::load_relaxed(semaphore);
  for (;;) {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    const thrum_status status = check_release(value_of(word), count, bound);
    if (status != THRUM_OK) return status;
    if ((word & kParked) != 0) break;
    // release: pairs with the acquire in acquire.
    if (atomic::change_release(semaphore, word, word + static_cast<std::uint64_t>(count) * kUnit)) {
      return THRUM_OK;
    }
  }
  // Parked and with the bucket's mutex held, nobody else adds units, and nobody enters the queue.
  const bool hand_over = bucket.time_to_be_fair();
  lot::WakeList awake;
  std::int64_t woken = 0;
  while (woken < count) {
    Waiter* waiter = bucket.pop();
    if (waiter == nullptr) break;
    awake.push(*waiter, hand_over ? Verdict::handed_over : Verdict::look_again);
    ++woken;
  }
  const auto added = static_cast<std::uint64_t>(hand_over ? count - woken : count) * kUnit;
  const std::uint64_t parked = bucket.occupied() ? kParked : 0;
  // release: pairs with the acquire in acquire, or by way of the waiters' parkers.
  while (!atomic::change_release(semaphore, word, ((word & ~kParked) | parked) + added)) {
  }
  bucket.unlock();
  awake.wake_all();
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

namespace thrum::detail {

thrum_status thrum_core_semaphore_acquire(Word& semaphore, std::uint32_t generation,
                                          double timeout) noexcept {
  return semaphore::acquire(semaphore, generation, timeout);
}

thrum_status thrum_core_semaphore_release(Word& semaphore, std::uint32_t generation, std::int64_t count,
                                          std::int64_t bound) noexcept {
  return semaphore::release(semaphore, generation, count, bound);
}

thrum_status thrum_core_semaphore_reinit(Word& semaphore, std::uint32_t generation,
                                         std::int64_t value) noexcept {
  return semaphore::reinitialise(semaphore, generation, value);
}

}  // namespace thrum::detail
