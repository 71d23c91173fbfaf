// core/sync/event.cpp - waiting for an event.
#include "core/sync/event.hpp"

#include "core/self/runtime.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::event {

namespace {

/// Enters the queue of an event that is clear. Otherwise says what the wait has come to.
bool enqueue(detail::Word& event, Generation generation, Waiter& self, thrum_status& result) noexcept {
  lot::Bucket bucket(&event);
  std::uint64_t word = atomic::load_acquire(event);
  do {
    result = generation_of(word) != generation ? THRUM_E_HANDLE : THRUM_OK;
    if (result != THRUM_OK || (word & kSet) != 0) return false;
    // acquire: the event may turn out to be set.
  } while ((word & kParked) == 0 && !atomic::change(event, word, word | kParked));
  bucket.push(self);
  return true;
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
  thrum_status result = THRUM_OK;
  if (!enqueue(event, generation, *self, result)) return result;
  if (lot::wait(*self, deadline)) return THRUM_OK;
  const bool timed_out = lot::leave(*self, &event, [&] {
    // Clear, parked and with the bucket's mutex held the word is this thread's alone.
    atomic::store_relaxed(event, make_word(generation, kClear));
  });
  return timed_out ? THRUM_TIMEOUT : THRUM_OK;
}

}  // namespace thrum::event

namespace thrum::detail {

static_assert(event_clear == event::kClear && event_set == event::kSet);

thrum_status thrum_core_event_set(Word& event, std::uint32_t generation) noexcept {
  return event::set(event, generation);
}

thrum_status thrum_core_event_clear(Word& event, std::uint32_t generation) noexcept {
  return event::clear(event, generation);
}

thrum_status thrum_core_event_wait(Word& event, std::uint32_t generation, double timeout) noexcept {
  return event::wait(event, generation, timeout);
}

thrum_status thrum_core_event_reinit(Word& event, std::uint32_t generation) noexcept {
  return event::reinitialise(event, generation);
}

}  // namespace thrum::detail
