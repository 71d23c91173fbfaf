// cxxapi/hooks.cpp - hooks that own what they call.
#include "core/thread/hooks.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_except_hook thrum_core_default_excepthook() noexcept { return thrum_default_excepthook; }

thrum_status thrum_core_set_excepthook(thrum_except_hook hook, void* arg, void (*dispose)(void*),
                                       thrum_except_hook& old, void*& old_arg,
                                       HookOwner*& old_owner) noexcept {
  HookOwner* owner = nullptr;
  if (dispose != nullptr) {
    owner = hooks::own(arg, dispose);
    if (owner == nullptr) return THRUM_E_NOMEM;
  }
  const hooks::Except before = hooks::set_except({hook, arg, owner});
  old = before.hook != nullptr ? before.hook : thrum_default_excepthook;
  old_arg = before.arg;
  old_owner = before.owner;
  return THRUM_OK;
}

thrum_status thrum_core_set_thread_hooks(const thrum_thread_hooks* hooks, void (*dispose)(void*)) noexcept {
  return hooks::set(hooks, dispose);
}

HookOwner* thrum_core_hold_thread_hooks(thrum_thread_hooks& out) noexcept {
  const hooks::ThreadHooks set = hooks::hold_thread_hooks();
  out = set.hooks;
  return set.owner;
}

void thrum_core_drop_hooks(HookOwner* owner) noexcept { hooks::drop(owner); }

}  // namespace thrum::detail
