// capi/hooks.cpp - thrum_..._excepthook, thrum_..._thread_hooks.
#include "core/thread/hooks.hpp"

using namespace thrum;

extern "C" {

thrum_status thrum_set_excepthook(thrum_except_hook hook, void* arg, thrum_except_hook* old,
                                  void** old_arg) noexcept {
  const hooks::Except before = hooks::set_except({hook, arg, nullptr});
  if (old != nullptr) *old = before.hook != nullptr ? before.hook : thrum_default_excepthook;
  if (old_arg != nullptr) {
    hooks::show(before);
    *old_arg = before.arg;
  }
  hooks::drop(before.owner);
  return THRUM_OK;
}

thrum_status thrum_excepthook(const thrum_except_info* info) {
  if (info == nullptr || info->size < sizeof *info || info->what == nullptr) return THRUM_E_VALUE;
  hooks::report(*info);
  return THRUM_OK;
}

void thrum_default_excepthook(const thrum_except_info* info, void*) noexcept {
  if (info != nullptr && info->what != nullptr) hooks::report_by_default(*info);
}

thrum_status thrum_set_thread_hooks(const thrum_thread_hooks* hooks) noexcept {
  return hooks::set(hooks, nullptr);
}

thrum_status thrum_get_thread_hooks(thrum_thread_hooks* out) noexcept {
  if (out == nullptr || out->size < sizeof *out) return THRUM_E_VALUE;
  *out = hooks::get();
  return THRUM_OK;
}
}
