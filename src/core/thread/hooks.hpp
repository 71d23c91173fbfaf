// core/thread/hooks.hpp - the user's functions that the library calls at the start and the end of threads,
// and for what ends one before its time.
//
// Every setting of the thread hooks has a number. A thread remembers the number of the setting whose start it
// has called, so that the exit of another one, set meanwhile, is not called without its start:
//
//   greeted           meaning                                  moved on by
//   0                 none yet, or it came before all hooks    its thread, at its start; and where it waits
//                                                              or ends, if hooks for all threads came since
//   a past number     that setting's hooks are no longer set   the same
//   the present one   start has been called, exit will be      the same, at its end: kParted
//   kParted           exit has been called, or need not be     nobody
#ifndef THRUM_CORE_THREAD_HOOKS_HPP
#define THRUM_CORE_THREAD_HOOKS_HPP

#include "core/self/record.hpp"
#include "core/word/atomic.hpp"
#include "thrum/thrum.h"

namespace thrum::hooks {

/// Sets the hook for what ends threads, null: the default one; returns what was set.
struct Except {
  thrum_except_hook hook;
  void* arg;
};
Except set_except(Except except) noexcept;

/// Calls that hook, with nothing locked.
void report(const thrum_except_info& info);

/// The default one: a line on standard error.
void report_by_default(const thrum_except_info& info) noexcept;

/// Sets the thread hooks; null: none.
thrum_status set(const thrum_thread_hooks* hooks) noexcept;
thrum_thread_hooks get() noexcept;

inline constexpr std::uint64_t kParted = UINT64_MAX;

// The numbers of the last setting, and of the last one for all threads; 0: there was none. Written with the
// registry locked.
extern detail::Word last;
extern detail::Word last_for_all;

void greet(ThreadRecord& record);
void part(ThreadRecord& record);

// Call the next three in the record's thread, with nothing locked.

/// The thread has begun, or has been seen for the first time.
inline void begin(ThreadRecord& record) {
  // relaxed, as below: who set them has made sure of what comes after that, or it is no matter which.
  if (atomic::load_relaxed(last) != 0) greet(record);
}

/// The thread is about to wait. Hooks for all threads may have come since it began.
inline void catch_up(ThreadRecord& record) {
  if (record.greeted < atomic::load_relaxed(last_for_all)) greet(record);
}

/// The thread ends.
inline void end(ThreadRecord& record) {
  if (atomic::load_relaxed(last) != 0) part(record);
}

}  // namespace thrum::hooks

#endif
