// explorer/trace.hpp - what a run has been so far, but for the order of steps that do not concern each other.
//
// Each step has a hash of itself and of all that it depends on: the step of its thread before it, and for
// what it touches the last write, and for what it writes the reads since. The trace is the sum of them, so
// that it is the same in whichever order they came.
#ifndef THRUM_EXPLORER_TRACE_HPP
#define THRUM_EXPLORER_TRACE_HPP

#include <cstdint>

#include "engine/world.hpp"

namespace thrum::sim {

class Trace {
 public:
  Trace() noexcept = default;
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;
  ~Trace();

  void clear() noexcept;
  void add(Thread& thread, const Footprint& block) noexcept;
  std::uint64_t hash() const noexcept { return sum_; }
  static void add_way(Thread& thread, unsigned way) noexcept;

 private:
  struct Entry {
    const void* object;
    std::uint64_t run;  // in which it was used last
    std::uint64_t write;
    std::uint64_t reads;
  };

  Entry& find(const void* object) noexcept;
  void grow() noexcept;

  Entry* entries_ = nullptr;
  std::size_t capacity_ = 0;
  std::size_t count_ = 0;
  std::uint64_t run_ = 0;
  std::uint64_t sum_ = 0;
};

}  // namespace thrum::sim

#endif
