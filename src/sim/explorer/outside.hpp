// explorer/outside.hpp - the library's objects in the program's own variables.
//
// What the library keeps of an object is set back after each run, and so has to be the object: a static lock
// that a run was left with would be held for ever. Each is kept as it was before the run's first call about
// it. That is done for objects that are there as long as the exploration: in static variables, and in those
// of the functions that it was called by. One on the heap may be gone by then, and one on a run's own stack
// is.
#ifndef THRUM_EXPLORER_OUTSIDE_HPP
#define THRUM_EXPLORER_OUTSIDE_HPP

#include <csetjmp>
#include <cstddef>
#include <cstdint>

#include "engine/array.hpp"

namespace thrum::sim {

class Outside {
 public:
  Outside() noexcept = default;
  Outside(const Outside&) = delete;
  Outside& operator=(const Outside&) = delete;

  /// Finds where static variables are. Those of functions are between these two addresses.
  void find(const void* stack_begin, const void* stack_end) noexcept;

  /// A call begins that is about this object.
  void keep(std::uint64_t object, std::size_t size) noexcept;
  void restore() noexcept;
  /// For the handler of SIGSEGV: where an object cannot be restored, goes on with the next.
  void skip() noexcept;

 private:
  struct Range {
    std::uintptr_t begin;
    std::uintptr_t end;
  };
  struct Kept {
    std::uintptr_t object;
    std::size_t size;
    std::size_t place;  // in bytes_
  };

  void* frames_ = nullptr;  // AddressSanitizer's
  Array<Range> ranges_;
  Array<Kept> kept_;
  Array<char> bytes_;
  bool restores_ = false;
  std::jmp_buf next_{};
};

}  // namespace thrum::sim

#endif
