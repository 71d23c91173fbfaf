// capi/barrier.cpp - thrum_barrier_...
#include "core/sync/barrier.hpp"

#include "capi/objects.hpp"
#include "compiler.hpp"
#include "core/word/deadline.hpp"

using namespace thrum;

namespace {

struct BarrierSlot : detail::BarrierState {
  detail::Word action;   // int (*)(void*), or 0
  detail::Word arg;      // its argument
  detail::Word timeout;  // a double: that of waits that have none of their own
};

Table<BarrierSlot, SlotType::barrier, 8> barriers;

template <class Get>
thrum_status look(thrum_barrier handle, int* out, Get get) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  return capi::on(barriers, handle.id, [=](const BarrierSlot& slot, Generation generation) {
    barrier::Look look{};
    const thrum_status status = barrier::look(slot, generation, look);
    if (status == THRUM_OK) *out = get(look);
    return status;
  });
}

}  // namespace

extern "C" {

thrum_status thrum_barrier_create(thrum_barrier* out, int parties, int (*action)(void*), void* arg,
                                  double timeout) noexcept {
  if (parties < 1) return THRUM_E_VALUE;
  const thrum_status status = check_timeout(timeout);
  if (status != THRUM_OK) return status;
  return capi::create(barriers, out, 0, [=](BarrierSlot& slot) {
    slot.parties = parties;
    slot.arrived = 0;
    slot.held = nullptr;
    slot.broken = false;
    // release: pairs with the acquires of a stale call, which sees then that its own object has ended.
    atomic::store_release(slot.action, reinterpret_cast<std::uintptr_t>(action));
    atomic::store_release(slot.arg, reinterpret_cast<std::uintptr_t>(arg));
    atomic::store_release(slot.timeout, compiler::bit_cast<std::uint64_t>(timeout));
  });
}

thrum_status thrum_barrier_destroy(thrum_barrier handle) noexcept {
  return capi::destroy(barriers, handle.id, barrier::kActing);
}

thrum_status thrum_barrier_wait(thrum_barrier handle, double timeout, int* index) {
  BarrierSlot* slot = barriers.find(handle.id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  const Generation generation = generation_of(handle.id);
  // acquire: where the slot has gone to another barrier since, these may be that one's. Its generation, which
  // is looked at after them, then refuses the wait.
  const auto action = reinterpret_cast<int (*)(void*)>(atomic::load_acquire(slot->action));
  const auto arg = reinterpret_cast<void*>(atomic::load_acquire(slot->arg));
  if (timeout == THRUM_FOREVER) {
    timeout = compiler::bit_cast<double>(atomic::load_acquire(slot->timeout));
  }
  int place = 0;
  thrum_status status = barrier::wait(*slot, generation, timeout, action != nullptr, place);
  if (action != nullptr && status == detail::barrier_act) {
    const bool succeeded = action(arg) == 0;
    status = barrier::acted(*slot, generation, succeeded);
    if (!succeeded) return THRUM_E_FAILED;
  }
  if (status == THRUM_OK && index != nullptr) *index = place;
  return status;
}

thrum_status thrum_barrier_reset(thrum_barrier handle) noexcept {
  return capi::on(barriers, handle.id, barrier::reset);
}

thrum_status thrum_barrier_abort(thrum_barrier handle) noexcept {
  return capi::on(barriers, handle.id, barrier::abort);
}

thrum_status thrum_barrier_parties(thrum_barrier handle, int* out) noexcept {
  return look(handle, out, [](const barrier::Look& look) { return look.parties; });
}

thrum_status thrum_barrier_n_waiting(thrum_barrier handle, int* out) noexcept {
  return look(handle, out, [](const barrier::Look& look) { return look.waiting; });
}

thrum_status thrum_barrier_broken(thrum_barrier handle, int* out) noexcept {
  return look(handle, out, [](const barrier::Look& look) { return look.broken ? 1 : 0; });
}

thrum_status thrum_barrier_reinit_after_fork(thrum_barrier handle) noexcept {
  return capi::on(barriers, handle.id, barrier::reinitialise);
}
}
