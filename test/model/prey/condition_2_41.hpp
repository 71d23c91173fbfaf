// condition_2_41.hpp - the condition variable of glibc 2.41, as far as wait and signal.
//
// The groups are those of 2.36. But the signals in a slot are counted from the number of its group's first
// waiter, so that who comes late sees that they are another group's; there is nothing to give back. And since
// such a waiter does not fall asleep either, a slot goes to the next group without waiting for it.
#ifndef THRUM_TEST_PREY_CONDITION_2_41_HPP
#define THRUM_TEST_PREY_CONDITION_2_41_HPP

#include "explorer/log.hpp"
#include "model/prey/futex.hpp"

namespace prey {

class Condition241 {
 public:
  /// Call with the mutex held.
  void wait(thrum::platform::Mutex& mutex) {
    const thrum::sim::Call call("condition_wait", this);
    const std::uint64_t ticket = sequence_.fetch_add(2);
    waiters_.fetch_add(1);
    thrum::platform::unlock(mutex);
    take_signal(ticket >> 1, static_cast<unsigned>(ticket & 1));
    waiters_.fetch_sub(1);
    thrum::platform::lock(mutex);
  }

  void signal() {
    const thrum::sim::Call call("condition_notify", this);
    if (waiters_.load() == 0) return;
    thrum::platform::lock(mutex_);
    const std::uint64_t sequence = sequence_.load();
    auto first = static_cast<unsigned>(sequence & 1) ^ 1U;
    bool wakes = false;
    if (unsignalled_[first] != 0 || switch_groups(sequence >> 1, first)) {
      signals_[first].fetch_add(1);
      --unsignalled_[first];
      wakes = true;
    }
    thrum::platform::unlock(mutex_);
    if (wakes) signals_[first].wake(1);
  }

 private:
  void take_signal(std::uint64_t number, unsigned slot) {
    for (;;) {
      std::uint64_t signals = signals_[slot].load();
      const std::uint64_t start = start_.load();
      if (number < start) return;
      if (static_cast<std::int64_t>(signals - start) > 0) {
        if (signals_[slot].compare_exchange(signals, signals - 1)) return;
        continue;
      }
      signals_[slot].wait(signals);
    }
  }

  /// Makes G2 the new G1. False: there is nobody in it. Call with the internal lock held.
  bool switch_groups(std::uint64_t sequence, unsigned& first) {
    const std::uint64_t start = start_.load() + size_;
    if (sequence - start + unsignalled_[first ^ 1U] == 0) return false;
    start_.fetch_add(size_);
    const std::uint64_t end = sequence_.fetch_xor(1) >> 1;
    first ^= 1;
    signals_[first].store(start);
    size_ = end - start;
    unsignalled_[first] += size_;
    return unsignalled_[first] != 0;
  }

  // The internal lock is a mutex of the platform's: how glibc makes it is not to the point.
  thrum::platform::Mutex mutex_;

  Word sequence_{"sequence"};  // twice the next waiter's number, and G2's slot
  Word start_{"start"};        // the number of G1's first
  Word waiters_{"waiters"};
  // In each slot: those to be taken, above the number of the group's first.
  Word signals_[2] = {Word("signals 0"), Word("signals 1")};

  // Guarded by the internal lock.
  std::uint64_t size_ = 0;  // of G1, when it became that
  std::uint64_t unsignalled_[2] = {};
};

}  // namespace prey

#endif
