// core/self/ending.hpp - whether the process is at its end, as far as every thread has to know.
//
// What is done at that end, and when it counts as begun, is process/exit.hpp's.
#ifndef THRUM_CORE_SELF_ENDING_HPP
#define THRUM_CORE_SELF_ENDING_HPP

#include "core/self/record.hpp"

namespace thrum::exit {

/// The record of the thread that has waited for the others at the exit; 0 before that, and 0 in the child of
/// a fork, which exits for itself.
extern detail::Word survivor;

inline bool exiting() noexcept {
  // relaxed: a thread that has not heard of it yet may go on until it has.
  return atomic::load_relaxed(survivor) != 0;
}

/// Whether the main thread has ended while the process goes on. It ends with its last thread then, so none of
/// the library's own may be there only to wait for what may come.
bool main_has_left() noexcept;
void leave_main() noexcept;

/// Whether the process leaves this thread behind: a daemon, once it is exiting.
bool abandons(const ThreadRecord& record) noexcept;

/// Where an abandoned thread stays.
[[noreturn]] void stay(ThreadRecord& record) noexcept;

/// Whether the exit of the process waits for its threads.
bool watching() noexcept;
/// Has it do so; the first call does it. False: no memory. Call with the registry locked.
bool watch() noexcept;
/// In the child of a fork. A handler that the parent's exit has called is not called there: it takes another.
void forget() noexcept;

}  // namespace thrum::exit

#endif
