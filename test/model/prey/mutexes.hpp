// mutexes.hpp - the mutexes of Ulrich Drepper's "Futexes Are Tricky".
#ifndef THRUM_TEST_PREY_MUTEXES_HPP
#define THRUM_TEST_PREY_MUTEXES_HPP

#include "model/prey/futex.hpp"

namespace prey {

/// The paper's first. Who does not get it has counted one up, and sleeps if nobody has since. That nobody
/// ever succeeds to sleep where two keep counting is one of its mistakes; the other is that they count beyond
/// the end of the word, where it says that the mutex is free. In so narrow a word as this one they need not
/// count for long.
class Mutex1 {
 public:
  explicit Mutex1(unsigned width = 32) : word_("mutex", width), mask_((std::uint64_t{1} << width) - 1) {}

  void lock() {
    for (;;) {
      const std::uint64_t before = word_.fetch_add(1);
      if (before == 0) return;
      word_.wait((before + 1) & mask_);
    }
  }
  void unlock() {
    word_.store(0);
    word_.wake(1);
  }

 private:
  Word word_;
  std::uint64_t mask_;
};

/// The paper's second:
///
///   0   free
///   1   held
///   2   held, threads may be asleep
///
/// A thread that has slept does not know whether there are others, and so has to take the mutex as 2. As 1,
/// which is what one thinks of first, its unlock will wake none of them.
template <std::uint64_t kAfterSleep>
class Mutex2 {
 public:
  void lock() {
    std::uint64_t before = change(0, 1);
    while (before != 0) {
      if (before == 2 || change(1, 2) != 0) word_.wait(2);
      before = change(0, kAfterSleep);
    }
  }
  void unlock() {
    if (word_.fetch_sub(1) == 1) return;
    word_.store(0);
    word_.wake(1);
  }

 private:
  /// Returns what it was before.
  std::uint64_t change(std::uint64_t from, std::uint64_t to) {
    word_.compare_exchange(from, to);
    return from;
  }

  Word word_{"mutex"};
};

/// The paper's third: the second's states, and fewer steps.
class Mutex3 {
 public:
  void lock() {
    std::uint64_t before = 0;
    if (word_.compare_exchange(before, 1)) return;
    if (before != 2) before = word_.exchange(2);
    while (before != 0) {
      word_.wait(2);
      before = word_.exchange(2);
    }
  }
  void unlock() {
    if (word_.fetch_sub(1) == 1) return;
    word_.store(0);
    word_.wake(1);
  }

 private:
  Word word_{"mutex"};
};

}  // namespace prey

#endif
