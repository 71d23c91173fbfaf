// core/thread/hooks.cpp - the user's functions at the start and the end of threads.
#include "core/thread/hooks.hpp"

#include <cstdio>

#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"

namespace thrum::hooks {

detail::Word last;
detail::Word last_for_all;

namespace {

constexpr thrum_thread_hooks kNone = THRUM_THREAD_HOOKS_INIT;

// Guarded by the registry's mutex.
Except except_hook = {nullptr, nullptr};
thrum_thread_hooks thread_hooks = kNone;

}  // namespace

Except set_except(Except except) noexcept {
  const Registry registry;
  const Except old = except_hook;
  except_hook = except;
  return old;
}

void report(const thrum_except_info& info) {
  Except except{};
  {
    const Registry registry;
    except = except_hook;
  }
  if (except.hook != nullptr) {
    except.hook(&info, except.arg);
  } else {
    report_by_default(info);
  }
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

thrum_status set(const thrum_thread_hooks* hooks) noexcept {
  if (hooks != nullptr && hooks->size < sizeof(thrum_thread_hooks)) return THRUM_E_VALUE;
  ThreadRecord* self = runtime::current();
  if (self == nullptr) return THRUM_E_NOMEM;
  {
    const Registry registry;
    thread_hooks = hooks != nullptr ? *hooks : kNone;
    thread_hooks.size = sizeof thread_hooks;
    // relaxed: a thread takes its hooks with the registry locked.
    const std::uint64_t number = atomic::load_relaxed(last) + 1;
    atomic::store_relaxed(last, number);
    if (thread_hooks.all_threads != 0) atomic::store_relaxed(last_for_all, number);
  }
  runtime::move_gate();
  catch_up(*self);
  return THRUM_OK;
}

thrum_thread_hooks get() noexcept {
  const Registry registry;
  return thread_hooks;
}

void greet(ThreadRecord& record) {
  void (*start)(void*) = nullptr;
  void* arg = nullptr;
  {
    const Registry registry;
    record.greeted = atomic::load_relaxed(last);
    start = thread_hooks.start;
    arg = thread_hooks.arg;
  }
  if (start != nullptr) start(arg);
}

void part(ThreadRecord& record) {
  catch_up(record);
  void (*exit)(void*) = nullptr;
  void* arg = nullptr;
  {
    const Registry registry;
    if (record.greeted == atomic::load_relaxed(last)) exit = thread_hooks.exit;
    arg = thread_hooks.arg;
    record.greeted = kParted;
  }
  if (exit != nullptr) exit(arg);
}

}  // namespace thrum::hooks
