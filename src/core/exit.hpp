// core/exit.hpp - the end of the process.
//
//   running --exit() or thrum_shutdown--> waiting for the threads that are no daemons --> exiting
//
// Once it is exiting no thread starts, and a daemon that is about to wait stays there: what it would use
// next may be gone.
#ifndef THRUM_CORE_EXIT_HPP
#define THRUM_CORE_EXIT_HPP

#include "core/record.hpp"
#include "thrum/thrum.h"

namespace thrum::exit {

/// Has the exit of the process wait for its threads; the first call does it. False: no memory. Call with
/// the registry locked.
bool watch() noexcept;

/// In the child of a fork, which exits for itself.
void forget() noexcept;

bool exiting() noexcept;

/// Whether the process leaves this thread behind.
bool abandons(const ThreadRecord& record) noexcept;

/// Where an abandoned thread stays.
[[noreturn]] void stay(ThreadRecord& record) noexcept;

/// Waits for every thread that is alive and no daemon, but for the calling one.
thrum_status shutdown() noexcept;

}  // namespace thrum::exit

#endif
