// hooks.hpp - thrum::set_excepthook and thrum::set_thread_hooks: functions for what ends a thread before its
// time, and for the start and the end of threads.
#ifndef THRUM_HOOKS_HPP
#define THRUM_HOOKS_HPP

#include <exception>
#include <functional>
#include <memory>
#include <utility>

#include "thrum/detail/layout.hpp"
#include "thrum/error.hpp"
#include "thrum/thread.hpp"

namespace thrum {

/// What ended a thread before its time. threading.ExceptHookArgs.
struct ExceptHookArgs {
  ThreadRef thread;              ///< whose function it left; may refer to none
  std::exception_ptr exception;  ///< null: it is no exception of C++
  const char* what = "";         ///< it in words
};

using ExceptHook = std::function<void(const ExceptHookArgs&)>;

/// What to call at the start and the end of threads, as thrum_thread_hooks tells; either may be empty. An
/// exception that leaves one of them goes to the excepthook, and the thread goes on.
struct ThreadHooks {
  std::function<void()> start;
  std::function<void()> exit;
  bool all_threads = false;  ///< also for the threads that are alive already
};

namespace detail {

// What the library calls for hooks of C++ has the hook itself for its arg. The library owns it, so that one
// call sets all that there is, and deletes it when it is set no more and no thread is in it.

template <class Hook>
void delete_hook(void* hook) noexcept {
  delete static_cast<Hook*>(hook);
}

/// Keeps what was set as long as this lives.
using HookKeeper = std::shared_ptr<HookOwner>;
inline HookKeeper keep(HookOwner* owner) { return HookKeeper(owner, thrum_core_drop_hooks); }

inline ExceptHookArgs to_args(const thrum_except_info& info) {
  ExceptHookArgs args;
  if (info.thread.id != 0) args.thread = ThreadRef(info.thread);
  if (info.exception != nullptr) args.exception = *static_cast<const std::exception_ptr*>(info.exception);
  args.what = info.what;
  return args;
}

/// Calls the function with what the C ABI knows the arguments as.
template <class Function>
void with_info(const ExceptHookArgs& args, Function&& function) {
  std::exception_ptr exception = args.exception;
  const thrum_except_info info{sizeof info, args.thread.handle(), args.what,
                               exception != nullptr ? &exception : nullptr};
  std::forward<Function>(function)(&info);
}

/// What the C ABI calls for a hook of C++.
inline void call_except_hook(const thrum_except_info* info, void* hook) {
  thrum_except_info failed = *info;
  std::exception_ptr exception =
      catch_all([&] { (*static_cast<const ExceptHook*>(hook))(to_args(*info)); }, failed.what);
  if (exception == nullptr) return;
  failed.exception = &exception;
  thrum_default_excepthook(&failed, nullptr);
}

/// The same for the hooks of threads.
inline void call_thread_hook(const std::function<void()>& hook) {
  if (hook != nullptr) guard(hook);
}
inline void call_start_hook(void* hooks) { call_thread_hook(static_cast<const ThreadHooks*>(hooks)->start); }
inline void call_exit_hook(void* hooks) { call_thread_hook(static_cast<const ThreadHooks*>(hooks)->exit); }

/// One of C as one of C++.
inline std::function<void()> from_c(void (*hook)(void*), void* arg, const HookKeeper& keeper) {
  if (hook == nullptr) return nullptr;
  return [hook, arg, keeper] { hook(arg); };
}

}  // namespace detail

/// Has the hook called, in the thread, for every exception that leaves what a thread runs; empty: the default
/// one. Returns the one before, empty for the default. An exception that leaves the hook is told by the
/// default one. Of two calls at once one's hook stays set, and the other's is returned to it. The one before
/// is destroyed when no thread is in it, by the last that was, or by the caller. threading.excepthook = hook.
inline ExceptHook set_excepthook(ExceptHook hook) {
  auto own = hook != nullptr ? std::make_unique<ExceptHook>(std::move(hook)) : nullptr;
  thrum_except_hook old = nullptr;
  void* old_arg = nullptr;
  detail::HookOwner* old_owner = nullptr;
  if (own != nullptr) {
    detail::check_status(detail::thrum_core_set_excepthook(
        &detail::call_except_hook, own.get(), detail::delete_hook<ExceptHook>, old, old_arg, old_owner));
    // The library's, and another thread may have had it deleted already.
    static_cast<void>(own.release());
  } else {
    detail::check_status(
        detail::thrum_core_set_excepthook(nullptr, nullptr, nullptr, old, old_arg, old_owner));
  }
  const detail::HookKeeper keeper = detail::keep(old_owner);
  if (old == &detail::call_except_hook) return *static_cast<const ExceptHook*>(old_arg);
  if (old == detail::thrum_core_default_excepthook()) return nullptr;
  return [old, old_arg, keeper](const ExceptHookArgs& args) {
    detail::with_info(args, [&](const thrum_except_info* info) { old(info, old_arg); });
  };
}

/// Calls the hook that is set. threading.excepthook(args).
inline void excepthook(const ExceptHookArgs& args) {
  detail::with_info(args,
                    [](const thrum_except_info* info) { detail::check_status(thrum_excepthook(info)); });
}

/// One line on standard error. threading.__excepthook__(args).
inline void default_excepthook(const ExceptHookArgs& args) {
  detail::with_info(args, [](const thrum_except_info* info) { thrum_default_excepthook(info, nullptr); });
}

/// Sets the hooks in place of those before; empty ones: none. Those before are destroyed when no thread is in
/// them, by the last that was, or by the caller. threading.settrace, .setprofile; with all_threads
/// .settrace_all_threads, .setprofile_all_threads.
inline void set_thread_hooks(ThreadHooks hooks) {
  if (hooks.start == nullptr && hooks.exit == nullptr) {
    return detail::check_status(detail::thrum_core_set_thread_hooks(nullptr, nullptr));
  }
  auto own = std::make_unique<ThreadHooks>(std::move(hooks));
  thrum_thread_hooks raw = THRUM_THREAD_HOOKS_INIT;
  raw.start = &detail::call_start_hook;
  raw.exit = &detail::call_exit_hook;
  raw.arg = own.get();
  raw.all_threads = own->all_threads ? 1 : 0;
  detail::check_status(detail::thrum_core_set_thread_hooks(&raw, detail::delete_hook<ThreadHooks>));
  // The library's, and another thread may have had it deleted already.
  static_cast<void>(own.release());
}

/// The hooks that are set. threading.gettrace, .getprofile.
inline ThreadHooks get_thread_hooks() {
  thrum_thread_hooks raw = THRUM_THREAD_HOOKS_INIT;
  const detail::HookKeeper keeper = detail::keep(detail::thrum_core_hold_thread_hooks(raw));
  if (raw.start == &detail::call_start_hook) return *static_cast<const ThreadHooks*>(raw.arg);
  return {detail::from_c(raw.start, raw.arg, keeper), detail::from_c(raw.exit, raw.arg, keeper),
          raw.all_threads != 0};
}

}  // namespace thrum

#endif
