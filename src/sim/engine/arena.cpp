// engine/arena.cpp - core/word/memory.hpp in the simulator: from one piece of address space, so that an
// exploration can set it back, and so that the same calls give the same addresses.
//
// Sizes are rounded up to powers of two, and what is released is kept for the next of its size. Where the
// free pieces are is in the library's data, and is set back with it.
#include "engine/arena.hpp"

#include <sys/mman.h>
#include <cstdint>
#include <cstring>

#include "core/word/memory.hpp"
#include "platform.hpp"

namespace thrum {

namespace {

constexpr std::size_t kSpace = std::size_t{1} << 34U;
constexpr unsigned kLeastBits = 4;
constexpr unsigned kMostBits = 34;

/// Stands before every piece.
struct alignas(16) Header {
  unsigned bits;  // of its size, without this
  Header* next;   // of those that are free
};

char* space = nullptr;
std::size_t used = 0;
Header* free_pieces[kMostBits + 1];

bool make_space() noexcept {
  if (space != nullptr) return true;
  void* memory =
      mmap(nullptr, kSpace, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  space = static_cast<char*>(memory);
  return true;
}

}  // namespace

char* sim::arena::begin() noexcept { return make_space() ? space : nullptr; }

std::size_t sim::arena::used() noexcept { return thrum::used; }

void* allocate(std::size_t size) noexcept {
  unsigned bits = kLeastBits;
  while (bits < kMostBits && (std::size_t{1} << bits) < size) ++bits;
  Header* piece = free_pieces[bits];
  if (piece != nullptr) {
    free_pieces[bits] = piece->next;
  } else {
    const std::size_t whole = sizeof(Header) + (std::size_t{1} << bits);
    if (!make_space() || whole > kSpace - used) return nullptr;
    piece = reinterpret_cast<Header*>(space + used);
    used += whole;
    piece->bits = bits;
  }
  std::memset(piece + 1, 0, size);
  return piece + 1;
}

char* copy_string(const char* string) noexcept {
  const std::size_t size = std::strlen(string) + 1;
  auto* copy = static_cast<char*>(allocate(size));
  if (copy != nullptr) std::memcpy(copy, string, size);
  return copy;
}

void release(void* memory) noexcept {
  if (memory == nullptr) return;
  Header* piece = static_cast<Header*>(memory) - 1;
  piece->next = free_pieces[piece->bits];
  free_pieces[piece->bits] = piece;
}

}  // namespace thrum
