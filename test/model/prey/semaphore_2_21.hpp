// semaphore_2_21.hpp - the semaphore of glibc since 2.21, where there are atomic operations on 64 bits.
//
// The value and the number of waiters are halves of one word. So a post learns in the very step that raises
// the value whether there is somebody to wake, and then uses no more than the word's address.
#ifndef THRUM_TEST_PREY_SEMAPHORE_2_21_HPP
#define THRUM_TEST_PREY_SEMAPHORE_2_21_HPP

#include "model/prey/futex.hpp"

namespace prey {

class Semaphore221 {
 public:
  void wait() {
    std::uint64_t state = state_.load();
    while ((state & kValue) != 0) {
      if (state_.compare_exchange(state, state - 1)) return;
    }
    state = state_.fetch_add(kWaiter) + kWaiter;
    for (;;) {
      if ((state & kValue) == 0) {
        state_.wait(0, kValue);
        state = state_.load();
      } else if (state_.compare_exchange(state, state - 1 - kWaiter)) {
        return;
      }
    }
  }

  void post() {
    std::uint64_t state = state_.load();
    while (!state_.compare_exchange(state, state + 1)) {
    }
    if (state >= kWaiter) state_.wake(1);
  }

  void free() { state_.free(); }

 private:
  static constexpr std::uint64_t kWaiter = std::uint64_t{1} << 32U;
  static constexpr std::uint64_t kValue = kWaiter - 1;

  Word state_{"state"};
};

}  // namespace prey

#endif
