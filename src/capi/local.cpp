// capi/local.cpp - thrum_local_...
#include "core/thread/local.hpp"

using namespace thrum;

extern "C" {

thrum_status thrum_local_create(thrum_local* out, void (*destructor)(void*)) noexcept {
  return out != nullptr ? local::create(out->id, destructor) : THRUM_E_VALUE;
}

thrum_status thrum_local_destroy(thrum_local handle) noexcept { return local::destroy(handle.id); }

thrum_status thrum_local_get(thrum_local handle, void** out) noexcept {
  return out != nullptr ? local::get(handle.id, *out) : THRUM_E_VALUE;
}

thrum_status thrum_local_set(thrum_local handle, void* value) noexcept {
  return local::set(handle.id, value);
}
}
