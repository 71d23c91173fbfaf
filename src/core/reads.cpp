// core/reads.cpp - the read-write locks that a thread holds to read.
#include "core/reads.hpp"

#include <cstring>

#include "core/memory.hpp"

namespace thrum {

Read* Reads::find(const void* lock, Generation generation) noexcept {
  // From the end: locks are mostly let go in the reverse order.
  for (std::uint32_t i = used_; i != 0; --i) {
    Read& read = reads_[i - 1];
    if (read.lock == lock && read.generation == generation) return &read;
  }
  return nullptr;
}

bool Reads::reserve() noexcept {
  if (used_ < capacity_) return true;
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
