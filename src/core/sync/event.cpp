// core/sync/event.cpp - waiting for an event.
#include "core/sync/event.hpp"

#include "core/park/parked.hpp"
#include "core/self/runtime.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::event {

namespace {

/// Whether an event has been set since it was found clear with that count.
bool has_been_set(std::uint64_t word, std::uint64_t count) noexcept {
  return (word & kSet) != 0 || (word & kCount) != count;
}

/// Has the sets counted from here on, of an event that is clear. Otherwise says what the wait has come to.
bool begin_count(detail::Word& event, Generation generation, std::uint64_t& count,
                 thrum_status& result) noexcept {
  // acquire, as below: pairs with the release in set.
  std::uint64_t word = atomic::load_acquire(event);
  for (;;) {
    result = generation_of(word) != generation ? THRUM_E_HANDLE : THRUM_OK;
    if (result != THRUM_OK || (word & kSet) != 0) return false;
    count = word & kCount;
    if (count != 0) return true;
    count = kSetOnce;
    if (atomic::change_acquire(event, word, word | kSetOnce)) return true;
  }
}

/// Enters the queue of an event that has not been set since. Otherwise says what the wait has come to.
bool enqueue(detail::Word& event, Generation generation, std::uint64_t count, Waiter& self,
             thrum_status& result) noexcept {
  lot::Bucket bucket(&event);
  std::uint64_t word = 0;
  const auto waits = [&](std::uint64_t found) {
    return generation_of(found) == generation && !has_been_set(found, count);
  };
  if (parked::set(event, kParked, word, waits)) {
    bucket.push(self, Kind::event, settle);
    return true;
  }
  result = generation_of(word) != generation ? THRUM_E_HANDLE : THRUM_OK;
  return false;
}

/// The time is up: leaves the queue. False: the event has been set.
bool give_up(detail::Word& event, std::uint64_t count, Waiter& self) noexcept {
  lot::Bucket bucket(&event);
  if (!bucket.remove(self)) {
    bucket.unlock();
    lot::wait(self, kNever);
    return false;
  }
  // By a signal handler, which still owes the wake-up to the others.
  const bool set = has_been_set(atomic::load_acquire(event), count);
  if (!bucket.occupied()) parked::clear(event, kParked);
  return !set;
}

}  // namespace

thrum_status wait_slowly(detail::Word& event, Generation generation, double timeout) noexcept {
  const thrum_status status = check_timeout(timeout);
  return status == THRUM_OK ? wait_until(event, generation, deadline_after(timeout)) : status;
}

thrum_status wait_until(detail::Word& event, Generation generation, Deadline deadline) noexcept {
  if (deadline == kPoll) {
    const std::uint64_t word = atomic::load_acquire(event);
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    return (word & kSet) != 0 ? THRUM_OK : THRUM_TIMEOUT;
  }
  Waiter* self = runtime::waiter();
  if (self == nullptr) return THRUM_E_NOMEM;
  std::uint64_t count = 0;
  thrum_status result = THRUM_OK;
  if (!begin_count(event, generation, count, result)) return result;
  for (Spin spin(lot::patience(*self, Spin::kSignal)); spin.again();) {
    const std::uint64_t word = atomic::load_acquire(event);
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if (!has_been_set(word, count)) continue;
    self->in_vain = 0;
    return THRUM_OK;
  }
  if (!enqueue(event, generation, count, *self, result)) return result;
  if (!lot::wait(*self, deadline, Spin::kNone) && give_up(event, count, *self)) return THRUM_TIMEOUT;
  return THRUM_OK;
}

}  // namespace thrum::event
