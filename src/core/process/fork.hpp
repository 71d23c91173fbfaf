// core/process/fork.hpp - the process forks.
//
// Each part of the library that has locks or threads takes part (word/participant.hpp), in one order before
// the fork, which is the order of locking, and in the opposite one after it.
#ifndef THRUM_CORE_PROCESS_FORK_HPP
#define THRUM_CORE_PROCESS_FORK_HPP

namespace thrum::fork {

/// Before the fork: holds every internal lock, so that the child gets them all whole.
void prepare() noexcept;

/// After it, in either process: lets them go. In the child the calling thread is the main one and the
/// others have ended.
void parent() noexcept;
void child() noexcept;

}  // namespace thrum::fork

#endif
