// core/self/reads.hpp - the read-write locks that a thread holds to read, and how often.
//
// The list belongs to its thread alone. Its memory stays with the record, for the slot's next thread.
#ifndef THRUM_CORE_SELF_READS_HPP
#define THRUM_CORE_SELF_READS_HPP

#include <cstddef>
#include <cstdint>

#include "core/word/generation.hpp"

namespace thrum {

struct Read {
  const void* lock;
  Generation generation;
  std::uint32_t count;
};

class Reads {
 public:
  /// How the thread holds the lock, or null.
  Read* find(const void* lock, Generation generation) noexcept {
    // From the end: locks are mostly let go in the reverse order.
    for (std::uint32_t i = used_; i != 0; --i) {
      Read& read = reads_[i - 1];
      if (read.lock == lock && read.generation == generation) return &read;
    }
    return nullptr;
  }
  bool has_room() const noexcept { return used_ != capacity_; }
  /// Makes room for one more. False: no memory.
  bool reserve() noexcept;
  /// Call after reserve.
  void add(const void* lock, Generation generation) noexcept { reads_[used_++] = {lock, generation, 1}; }
  void remove(Read& read) noexcept { read = reads_[--used_]; }
  void clear() noexcept { used_ = 0; }

 private:
  Read* reads_ = nullptr;
  std::uint32_t used_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace thrum

#endif
