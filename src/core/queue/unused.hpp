// core/queue/unused.hpp - memory that a queue has no use for any more, to be freed once its lock is let go:
// libc may return much more to the system on that occasion, which takes its time.
#ifndef THRUM_CORE_QUEUE_UNUSED_HPP
#define THRUM_CORE_QUEUE_UNUSED_HPP

#include "core/word/memory.hpp"

namespace thrum {

class Unused {
 public:
  Unused() noexcept = default;
  Unused(const Unused&) = delete;
  Unused& operator=(const Unused&) = delete;
  ~Unused() { free_all(); }

  /// Memory from allocate, or null.
  void push(void* memory) noexcept {
    if (memory == nullptr) return;
    auto* const block = static_cast<Block*>(memory);
    block->next = blocks_;
    blocks_ = block;
  }
  void free_all() noexcept {
    while (Block* const block = blocks_) {
      blocks_ = block->next;
      release(block);
    }
  }

 private:
  struct Block {
    Block* next;
  };
  Block* blocks_ = nullptr;
};

}  // namespace thrum

#endif
