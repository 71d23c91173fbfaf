// core/self/epoch.hpp - the forks that this process comes after.
#ifndef THRUM_CORE_SELF_EPOCH_HPP
#define THRUM_CORE_SELF_EPOCH_HPP

#include <cstdint>

namespace thrum::fork {

/// How many there were: what was under way in another process is not in this one.
std::uint32_t count() noexcept;

/// The identifier of the thread that came through the last of them; 0: none, or it had not got one.
std::uint64_t survivor() noexcept;

/// In the child, before all else: one more, which this thread has come through.
void begin_epoch(std::uint64_t ident) noexcept;

}  // namespace thrum::fork

#endif
