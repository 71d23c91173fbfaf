// sim/memory.cpp - memory whose pages the system may have back.
#include <cstring>

#include "platform.hpp"

namespace thrum::platform {

// All of it goes, whether it makes a page or not, and in one step: so a model finds who still needs it.
void discard(void* memory, std::size_t size) noexcept {
  stepping(memory);
  std::memset(memory, 0, size);
  const auto* const bytes = static_cast<const unsigned char*>(memory);
  for (std::size_t at = 0; at < size; at += sizeof(std::uint64_t)) stepped(bytes + at, true);
}

}  // namespace thrum::platform
