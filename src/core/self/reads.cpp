// core/self/reads.cpp - the read-write locks that a thread holds to read.
#include "core/self/reads.hpp"

#include <cstring>

#include "core/word/memory.hpp"

namespace thrum {

bool Reads::reserve() noexcept {
  if (has_room()) return true;
  const std::uint32_t capacity = capacity_ == 0 ? 8 : 2 * capacity_;
  auto* reads = static_cast<Read*>(allocate(capacity * sizeof(Read)));
  if (reads == nullptr) return false;
  if (used_ != 0) std::memcpy(reads, reads_, used_ * sizeof(Read));
  release(reads_);
  reads_ = reads;
  capacity_ = capacity;
  return true;
}

}  // namespace thrum
