// capi/semaphore.cpp - thrum_semaphore_...
#include "core/sync/semaphore.hpp"

#include "capi/objects.hpp"

using namespace thrum;

namespace {

struct SemaphoreSlot {
  detail::Word word;
  detail::Word first;  // the value that it began with
  detail::Word bound;  // the value that it must not pass
};

Table<SemaphoreSlot, SlotType::semaphore, 11> semaphores;

thrum_status create(thrum_semaphore* out, std::int64_t value, std::int64_t bound) noexcept {
  if (value < 0) return THRUM_E_VALUE;
  if (value > THRUM_SEMAPHORE_MAX) return THRUM_E_OVERFLOW;
  const auto first = static_cast<std::uint64_t>(value);
  return capi::create(semaphores, out, first * semaphore::kUnit, [=](SemaphoreSlot& slot) {
    // release: pairs with the acquires of a stale call, which sees then that its own object has ended.
    atomic::store_release(slot.first, first);
    atomic::store_release(slot.bound, static_cast<std::uint64_t>(bound));
  });
}

}  // namespace

extern "C" {

thrum_status thrum_semaphore_create(thrum_semaphore* out, int64_t value) noexcept {
  return create(out, value, INT64_MAX);
}

thrum_status thrum_semaphore_create_bounded(thrum_semaphore* out, int64_t value) noexcept {
  return create(out, value, value);
}

thrum_status thrum_semaphore_destroy(thrum_semaphore handle) noexcept {
  return capi::destroy(semaphores, handle.id, 0);
}

thrum_status thrum_semaphore_acquire(thrum_semaphore handle, double timeout) noexcept {
  return capi::on(semaphores, handle.id, [=](SemaphoreSlot& slot, Generation generation) {
    return semaphore::acquire(slot.word, generation, timeout);
  });
}

thrum_status thrum_semaphore_release(thrum_semaphore handle, int64_t n) noexcept {
  return capi::on(semaphores, handle.id, [=](SemaphoreSlot& slot, Generation generation) {
    // acquire: where the slot has gone to another semaphore since, this may be that one's bound. The word's
    // generation, which is looked at after it, then refuses the release.
    const auto bound = static_cast<std::int64_t>(atomic::load_own(slot.bound));
    return semaphore::release(slot.word, generation, n, bound);
  });
}

thrum_status thrum_semaphore_value(thrum_semaphore handle, int64_t* out) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  std::uint64_t state = 0;
  const thrum_status status = capi::state(semaphores, handle.id, state);
  if (status == THRUM_OK) *out = semaphore::value_of(state);
  return status;
}

thrum_status thrum_semaphore_reinit_after_fork(thrum_semaphore handle) noexcept {
  return capi::on(semaphores, handle.id, [](SemaphoreSlot& slot, Generation generation) {
    const auto value = static_cast<std::int64_t>(atomic::load_own(slot.first));
    return semaphore::reinitialise(slot.word, generation, value);
  });
}
}
