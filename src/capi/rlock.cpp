// capi/rlock.cpp - thrum_rlock_...
#include "core/sync/rlock.hpp"

#include "capi/locks.hpp"

using namespace thrum;
using capi::rlocks;
using detail::RLockState;

Table<detail::RLockState, SlotType::rlock, 11> capi::rlocks;

namespace {

bool is_task(std::uint64_t owner) noexcept { return owner != 0 && owner < rlock::kTask; }

}  // namespace

extern "C" {

thrum_status thrum_rlock_create(thrum_rlock* out) noexcept { return capi::create(rlocks, out, lock::kFree); }

thrum_status thrum_rlock_destroy(thrum_rlock handle) noexcept {
  return capi::destroy(rlocks, handle.id, lock::kHeld);
}

thrum_status thrum_rlock_acquire(thrum_rlock handle, double timeout) noexcept {
  return capi::on(rlocks, handle.id, [=](RLockState& slot, Generation generation) {
    return rlock::acquire(slot, generation, 0, timeout);
  });
}

thrum_status thrum_rlock_release(thrum_rlock handle) noexcept {
  return capi::on(rlocks, handle.id, [](RLockState& slot, Generation generation) {
    return rlock::release(slot, generation, 0);
  });
}

thrum_status thrum_rlock_acquire_as(thrum_rlock handle, uint64_t owner, double timeout) noexcept {
  if (!is_task(owner)) return THRUM_E_VALUE;
  return capi::on(rlocks, handle.id, [=](RLockState& slot, Generation generation) {
    return rlock::acquire(slot, generation, owner | rlock::kTask, timeout);
  });
}

thrum_status thrum_rlock_release_as(thrum_rlock handle, uint64_t owner) noexcept {
  if (!is_task(owner)) return THRUM_E_VALUE;
  return capi::on(rlocks, handle.id, [=](RLockState& slot, Generation generation) {
    return rlock::release(slot, generation, owner | rlock::kTask);
  });
}

thrum_status thrum_rlock_locked(thrum_rlock handle, int* out) noexcept {
  return capi::has_bit(rlocks, handle.id, lock::kHeld, out);
}

thrum_status thrum_rlock_is_owned(thrum_rlock handle, int* out) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  std::size_t count = 0;
  const thrum_status status = thrum_rlock_recursion_count(handle, &count);
  if (status == THRUM_OK) *out = count != 0 ? 1 : 0;
  return status;
}

thrum_status thrum_rlock_recursion_count(thrum_rlock handle, size_t* out) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  return capi::on(rlocks, handle.id, [=](const RLockState& slot, Generation generation) {
    return rlock::count(slot, generation, *out);
  });
}

thrum_status thrum_rlock_reinit_after_fork(thrum_rlock handle) noexcept {
  return capi::on(rlocks, handle.id, [](RLockState& slot, Generation generation) {
    return rlock::reinitialise(slot, generation);
  });
}
}
