// explorer/objects.hpp - how many objects there are behind handles, to see which a run has left over.
#ifndef THRUM_EXPLORER_OBJECTS_HPP
#define THRUM_EXPLORER_OBJECTS_HPP

#include <cstddef>

namespace thrum::sim {

class Objects {
 public:
  /// Those that there are now.
  void count() noexcept;
  /// Leaves a thread out of account.
  void forget_thread() noexcept { --counts_[1]; }
  /// A kind of which there are more than there were then, or null.
  const char* more_than(const Objects& then) const noexcept;

 private:
  static constexpr std::size_t kKinds = 16;
  std::size_t counts_[kKinds] = {};
};

}  // namespace thrum::sim

#endif
