// core/sync/latch.cpp - Latch.
#include "core/sync/latch.hpp"

#include "core/park/debts.hpp"
#include "core/park/parked.hpp"
#include "core/self/runtime.hpp"

namespace thrum::latch {

namespace {

/// Whether `n` can be counted down from that word, and what it is to be then.
thrum_status counted_down(std::uint64_t word, Generation generation, std::int64_t n,
                          std::uint64_t& out) noexcept {
  if (generation_of(word) != generation) return THRUM_E_HANDLE;
  if (n < 0 || n > count_of(word)) return THRUM_E_VALUE;
  out = word - static_cast<std::uint64_t>(n) * kUnit;
  return THRUM_OK;
}

/// Wakes all who wait for a latch that is open.
void settle(detail::Word& latch, lot::Bucket& bucket, lot::WakeList& awake) noexcept {
  // acquire: pairs with the release of who has counted down. Those who wait hear of it by way of this thread.
  if (count_of(atomic::load_acquire(latch)) != 0) return;
  parked::clear(latch, kParked);
  awake.push_all(bucket);
}

/// Waits in the queue that the calling thread has entered.
thrum_status await(detail::Word& latch, Waiter& self, Deadline deadline) noexcept {
  if (lot::wait(self, deadline)) return THRUM_OK;
  lot::Bucket bucket(&latch);
  if (!bucket.remove(self)) {
    bucket.unlock();
    lot::wait(self, kNever);
    return THRUM_OK;
  }
  // Opened by a signal handler, which still owes the wake-up to the others.
  const bool open = count_of(atomic::load_acquire(latch)) == 0;
  if (!bucket.occupied()) parked::clear(latch, kParked);
  return open ? THRUM_OK : THRUM_TIMEOUT;
}

/// Counts down to what is not 0, or has nobody queued for it.
thrum_status open(detail::Word& latch, Generation generation, std::int64_t n) noexcept {
  lot::WakeList awake;
  lot::Bucket bucket(&latch);
  std::uint64_t word = atomic::load_relaxed(latch);
  std::uint64_t next = 0;
  do {
    const thrum_status status = counted_down(word, generation, n, next);
    if (status != THRUM_OK) return status;
    if (count_of(next) == 0) next = make_word(generation, 0);
    // release and acquire: pairs with the acquire in wait, and hands on what the others have done.
  } while (!atomic::change(latch, word, next));
  if (count_of(next) == 0) awake.push_all(bucket);
  bucket.unlock();
  awake.wake_all();
  return THRUM_OK;
}

}  // namespace

thrum_status count_down(detail::Word& latch, Generation generation, std::int64_t n) noexcept {
  // In a signal handler that has interrupted its thread in the lot the wake-up has to wait for that thread.
  const bool owes = debts::is_inside();
  std::uint64_t word = atomic::load_relaxed(latch);
  std::uint64_t next = 0;
  do {
    const thrum_status status = counted_down(word, generation, n, next);
    if (status != THRUM_OK) return status;
    if (next == make_word(generation, kParked) && !owes) return open(latch, generation, n);
    // release and acquire: as in open. [pair: parked]
  } while (!atomic::change(latch, word, next));
  if (next == make_word(generation, kParked)) debts::owe(latch, settle);
  return THRUM_OK;
}

thrum_status wait(detail::Word& latch, Generation generation, double timeout) noexcept {
  const thrum_status status = check_timeout(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Spin spin(Spin::kSignal);
  // acquire: pairs with the release in count_down.
  std::uint64_t word = atomic::load_acquire(latch);
  for (;; word = atomic::load_acquire(latch)) {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if (count_of(word) == 0) return THRUM_OK;
    if (deadline == kPoll) return THRUM_TIMEOUT;
    if ((word & kParked) != 0 || !spin.again()) break;
  }
  Waiter* self = runtime::waiter();
  if (self == nullptr) return THRUM_E_NOMEM;
  lot::Bucket bucket(&latch);
  const auto waits = [&](std::uint64_t found) {
    return generation_of(found) == generation && count_of(found) != 0;
  };
  if (!parked::set(latch, kParked, word, waits)) {
    return generation_of(word) != generation ? THRUM_E_HANDLE : THRUM_OK;
  }
  bucket.push(*self, Kind::latch, settle);
  bucket.unlock();
  return await(latch, *self, deadline);
}

thrum_status arrive_and_wait(detail::Word& latch, Generation generation, std::int64_t n,
                             double timeout) noexcept {
  thrum_status status = check_timeout(timeout);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  Waiter* self = runtime::waiter();
  if (self == nullptr) return THRUM_E_NOMEM;
  lot::Bucket bucket(&latch);
  std::uint64_t word = atomic::load_relaxed(latch);
  std::uint64_t next = 0;
  do {
    status = counted_down(word, generation, n, next);
    if (status != THRUM_OK) return status;
    if (count_of(next) == 0) {
      bucket.unlock();
      return count_down(latch, generation, n);
    }
    next |= kParked;
    // release and acquire: as in open.
  } while (!atomic::change(latch, word, next));
  bucket.push(*self, Kind::latch, settle);
  bucket.unlock();
  return await(latch, *self, deadline);
}

thrum_status reinitialise(detail::Word& latch, Generation generation) noexcept {
  const lot::Bucket bucket(&latch);
  std::uint64_t word = atomic::load_relaxed(latch);
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    // release: as of a count_down.
  } while (!atomic::change_release(latch, word, word & ~kParked));
  return THRUM_OK;
}

}  // namespace thrum::latch
