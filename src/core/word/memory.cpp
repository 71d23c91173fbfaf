// core/word/memory.cpp - memory from libc.
#include "core/word/memory.hpp"

#include <cstdlib>
#include <cstring>

#include "core/word/keep_errno.hpp"

namespace thrum {

void* allocate(std::size_t size) noexcept {
  const KeepErrno keep_errno;
  return std::calloc(1, size);
}

char* copy_string(const char* string) noexcept {
  const std::size_t size = std::strlen(string) + 1;
  auto* copy = static_cast<char*>(allocate(size));
  if (copy != nullptr) std::memcpy(copy, string, size);
  return copy;
}

void release(void* memory) noexcept {
  const KeepErrno keep_errno;
  std::free(memory);
}

}  // namespace thrum
