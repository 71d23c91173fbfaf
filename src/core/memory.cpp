// core/memory.cpp - memory from libc.
#include "core/memory.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace thrum {

void* allocate(std::size_t size) noexcept {
  const int saved = errno;
  void* memory = std::calloc(1, size);
  errno = saved;
  return memory;
}

char* copy_string(const char* string) noexcept {
  const std::size_t size = std::strlen(string) + 1;
  auto* copy = static_cast<char*>(allocate(size));
  if (copy != nullptr) std::memcpy(copy, string, size);
  return copy;
}

void release(void* memory) noexcept {
  const int saved = errno;
  std::free(memory);
  errno = saved;
}

}  // namespace thrum
