// engine/arena.hpp - the memory that the library allocates, in one piece.
#ifndef THRUM_ENGINE_ARENA_HPP
#define THRUM_ENGINE_ARENA_HPP

#include <cstddef>

namespace thrum::sim::arena {

char* begin() noexcept;
/// As much as has ever been in use.
std::size_t used() noexcept;

}  // namespace thrum::sim::arena

#endif
