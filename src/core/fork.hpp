// core/fork.hpp - the process forks.
#ifndef THRUM_CORE_FORK_HPP
#define THRUM_CORE_FORK_HPP

#include <cstdint>

namespace thrum::fork {

/// Before the fork: holds every internal lock, so that the child gets them all whole.
void prepare() noexcept;

/// After it, in either process: lets them go. In the child the calling thread is the main one and the
/// others have ended.
void parent() noexcept;
void child() noexcept;

/// How many forks this process comes after: what was under way in another process is not in this one.
std::uint32_t count() noexcept;

/// The identifier of the thread that came through the last of them; 0: none, or it had not got one.
std::uint64_t survivor() noexcept;

}  // namespace thrum::fork

#endif
