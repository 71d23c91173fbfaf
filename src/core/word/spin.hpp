// core/word/spin.hpp - looking again for a short while before a thread goes to sleep.
//
// To sleep and be woken costs microseconds, and what is waited for often comes sooner. The budgets are the
// measured best all-rounders (docs/design.md). They are times, not numbers of turns: a pause takes 4 ns on
// some processors and 40 on others, a yield 200 ns or 1000.
#ifndef THRUM_CORE_WORD_SPIN_HPP
#define THRUM_CORE_WORD_SPIN_HPP

#include "core/word/crowd.hpp"
#include "platform.hpp"

namespace thrum {

class Spin {
 public:
  /// Nanoseconds.
  struct Budget {
    std::uint64_t pauses;
    std::uint64_t yields;
  };

  /// For a lock: about as long as its holders hold it.
  static constexpr Budget kLock{1300, 6000};
  /// For a signal from another thread: half of what it takes to wake one that sleeps.
  static constexpr Budget kSignal{200, 10000};

  /// For a signal that takes several threads to give, which may need this one's processor for it.
  static constexpr Budget kCrowd{0, 10000};

  /// For one that has looked for long enough.
  static constexpr Budget kNone{0, 0};

  explicit Spin(Budget budget) noexcept : budget_(budget) {}

  /// Waits a little and says whether to look again; false when the budget is used up.
  bool again() noexcept {
    if (platform::kSimulated) return false;
    if (!yielded_) now_ = platform::now();
    if (start_ == 0) start_ = now_;
    const std::uint64_t time = now_ - start_;
    if (time < budget_.pauses) {
      pause();
      return true;
    }
    if (time >= budget_.pauses + budget_.yields || crowd::is_there(now_)) return false;
    yield();
    return true;
  }

  /// About the present time, as of the last look.
  std::uint64_t now() const noexcept { return now_ != 0 ? now_ : platform::now(); }

 private:
  /// Longer each time: every look takes the cache line from the thread that works on it.
  void pause() noexcept {
    for (int i = 0; i < pauses_; ++i) platform::pause();
    if (pauses_ < kMostPauses) pauses_ *= 2;
  }

  void yield() noexcept {
    const std::uint64_t before = now_;
    platform::yield();
    now_ = platform::now();
    yielded_ = true;
    crowd::has_yielded(now_ - before, now_);
  }

  static constexpr int kMostPauses = 64;

  Budget budget_;
  std::uint64_t start_ = 0;
  std::uint64_t now_ = 0;
  int pauses_ = 2;
  bool yielded_ = false;  // and looked at the clock after that
};

}  // namespace thrum

#endif
