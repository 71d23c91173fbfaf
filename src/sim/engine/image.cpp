// engine/image.cpp - the library's memory at one moment.
#include "engine/image.hpp"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "engine/arena.hpp"
#include "platform.hpp"

namespace thrum::sim {

namespace {

/// Where the shared object that this is can be written to: without what is read-only once it has been loaded.
struct Data {
  char* begin;
  std::size_t size;
};

char anchor;  // in that object

int find_data(dl_phdr_info* info, std::size_t, void* out) {
  const auto here = reinterpret_cast<std::uintptr_t>(&anchor);
  Data found{nullptr, 0};
  std::uintptr_t read_only_end = 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_GNU_RELRO) read_only_end = begin + header.p_memsz;
    if (header.p_type == PT_LOAD && begin <= here && here < begin + header.p_memsz) {
      found = {reinterpret_cast<char*>(begin), header.p_memsz};
    }
  }
  if (found.begin == nullptr) return 0;
  const auto begin = reinterpret_cast<std::uintptr_t>(found.begin);
  if (begin < read_only_end && read_only_end <= begin + found.size) {
    found = {reinterpret_cast<char*>(read_only_end), begin + found.size - read_only_end};
  }
  *static_cast<Data*>(out) = found;
  return 1;
}

Data data() noexcept {
  Data found{nullptr, 0};
  if (dl_iterate_phdr(find_data, &found) == 0) platform::fatal("the simulator does not find its own data");
  return found;
}

Image* the_image = nullptr;

/// One page. Where the library is compiled with AddressSanitizer there is memory between its variables that
/// no function may touch, memcpy neither; and a loop is not to be made a memcpy.
__attribute__((no_sanitize_address)) void copy_page(char* to, const char* from, std::size_t size) noexcept {
#if defined(__SANITIZE_ADDRESS__)
  auto* words = reinterpret_cast<volatile std::uint64_t*>(to);
  const auto* source = reinterpret_cast<const volatile std::uint64_t*>(from);
  for (std::size_t i = 0; i != size / sizeof *words; ++i) words[i] = source[i];
#else
  std::memcpy(to, from, size);
#endif
}

void protect(char* begin, std::size_t size, int protection) noexcept {
  if (mprotect(begin, size, protection) != 0) platform::fatal("mprotect failed");
}

}  // namespace

Image::Image(Copies copies) noexcept : page_size_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
  const Data own = data();
  add(own.begin, own.size);
  add(arena::begin(), arena::used());
  the_image = this;
  for (std::size_t i = 0; i < count_; ++i) {
    const Part& part = parts_[i];
    if (copies == Copies::as_written) {
      protect(part.begin, part.size, PROT_READ);
    } else {
      for (std::size_t offset = 0; offset < part.size; offset += page_size_) copy(part.begin + offset);
    }
  }
}

Image::~Image() {
  for (std::size_t i = 0; i < count_; ++i) protect(parts_[i].begin, parts_[i].size, PROT_READ | PROT_WRITE);
  for (const Page& page : pages_) std::free(page.copy);
}

Image* Image::active() noexcept { return the_image; }

/// With all of the pages that it lies in.
void Image::add(char* begin, std::size_t size) noexcept {
  if (size == 0) return;
  const std::size_t before = reinterpret_cast<std::uintptr_t>(begin) % page_size_;
  parts_[count_++] = {begin - before, (before + size + page_size_ - 1) / page_size_ * page_size_};
}

void Image::copy(char* page) noexcept {
  auto* copy = static_cast<char*>(std::malloc(page_size_));
  if (copy == nullptr) platform::fatal("the simulator has no memory");
  copy_page(copy, page, page_size_);
  pages_.push({page, copy});
}

bool Image::admit(void* address) noexcept {
  auto* at = static_cast<char*>(address);
  for (std::size_t i = 0; i < count_; ++i) {
    if (at < parts_[i].begin || at >= parts_[i].begin + parts_[i].size) continue;
    char* memory = at - static_cast<std::size_t>(at - parts_[i].begin) % page_size_;
    for (const Page& page : pages_) {
      if (page.memory == memory) return false;
    }
    copy(memory);
    protect(memory, page_size_, PROT_READ | PROT_WRITE);
    return true;
  }
  return false;
}

void Image::restore() const noexcept {
  for (const Page& page : pages_) copy_page(page.memory, page.copy, page_size_);
}

}  // namespace thrum::sim
