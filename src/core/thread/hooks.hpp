// core/thread/hooks.hpp - the user's functions that the library calls at the start and the end of threads,
// and for what ends one before its time.
//
// Every setting of the thread hooks has a number. A thread remembers the number of the setting whose start it
// has called, so that the exit of another one, set meanwhile, is not called without its start:
//
//   greeted           meaning                                  moved on by
//   0                 none yet, or it came before all hooks    its thread, at its start; and where it waits
//                                                              or ends, if hooks for all threads are set
//                                                              since
//   a past number     that setting's hooks are no longer set   the same
//   the present one   start has been called, exit will be      the same, at its end: kParted
//   kParted           exit has been called, or need not be     nobody
//
// Whatever there is of a setting is set in one step, with the registry locked, or of two that set at once
// each might see a half of its own. What hooks of C++ call is on the heap, and belongs to an owner that
// counts its users:
//
//   users             meaning                                  moved on by
//   1                 it is set                                who sets another: the use passes to him
//   1 for each more   a thread is in it, or copies it          that thread, when it is done
//   1 once, for ever  C has been told of it, and may set it    nobody
//                     again at any time
//   0                 nobody's: to be disposed of, unlocked    who took the last use away
#ifndef THRUM_CORE_THREAD_HOOKS_HPP
#define THRUM_CORE_THREAD_HOOKS_HPP

#include "core/self/record.hpp"
#include "core/word/atomic.hpp"
#include "thrum/detail/core.hpp"
#include "thrum/thrum.h"

namespace thrum::detail {

/// Guarded by the registry's mutex, but for the first two, which do not change.
struct HookOwner {
  void* arg;
  void (*dispose)(void* arg);
  std::uint64_t users;
  bool shown;  // to C
  // Of all that there are: what is never disposed of is known all the same.
  HookOwner* next;
  HookOwner* previous;
};

}  // namespace thrum::detail

namespace thrum::hooks {

/// With one user, who sets it; null: no memory.
detail::HookOwner* own(void* arg, void (*dispose)(void*)) noexcept;

/// Takes a use away; null: there is none. Call with nothing locked: the last one disposes, which is the
/// user's code.
void drop(detail::HookOwner* owner) noexcept;

/// Sets the hook for what ends threads, null: the default one; returns what was set, for the caller to drop.
struct Except {
  thrum_except_hook hook;
  void* arg;
  detail::HookOwner* owner;  // null: C's, who has to see to it himself
};
Except set_except(const Except& except) noexcept;
/// The caller, who holds it, is about to tell C of it.
void show(const Except& except) noexcept;
/// What is set, for the caller to drop.
Except hold_except() noexcept;

/// Calls that hook, with nothing locked.
void report(const thrum_except_info& info);

/// The default one: a line on standard error.
void report_by_default(const thrum_except_info& info) noexcept;

/// Sets the thread hooks; null: none. `dispose` is called with their arg when all are done with them; null:
/// nobody has to. Where they are not set it is not called.
thrum_status set(const thrum_thread_hooks* hooks, void (*dispose)(void*)) noexcept;
/// For C.
thrum_thread_hooks get() noexcept;
struct ThreadHooks {
  thrum_thread_hooks hooks;
  detail::HookOwner* owner;
};
/// What is set, for the caller to drop.
ThreadHooks hold_thread_hooks() noexcept;

inline constexpr std::uint64_t kParted = UINT64_MAX;

// The number of the last setting, 0: there was none; and the same if it is for all threads, else 0. Written
// with the registry locked.
extern detail::Word last;
extern detail::Word last_for_all;

/// `late`: the thread began before the hooks were set, and has them called only if they are for all.
void greet(ThreadRecord& record, bool late);
void part(ThreadRecord& record);

// Call the next three in the record's thread, with nothing locked.

/// The thread has begun, or has been seen for the first time.
inline void begin(ThreadRecord& record) {
  // relaxed, as below: who set them has made sure of what comes after that, or it is no matter which.
  if (atomic::load_relaxed(last) != 0) greet(record, false);
}

/// The thread is about to wait. Hooks for all threads may have been set since it began.
inline void catch_up(ThreadRecord& record) {
  if (record.greeted < atomic::load_relaxed(last_for_all)) greet(record, true);
}

/// The thread ends.
inline void end(ThreadRecord& record) {
  if (atomic::load_relaxed(last) != 0) part(record);
}

}  // namespace thrum::hooks

#endif
