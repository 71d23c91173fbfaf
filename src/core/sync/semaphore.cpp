// core/sync/semaphore.cpp - taking a unit where there is none, giving one where somebody waits.
#include "core/sync/semaphore.hpp"

#include "core/park/debts.hpp"
#include "core/park/parked.hpp"
#include "core/self/runtime.hpp"

namespace thrum::semaphore {

namespace {

/// Calls those whom a signal handler has given units: as many as there are, beside those on their way.
void settle(detail::Word& semaphore, lot::Bucket& bucket, lot::WakeList& awake) noexcept {
  const auto called = static_cast<std::int64_t>(bucket.called());
  for (auto units = value_of(atomic::load_relaxed(semaphore)) - called; units > 0; --units) {
    Waiter* waiter = bucket.call();
    if (waiter == nullptr) break;
    awake.push(*waiter, Verdict::look_again);
  }
  if (!bucket.occupied()) parked::clear(semaphore, kParked);
}

/// What has come of a look at the semaphore with its bucket's mutex held.
enum class Turn { acquired, queued, gone };

/// Takes a unit if there is one after all; else enters the queue, in front where the thread has been called
/// from there. So one that was called is on its way back until it has a unit, or waits again.
Turn take_turn(detail::Word& semaphore, Generation generation, Waiter& self, bool called) noexcept {
  lot::Bucket bucket(&semaphore);
  if (called) bucket.back(self);
  const auto has_none = [&](std::uint64_t found) {
    return generation_of(found) == generation && value_of(found) == 0;
  };
  std::uint64_t word = 0;
  while (!parked::set(semaphore, kParked, word, has_none)) {
    if (generation_of(word) != generation) return Turn::gone;
    // acquire: pairs with the release in release.
    if (atomic::change_acquire(semaphore, word, word - kUnit)) return Turn::acquired;
  }
  bucket.push_again(self, called, Kind::semaphore, settle);
  return Turn::queued;
}

/// Releases units where somebody may be queued.
thrum_status release_parked(detail::Word& semaphore, Generation generation, std::int64_t count,
                            std::int64_t bound) noexcept {
  lot::WakeList awake;
  lot::Bucket bucket(&semaphore);
  const auto waiting = static_cast<std::int64_t>(bucket.waiting());
  const auto called = static_cast<std::int64_t>(bucket.called());
  // Those who have waited for too long are handed theirs, and of the rest as many are called as there are
  // units.
  const auto handed = static_cast<std::int64_t>(bucket.due(static_cast<std::size_t>(count)));
  const std::int64_t left = count - handed;
  std::int64_t calls = 0;
  std::uint64_t word = atomic::load_relaxed(semaphore);
  std::uint64_t next = 0;
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    const thrum_status status = check_release(value_of(word), count, bound);
    if (status != THRUM_OK) return status;
    calls = value_of(word) + left - called;
    if (calls < 0) calls = 0;
    if (calls > waiting - handed) calls = waiting - handed;
    const std::uint64_t parked = waiting != handed + calls ? kParked : 0;
    next = ((word & ~kParked) | parked) + static_cast<std::uint64_t>(left) * kUnit;
    // release: pairs with the acquire in acquire, or by way of the waiters' parkers. The word is not touched
    // again: who takes a unit may end it.
  } while (!atomic::change_release(semaphore, word, next));
  for (std::int64_t i = 0; i != handed; ++i) {
    if (Waiter* waiter = bucket.pop()) awake.push(*waiter, Verdict::handed_over);
  }
  for (std::int64_t i = 0; i != calls; ++i) {
    if (Waiter* waiter = bucket.call()) awake.push(*waiter, Verdict::look_again);
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
  bool called = false;
  Spin spin(Spin::kSignal);
  for (;;) {
    std::uint64_t word = atomic::load_relaxed(semaphore);
    if (generation_of(word) != generation) {
      if (called) lot::come_back(*self);
      return THRUM_E_HANDLE;
    }
    const bool has_units = value_of(word) > 0;
    if (has_units && !called) {
      // acquire: pairs with the release in release.
      if (atomic::change_acquire(semaphore, word, word - kUnit)) return THRUM_OK;
      continue;
    }
    if (deadline == kPoll) return THRUM_TIMEOUT;
    // Whoever is parked has been here for longer.
    if (!has_units && (word & kParked) == 0 && spin.again()) continue;
    if (self == nullptr) self = runtime::waiter();
    if (self == nullptr) return THRUM_E_NOMEM;
    if (self->age == 0) self->age = spin.now() | 2;  // neither 0 nor kAtOnce
    const Turn turn = take_turn(semaphore, generation, *self, called);
    if (turn != Turn::queued) return turn == Turn::acquired ? THRUM_OK : THRUM_E_HANDLE;
    if (!lot::wait(*self, deadline) && give_up(semaphore, *self)) return THRUM_TIMEOUT;
    if (self->verdict == Verdict::handed_over) return THRUM_OK;
    called = true;
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
