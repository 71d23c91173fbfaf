// explorer/first_run.hpp - what the first run did, to be held against the same run at the end.
//
// A run begins with the library as it was, but the program's own variables are as the runs before have left
// them. Where a test does something else because of that, the orders that have been tried are of no one test.
#ifndef THRUM_EXPLORER_FIRST_RUN_HPP
#define THRUM_EXPLORER_FIRST_RUN_HPP

#include <cstddef>
#include <cstdint>

#include "engine/array.hpp"

namespace thrum::sim {

class FirstRun {
 public:
  /// A call that a thread begins, or that a thread goes on, where the name is null.
  struct Step {
    unsigned thread;
    const char* call;
  };

  void record() noexcept { state_ = State::records; }
  void stop() noexcept { state_ = State::off; }
  void compare() noexcept {
    state_ = State::compares;
    next_ = 0;
  }

  /// The step that is made now. False: it is not what was recorded.
  bool made(const Step& step) noexcept {
    if (state_ == State::off) return true;
    if (state_ == State::records) {
      steps_.push(step);
      return true;
    }
    const Step* then = expected();
    if (then == nullptr || then->thread != step.thread || then->call != step.call) return false;
    ++next_;
    return true;
  }
  /// What was recorded for the step that comes next; null: nothing.
  const Step* expected() const noexcept { return next_ < steps_.size() ? &steps_[next_] : nullptr; }
  /// Whether it may end here.
  bool may_end() const noexcept { return state_ != State::compares || next_ == steps_.size(); }

 private:
  enum class State : std::uint8_t { off, records, compares };
  State state_ = State::off;
  std::size_t next_ = 0;
  Array<Step> steps_;
};

}  // namespace thrum::sim

#endif
