// capi/once.cpp - thrum_once_..., and thrum_call_once.
#include "core/sync/once.hpp"

#include "capi/objects.hpp"

using namespace thrum;
using detail::OnceState;

namespace {

Table<detail::OnceState, SlotType::once, 11> onces;

thrum_status call(OnceState& once, Generation generation, int (*function)(void*), void* arg, double timeout) {
  const thrum_status status = once::begin(once, generation, timeout);
  if (status != detail::once_run) return status;
  const bool succeeded = function(arg) == 0;
  once::end(once, generation, succeeded);
  return succeeded ? THRUM_OK : THRUM_E_FAILED;
}

}  // namespace

static_assert(sizeof(thrum_once_flag) == sizeof(OnceState) && alignof(thrum_once_flag) == alignof(OnceState));

extern "C" {

thrum_status thrum_once_create(thrum_once* out) noexcept { return capi::create(onces, out, once::kNew); }

thrum_status thrum_once_destroy(thrum_once handle) noexcept {
  if (OnceState* once = onces.find(handle.id)) once::settle(*once, generation_of(handle.id));
  return capi::destroy(onces, handle.id, once::kRunning);
}

thrum_status thrum_once_call(thrum_once handle, int (*function)(void*), void* arg, double timeout) {
  if (function == nullptr) return THRUM_E_VALUE;
  OnceState* once = onces.find(handle.id);
  return once != nullptr ? call(*once, generation_of(handle.id), function, arg, timeout) : THRUM_E_HANDLE;
}

thrum_status thrum_once_done(thrum_once handle, int* out) noexcept {
  return capi::has_bit(onces, handle.id, once::kDone, out);
}

thrum_status thrum_call_once(thrum_once_flag* flag, int (*function)(void*), void* arg, double timeout) {
  if (flag == nullptr || function == nullptr) return THRUM_E_VALUE;
  return call(reinterpret_cast<OnceState&>(*flag), 0, function, arg, timeout);
}
}
