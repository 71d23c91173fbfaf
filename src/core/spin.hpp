// core/spin.hpp - looking again for a short while before a thread goes to sleep.
//
// To sleep and be woken costs microseconds, and what is waited for often comes sooner. The budgets are the
// measured best all-rounders (docs/design.md); the first phase is bounded by time, since one pause takes
// 4 ns on some processors and 40 on others.
#ifndef THRUM_CORE_SPIN_HPP
#define THRUM_CORE_SPIN_HPP

#include "platform.hpp"

namespace thrum {

class Spin {
 public:
  struct Budget {
    std::uint64_t pause_time;  // nanoseconds
    int yields;
  };

  /// For a lock: about as long as its holders hold it.
  static constexpr Budget kLock{1300, 7};
  /// For a signal from another thread.
  static constexpr Budget kSignal{400, 5};

  explicit Spin(Budget budget) noexcept : budget_(budget) {}

  /// Waits a little and says whether to look again; false when the budget is used up.
  bool again() noexcept {
    if (!pausing_over_) {
      const std::uint64_t time = platform::now();
      if (end_ == 0) end_ = time + budget_.pause_time;
      if (time < end_) {
        for (int i = 0; i < kPausesPerLook; ++i) platform::pause();
        return true;
      }
      pausing_over_ = true;
    }
    if (yielded_ == budget_.yields) return false;
    ++yielded_;
    platform::yield();
    return true;
  }

 private:
  static constexpr int kPausesPerLook = 3;

  Budget budget_;
  std::uint64_t end_ = 0;
  bool pausing_over_ = false;
  int yielded_ = 0;
};

}  // namespace thrum

#endif
