// core/word/memory.hpp - memory from libc. Leaves errno alone, as every call of the library does.
#ifndef THRUM_CORE_WORD_MEMORY_HPP
#define THRUM_CORE_WORD_MEMORY_HPP

#include <cstddef>

namespace thrum {

/// Zeroed memory, or null.
void* allocate(std::size_t size) noexcept;

/// A copy of the string, or null.
char* copy_string(const char* string) noexcept;

void release(void* memory) noexcept;

}  // namespace thrum

#endif
