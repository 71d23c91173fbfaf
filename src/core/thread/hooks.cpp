// core/thread/hooks.cpp - the user's functions at the start and the end of threads.
#include "core/thread/hooks.hpp"

#include <cstdio>

#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"
#include "core/word/memory.hpp"

namespace thrum::hooks {

detail::Word last;
detail::Word last_for_all;

namespace {

constexpr thrum_thread_hooks kNone = THRUM_THREAD_HOOKS_INIT;

// Guarded by the registry's mutex.
Except except_hook = {nullptr, nullptr, nullptr};
ThreadHooks thread_hooks = {kNone, nullptr};
detail::HookOwner* owners = nullptr;

/// Call with the registry locked. One more uses it.
detail::HookOwner* hold(detail::HookOwner* owner) noexcept {
  if (owner != nullptr) ++owner->users;
  return owner;
}

/// The same for one who does not say when he is done with it: it is never disposed of.
void hold_for_ever(detail::HookOwner* owner) noexcept {
  if (owner == nullptr || owner->shown) return;
  owner->shown = true;
  ++owner->users;
}

void call(void (*hook)(void*), const ThreadHooks& of) {
  if (hook != nullptr) hook(of.hooks.arg);
  drop(of.owner);
}

}  // namespace

detail::HookOwner* own(void* arg, void (*dispose)(void*)) noexcept {
  auto* owner = static_cast<detail::HookOwner*>(allocate(sizeof(detail::HookOwner)));
  if (owner == nullptr) return nullptr;
  const Registry registry;
  *owner = {arg, dispose, 1, false, owners, nullptr};
  if (owners != nullptr) owners->previous = owner;
  owners = owner;
  return owner;
}

void drop(detail::HookOwner* owner) noexcept {
  if (owner == nullptr) return;
  {
    const Registry registry;
    if (--owner->users != 0) return;
    (owner->previous != nullptr ? owner->previous->next : owners) = owner->next;
    if (owner->next != nullptr) owner->next->previous = owner->previous;
  }
  owner->dispose(owner->arg);
  release(owner);
}

Except set_except(const Except& except) noexcept {
  const Registry registry;
  const Except old = except_hook;
  except_hook = except;
  return old;
}

void show(const Except& except) noexcept {
  const Registry registry;
  hold_for_ever(except.owner);
}

Except hold_except() noexcept {
  const Registry registry;
  return {except_hook.hook, except_hook.arg, hold(except_hook.owner)};
}

void report(const thrum_except_info& info) {
  const Except except = hold_except();
  if (except.hook != nullptr) {
    except.hook(&info, except.arg);
  } else {
    report_by_default(info);
  }
  drop(except.owner);
}

void report_by_default(const thrum_except_info& info) noexcept {
  const std::uint64_t ident = runtime::ident();
  char line[512];  // what is longer is cut: a line on standard error need not be whole
  {
    const Registry registry;
    const ThreadRecord* record = Registry::find(info.thread.id);
    if (record != nullptr && record->name != nullptr) {
      std::snprintf(line, sizeof line, "Exception in thread %.200s: %s", record->name, info.what);
    } else {
      std::snprintf(line, sizeof line, "Exception in thread %llu: %s", static_cast<unsigned long long>(ident),
                    info.what);
    }
  }
  platform::report(line);
}

thrum_status set(const thrum_thread_hooks* hooks, void (*dispose)(void*)) noexcept {
  if (hooks != nullptr && hooks->size < sizeof(thrum_thread_hooks)) return THRUM_E_VALUE;
  ThreadRecord* self = runtime::current();
  if (self == nullptr) return THRUM_E_NOMEM;
  ThreadHooks setting{hooks != nullptr ? *hooks : kNone, nullptr};
  setting.hooks.size = sizeof setting.hooks;
  if (dispose != nullptr) {
    setting.owner = own(setting.hooks.arg, dispose);
    if (setting.owner == nullptr) return THRUM_E_NOMEM;
  }
  detail::HookOwner* old = nullptr;
  {
    const Registry registry;
    old = thread_hooks.owner;
    thread_hooks = setting;
    // relaxed: a thread takes its hooks with the registry locked.
    const std::uint64_t number = atomic::load_relaxed(last) + 1;
    atomic::store_relaxed(last, number);
    atomic::store_relaxed(last_for_all, setting.hooks.all_threads != 0 ? number : 0);
  }
  runtime::move_gate();
  catch_up(*self);
  drop(old);
  return THRUM_OK;
}

thrum_thread_hooks get() noexcept {
  const Registry registry;
  hold_for_ever(thread_hooks.owner);
  return thread_hooks.hooks;
}

ThreadHooks hold_thread_hooks() noexcept {
  const Registry registry;
  return {thread_hooks.hooks, hold(thread_hooks.owner)};
}

void greet(ThreadRecord& record, bool late) {
  ThreadHooks setting{};
  {
    const Registry registry;
    // Others may have been set since it was asked, which are for new threads alone.
    if (late && record.greeted >= atomic::load_relaxed(last_for_all)) return;
    record.greeted = atomic::load_relaxed(last);
    setting = {thread_hooks.hooks, hold(thread_hooks.owner)};
  }
  call(setting.hooks.start, setting);
}

void part(ThreadRecord& record) {
  catch_up(record);
  ThreadHooks setting{};
  {
    const Registry registry;
    if (record.greeted == atomic::load_relaxed(last)) {
      setting = {thread_hooks.hooks, hold(thread_hooks.owner)};
    }
    record.greeted = kParted;
  }
  call(setting.hooks.exit, setting);
}

}  // namespace thrum::hooks
