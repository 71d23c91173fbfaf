// core/exit.hpp - the end of the process.
//
//   running --exit() or thrum_shutdown--> shutting down --> exiting
//
// Shutting down is three things, one after another: the call-backs that were registered for it, the newest
// first; the end of what has threads of its own; and the wait for all threads and timers that are no daemons.
// Once the process is exiting no thread or timer starts, and a daemon that is about to wait stays there: what
// it would use next may be gone.
#ifndef THRUM_CORE_EXIT_HPP
#define THRUM_CORE_EXIT_HPP

#include "core/record.hpp"
#include "core/thread.hpp"
#include "thrum/thrum.h"

namespace thrum::exit {

/// Whether the exit of the process waits for its threads.
bool watching() noexcept;
/// Has it do so; the first call does it. False: no memory. Call with the registry locked.
bool watch() noexcept;

/// In the child of a fork, which exits for itself.
void forget() noexcept;

/// Has the work done when the shutdown begins. The argument is disposed of after that.
thrum_status register_call(const thread::Work& work) noexcept;

/// Whether the shutdown has begun. Call with the registry locked.
bool shutting_down() noexcept;

bool exiting() noexcept;

/// Whether the process leaves this thread behind.
bool abandons(const ThreadRecord& record) noexcept;

/// Where an abandoned thread stays.
[[noreturn]] void stay(ThreadRecord& record) noexcept;

/// Shuts down, waiting for every thread but the calling one.
thrum_status shutdown() noexcept;

}  // namespace thrum::exit

#endif
