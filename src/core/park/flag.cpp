// core/park/flag.cpp - setting an event with somebody waiting.
#include "core/park/flag.hpp"

#include "core/park/debts.hpp"

namespace thrum::event {

namespace {

/// Changes an event that threads may be queued for into next(word), and wakes them if it has been set by
/// then.
template <class Next>
thrum_status change_parked(detail::Word& event, Generation generation, Next next) noexcept {
  lot::WakeList awake;
  lot::Bucket bucket(&event);
  std::uint64_t word = atomic::load_relaxed(event);
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    // Cleared by another meanwhile: those who are queued now have come since.
    if (((word | next(word)) & kSet) == 0) return THRUM_OK;
    // release: pairs with the acquire in wait. acquire: who clears an event has seen what came before the
    // set.
  } while (!atomic::change(event, word, next(word) & ~kParked));
  awake.push_all(bucket);
  bucket.unlock();
  awake.wake_all();
  return THRUM_OK;
}

}  // namespace

void settle(detail::Word& event, lot::Bucket& bucket, lot::WakeList& awake) noexcept {
  std::uint64_t word = atomic::load_relaxed(event);
  do {
    if ((word & kSet) == 0) return;
    // relaxed: the set has been released by who made it, and is acquired by way of the waiters' parkers.
  } while (!atomic::change(event, word, word & ~kParked));
  awake.push_all(bucket);
}

thrum_status set_slowly(detail::Word& event, Generation generation) noexcept {
  // In a signal handler that has interrupted its thread in the lot the wake-up has to wait for that thread.
  const bool owes = debts::is_inside();
  std::uint64_t word = atomic::load_relaxed(event);
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if ((word & kParked) != 0 && !owes) return change_parked(event, generation, with_set);
    // release: pairs with the acquire in wait; also where it is set already, by another thread.
  } while (!atomic::change_release(event, word, with_set(word)));
  if ((word & kParked) != 0) debts::owe(event, settle);
  return THRUM_OK;
}

thrum_status clear_slowly(detail::Word& event, Generation generation) noexcept {
  std::uint64_t word = atomic::load_relaxed(event);
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if ((word & kSet) == 0) return THRUM_OK;
    // Set, and those who waited then have not been told yet.
    if ((word & kParked) != 0) {
      return change_parked(event, generation, [](std::uint64_t found) { return found & ~kSet; });
    }
    // acquire: as in clear.
  } while (!atomic::change_acquire(event, word, word & ~kSet));
  return THRUM_OK;
}

thrum_status reinitialise(detail::Word& event, Generation generation) noexcept {
  const lot::Bucket bucket(&event);
  std::uint64_t word = atomic::load_relaxed(event);
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    // release: as of a set.
  } while (!atomic::change_release(event, word, word & ~kParked));
  return THRUM_OK;
}

}  // namespace thrum::event
