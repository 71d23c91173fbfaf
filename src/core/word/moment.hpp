// core/word/moment.hpp - waiting for another thread that is in the middle of a step.
//
// It will be done at once, if it runs: so this thread pauses, then yields. On the same processor a thread of
// a lower real-time priority does not run because of a yield, though, nor does it on a processor that others
// keep from it: so in the end this thread sleeps for a moment each time.
#ifndef THRUM_CORE_WORD_MOMENT_HPP
#define THRUM_CORE_WORD_MOMENT_HPP

#include "platform.hpp"

namespace thrum {

class Moment {
 public:
  void pass() noexcept {
    if (turns_ % kPauses != 0) {
      platform::pause();
    } else if (turns_ < kPauses * kYields) {
      platform::yield();
    } else {
      platform::nap();
    }
    ++turns_;
  }

 private:
  static constexpr unsigned kPauses = 16;  // with what is done in the place of one
  static constexpr unsigned kYields = 64;

  unsigned turns_ = 1;
};

}  // namespace thrum

#endif
