// capi/rwlock.cpp - thrum_rwlock_...
#include "core/sync/rwlock.hpp"

#include "capi/objects.hpp"

using namespace thrum;

namespace {

Table<detail::RWLockState, SlotType::rwlock, 11> rwlocks;

}  // namespace
using detail::RWLockState;

extern "C" {

thrum_status thrum_rwlock_create(thrum_rwlock* out) noexcept { return capi::create(rwlocks, out, 0); }

thrum_status thrum_rwlock_destroy(thrum_rwlock handle) noexcept {
  return capi::destroy(rwlocks, handle.id, UINT32_MAX);
}

thrum_status thrum_rwlock_acquire_read(thrum_rwlock handle, double timeout) noexcept {
  return capi::on(rwlocks, handle.id, [=](RWLockState& slot, Generation generation) {
    return rwlock::acquire_read(slot, generation, timeout);
  });
}

thrum_status thrum_rwlock_release_read(thrum_rwlock handle) noexcept {
  return capi::on(rwlocks, handle.id, rwlock::release_read);
}

thrum_status thrum_rwlock_acquire_write(thrum_rwlock handle, double timeout) noexcept {
  return capi::on(rwlocks, handle.id, [=](RWLockState& slot, Generation generation) {
    return rwlock::acquire_write(slot, generation, timeout);
  });
}

thrum_status thrum_rwlock_release_write(thrum_rwlock handle) noexcept {
  return capi::on(rwlocks, handle.id, rwlock::release_write);
}

thrum_status thrum_rwlock_readers(thrum_rwlock handle, size_t* out) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  std::uint64_t state = 0;
  const thrum_status status = capi::state(rwlocks, handle.id, state);
  if (status == THRUM_OK) *out = static_cast<size_t>(state / rwlock::kReader);
  return status;
}

thrum_status thrum_rwlock_write_locked(thrum_rwlock handle, int* out) noexcept {
  return capi::has_bit(rwlocks, handle.id, rwlock::kWriter, out);
}

thrum_status thrum_rwlock_reinit_after_fork(thrum_rwlock handle) noexcept {
  return capi::on(rwlocks, handle.id, rwlock::reinitialise);
}
}
