// capi/lock.cpp - thrum_lock_...
#include "core/sync/lock.hpp"

#include "capi/locks.hpp"

using namespace thrum;
using capi::locks;
using capi::LockSlot;

Table<LockSlot, SlotType::lock, 13> capi::locks;

extern "C" {

thrum_status thrum_lock_create(thrum_lock* out) noexcept { return capi::create(locks, out, lock::kFree); }

thrum_status thrum_lock_destroy(thrum_lock handle) noexcept {
  return capi::destroy(locks, handle.id, lock::kHeld);
}

thrum_status thrum_lock_acquire(thrum_lock handle, double timeout) noexcept {
  return capi::on(locks, handle.id, [=](LockSlot& slot, Generation generation) {
    return lock::acquire(slot.word, generation, timeout);
  });
}

thrum_status thrum_lock_release(thrum_lock handle) noexcept {
  return capi::on(locks, handle.id,
                  [](LockSlot& slot, Generation generation) { return lock::release(slot.word, generation); });
}

thrum_status thrum_lock_locked(thrum_lock handle, int* out) noexcept {
  return capi::has_bit(locks, handle.id, lock::kHeld, out);
}

thrum_status thrum_lock_reinit_after_fork(thrum_lock handle) noexcept {
  return capi::on(locks, handle.id, [](LockSlot& slot, Generation generation) {
    return lock::reinitialise(slot.word, generation);
  });
}
}
