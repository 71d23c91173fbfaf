// posix/memory.cpp - memory whose pages the system may have back.
#include <sys/mman.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>

#include "platform.hpp"

namespace thrum::platform {

namespace {

// Where it is not known as what Linux makes of it, which takes the pages at once and has zeroed ones for who
// comes again, it is only a hint that they are not in use.
#if defined(__linux__)
constexpr int kNotInUse = MADV_DONTNEED;
#else
constexpr int kNotInUse = MADV_FREE;
#endif

}  // namespace

void discard(void* memory, std::size_t size) noexcept {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t begin = (address + page - 1) / page * page;
  const std::uintptr_t end = (address + size) / page * page;
  if (begin >= end) return;
  // Refused where they are locked in memory, for one. Then they stay.
  const int saved = errno;
  if (madvise(reinterpret_cast<void*>(begin), end - begin, kNotInUse) != 0) errno = saved;
}

}  // namespace thrum::platform
