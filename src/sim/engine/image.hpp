// engine/image.hpp - the library's memory at one moment, to come back to.
//
// That is what can be written in the shared object that the library is, and what it has allocated. So every
// run of an exploration begins with the same state, at the same addresses. The world itself is no part of it.
//
// The pages are made read-only at first. One that is written to is copied before, and is writable from then
// on; and only such pages are set back. For a debugger, which would stop at every such write, all of them are
// copied at once.
#ifndef THRUM_ENGINE_IMAGE_HPP
#define THRUM_ENGINE_IMAGE_HPP

#include <cstddef>

#include "engine/array.hpp"

namespace thrum::sim {

class Image {
 public:
  enum class Copies { as_written, at_once };
  explicit Image(Copies copies) noexcept;
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  ~Image();

  /// The one that there is.
  static Image* active() noexcept;

  /// For the handler of SIGSEGV: whether a write to that address was the first to its page, and may be tried
  /// again.
  bool admit(void* address) noexcept;

  void restore() const noexcept;

 private:
  struct Part {
    char* begin;
    std::size_t size;
  };
  struct Page {
    char* memory;
    char* copy;
  };
  static constexpr std::size_t kMostParts = 2;

  void add(char* begin, std::size_t size) noexcept;
  void copy(char* page) noexcept;

  std::size_t page_size_;
  Part parts_[kMostParts];
  std::size_t count_ = 0;
  Array<Page> pages_;  // that have been written to
};

}  // namespace thrum::sim

#endif
