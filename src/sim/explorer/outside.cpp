// explorer/outside.cpp - the library's objects in the program's own variables.

// The checks that _FORTIFY_SOURCE puts into longjmp would take the handler's stack for a broken one.
#undef _FORTIFY_SOURCE

#include "explorer/outside.hpp"

#include <link.h>
#include <cstring>

// Of AddressSanitizer, where the program has it: it may keep the variables of functions apart from the stack.
extern "C" {
void* __asan_get_current_fake_stack() __attribute__((weak));
void* __asan_addr_is_in_fake_stack(void* frames, void* address, void** begin, void** end)
    __attribute__((weak));
}

namespace thrum::sim {

void Outside::find(const void* stack_begin, const void* stack_end) noexcept {
  frames_ = __asan_get_current_fake_stack != nullptr ? __asan_get_current_fake_stack() : nullptr;
  ranges_.clear();
  ranges_.push({reinterpret_cast<std::uintptr_t>(stack_begin), reinterpret_cast<std::uintptr_t>(stack_end)});
  const auto add = [](dl_phdr_info* info, std::size_t, void* ranges) {
    for (int i = 0; i < info->dlpi_phnum; ++i) {
      const ElfW(Phdr)& header = info->dlpi_phdr[i];
      if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
      const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
      static_cast<Array<Range>*>(ranges)->push({begin, begin + header.p_memsz});
    }
    return 0;
  };
  dl_iterate_phdr(add, &ranges_);
}

void Outside::keep(std::uint64_t object, std::size_t size) noexcept {
  const auto begin = static_cast<std::uintptr_t>(object);
  bool inside = false;
  for (const Range& range : ranges_) inside = inside || (range.begin <= begin && begin + size <= range.end);
  if (!inside && frames_ != nullptr) {
    inside =
        __asan_addr_is_in_fake_stack(frames_, reinterpret_cast<void*>(begin), nullptr, nullptr) != nullptr;
  }
  if (!inside) return;
  for (const Kept& kept : kept_) {
    if (kept.object == begin && kept.size == size) return;
  }
  kept_.push({begin, size, bytes_.size()});
  for (std::size_t i = 0; i < size; ++i) bytes_.push(reinterpret_cast<const char*>(begin)[i]);
}

void Outside::restore() noexcept {
  // The last first: of two that overlap, as one with its first field, the first was kept before any call.
  restores_ = true;
  while (!kept_.empty()) {
    // The program may have taken the memory away meanwhile.
    if (_setjmp(next_) == 0) {
      const Kept& kept = kept_.last();
      std::memcpy(reinterpret_cast<void*>(kept.object), bytes_.begin() + kept.place, kept.size);
    }
    kept_.pop();
  }
  restores_ = false;
  bytes_.clear();
}

void Outside::skip() noexcept {
  if (restores_) _longjmp(next_, 1);
}

}  // namespace thrum::sim
