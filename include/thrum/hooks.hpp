// hooks.hpp - thrum::set_excepthook and thrum::set_thread_hooks: functions for what ends a thread before its
// time, and for the start and the end of threads.
#ifndef THRUM_HOOKS_HPP
#define THRUM_HOOKS_HPP

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "thrum/detail/layout.hpp"
#include "thrum/error.hpp"
#include "thrum/lock.hpp"
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

/// A value that some call while others replace it. Modules share one: another layout is another edition in
/// layout.hpp.
template <class Value>
class Replaceable {
 public:
  /// Returns the value and its number, which no other value has.
  std::pair<std::shared_ptr<const Value>, std::uintptr_t> get() {
    const std::lock_guard<Lock> guard(lock_);
    return {value_, number_};
  }
  std::pair<std::shared_ptr<const Value>, std::uintptr_t> replace(std::shared_ptr<const Value> value) {
    const std::lock_guard<Lock> guard(lock_);
    value_.swap(value);
    return {std::move(value), ++number_};
  }

 private:
  Lock lock_;
  std::shared_ptr<const Value> value_;
  std::uintptr_t number_ = 0;
};

// Daemons may call them for as long as the process lasts.
inline Replaceable<ExceptHook>& except_hook() { return shared<Replaceable<ExceptHook>>(shared_except_hook); }
inline Replaceable<ThreadHooks>& thread_hooks() {
  return shared<Replaceable<ThreadHooks>>(shared_thread_hooks);
}

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
inline void call_except_hook(const thrum_except_info* info, void*) {
  const auto hook = except_hook().get().first;
  if (hook == nullptr) return thrum_default_excepthook(info, nullptr);
  thrum_except_info failed = *info;
  std::exception_ptr exception = catch_all([&] { (*hook)(to_args(*info)); }, failed.what);
  if (exception == nullptr) return;
  failed.exception = &exception;
  thrum_default_excepthook(&failed, nullptr);
}

/// The same for the hooks of threads; `number` says of which.
inline void call_thread_hook(std::function<void()> ThreadHooks::*hook, void* number) {
  const auto [hooks, present] = thread_hooks().get();
  if (hooks == nullptr || present != reinterpret_cast<std::uintptr_t>(number)) return;
  if (const auto& function = (*hooks).*hook) guard(function);
}
inline void call_start_hook(void* number) { call_thread_hook(&ThreadHooks::start, number); }
inline void call_exit_hook(void* number) { call_thread_hook(&ThreadHooks::exit, number); }

}  // namespace detail

/// Has the hook called, in the thread, for every exception that leaves what a thread runs; empty: the default
/// one. Returns the one before, empty for the default. An exception that leaves the hook is told by the
/// default one. threading.excepthook = hook.
inline ExceptHook set_excepthook(ExceptHook hook) {
  const bool is_default = hook == nullptr;
  // What the C ABI calls has an address of its own in each module: known is one of C++ by its argument.
  auto& hooks = detail::except_hook();
  const auto before =
      hooks.replace(is_default ? nullptr : std::make_shared<const ExceptHook>(std::move(hook)));
  thrum_except_hook old = nullptr;
  void* old_arg = nullptr;
  detail::check_status(thrum_set_excepthook(is_default ? nullptr : &detail::call_except_hook,
                                            is_default ? nullptr : &hooks, &old, &old_arg));
  if (old_arg == &hooks) return before.first != nullptr ? *before.first : ExceptHook();
  if (old == detail::thrum_core_default_excepthook()) return nullptr;
  return [old, old_arg](const ExceptHookArgs& args) {
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

/// Sets the hooks in place of those before; empty ones: none. threading.settrace, .setprofile; with
/// all_threads .settrace_all_threads, .setprofile_all_threads.
inline void set_thread_hooks(ThreadHooks hooks) {
  thrum_thread_hooks raw = THRUM_THREAD_HOOKS_INIT;
  raw.all_threads = hooks.all_threads ? 1 : 0;
  const bool none = hooks.start == nullptr && hooks.exit == nullptr;
  const auto before =
      detail::thread_hooks().replace(none ? nullptr : std::make_shared<const ThreadHooks>(std::move(hooks)));
  raw.start = &detail::call_start_hook;
  raw.exit = &detail::call_exit_hook;
  raw.arg = reinterpret_cast<void*>(before.second);
  detail::check_status(thrum_set_thread_hooks(none ? nullptr : &raw));
}

/// The hooks that set_thread_hooks has set last. threading.gettrace, .getprofile.
inline ThreadHooks get_thread_hooks() {
  const auto hooks = detail::thread_hooks().get().first;
  return hooks != nullptr ? *hooks : ThreadHooks{};
}

}  // namespace thrum

#endif
