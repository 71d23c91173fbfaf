// semaphore_2_20.hpp - the semaphore of glibc up to 2.20.
//
// The value and the number of waiters are two words. A post looks for waiters after it has raised the value;
// by then the thread that it let go on may have destroyed the semaphore, and freed its memory (BZ 12674).
#ifndef THRUM_TEST_PREY_SEMAPHORE_2_20_HPP
#define THRUM_TEST_PREY_SEMAPHORE_2_20_HPP

#include "model/prey/futex.hpp"

namespace prey {

class Semaphore220 {
 public:
  void wait() {
    if (take()) return;
    waiters_.fetch_add(1);
    do {
      value_.wait(0);
    } while (!take());
    waiters_.fetch_sub(1);
  }

  void post() {
    std::uint64_t value = value_.load();
    while (!value_.compare_exchange(value, value + 1)) {
    }
    if (waiters_.load() != 0) value_.wake(1);
  }

  void free() {
    value_.free();
    waiters_.free();
  }

 private:
  bool take() {
    std::uint64_t value = value_.load();
    while (value != 0) {
      if (value_.compare_exchange(value, value - 1)) return true;
    }
    return false;
  }

  Word value_{"value"};
  Word waiters_{"waiters"};
};

}  // namespace prey

#endif
