// win32/memory.cpp - memory whose pages the system may have back.
#include <windows.h>

#include <cstdint>

#include "keep_last_error.hpp"
#include "platform.hpp"
#include "system.hpp"

namespace thrum::platform {

void discard(void* memory, std::size_t size) noexcept {
  SYSTEM_INFO system;
  GetSystemInfo(&system);
  const std::uintptr_t page = system.dwPageSize;
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t begin = (address + page - 1) / page * page;
  const std::uintptr_t end = (address + size) / page * page;
  if (begin >= end) return;
  const KeepLastError keep_last_error;
  auto* const pages = reinterpret_cast<void*>(begin);
  const auto take = system_functions().discard_virtual_memory;
  if (take != nullptr && take(pages, end - begin) == ERROR_SUCCESS) return;
  // Windows 7 takes them when it needs them. They stay committed: who comes late may still read them.
  VirtualAlloc(pages, end - begin, MEM_RESET, PAGE_NOACCESS);
}

}  // namespace thrum::platform
