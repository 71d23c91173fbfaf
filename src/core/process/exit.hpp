// core/process/exit.hpp - the end of the process.
//
//   running --exit() or thrum_shutdown--> shutting down --> exiting
//
// Shutting down is three things, one after another: the call-backs that were registered for it, the newest
// first; the end of what has threads of its own; and the wait for all threads and timers that are no daemons.
// Once the process is exiting no thread or timer starts, and a daemon that is about to wait stays there: what
// it would use next may be gone.
#ifndef THRUM_CORE_PROCESS_EXIT_HPP
#define THRUM_CORE_PROCESS_EXIT_HPP

#include "core/self/record.hpp"
#include "core/thread/thread.hpp"
#include "thrum/thrum.h"

namespace thrum::exit {

/// In the child of a fork, which exits for itself.
void begin_anew() noexcept;

/// Has the work done when the shutdown begins. The argument is disposed of after that.
thrum_status register_call(const thread::Work& work) noexcept;

/// Whether the shutdown has begun. Call with the registry locked.
bool shutting_down() noexcept;

/// Shuts down, waiting for every thread but the calling one.
thrum_status shutdown() noexcept;

}  // namespace thrum::exit

#endif
