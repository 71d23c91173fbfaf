// capi/future.cpp - thrum_future_...
#include "core/task/future.hpp"

#include "capi/futures.hpp"

using namespace thrum;
using capi::futures;
using capi::FutureSlot;

Table<FutureSlot, SlotType::future, 11> capi::futures;

namespace {

/// Whether the future's state satisfies the condition, 0 or 1.
template <class Condition>
thrum_status ask(thrum_future handle, int* out, Condition condition) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  std::uint64_t state = 0;
  const thrum_status status = capi::state(futures, handle.id, state);
  if (status == THRUM_OK) *out = condition(state & future::kStates) ? 1 : 0;
  return status;
}

}  // namespace

extern "C" {

thrum_status thrum_future_wait(thrum_future handle, double timeout) noexcept {
  return capi::on(futures, handle.id, [=](FutureSlot& slot, Generation generation) {
    return future::wait(slot, generation, timeout);
  });
}

thrum_status thrum_future_cancel(thrum_future handle, int* out) {
  if (out == nullptr) return THRUM_E_VALUE;
  return capi::on(futures, handle.id, [=](FutureSlot& slot, Generation generation) {
    bool cancelled = false;
    const thrum_status status = future::cancel(slot, generation, cancelled);
    if (status == THRUM_OK) *out = cancelled ? 1 : 0;
    return status;
  });
}

thrum_status thrum_future_cancelled(thrum_future handle, int* out) noexcept {
  return ask(handle, out, [](std::uint64_t state) { return state == future::kCancelled; });
}

thrum_status thrum_future_running(thrum_future handle, int* out) noexcept {
  return ask(handle, out, [](std::uint64_t state) { return state == future::kRunning; });
}

thrum_status thrum_future_done(thrum_future handle, int* out) noexcept {
  return ask(handle, out, [](std::uint64_t state) { return future::is_done(state); });
}

thrum_status thrum_future_add_done_callback(thrum_future handle, void (*callback)(thrum_future, void*),
                                            void* arg) {
  return capi::on(futures, handle.id, [=](FutureSlot& slot, Generation generation) {
    return future::add_call(slot, generation, {callback, handle, arg, nullptr, nullptr, nullptr, {}});
  });
}

thrum_status thrum_future_destroy(thrum_future handle) noexcept {
  return capi::on(futures, handle.id, [](FutureSlot& slot, Generation generation) {
    return future::end_handle(slot, generation);
  });
}
}
