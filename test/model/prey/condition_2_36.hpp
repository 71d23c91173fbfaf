// condition_2_36.hpp - the condition variable of glibc 2.25 to 2.40, as far as wait and signal.
//
// Each waiter has a number, and is in one of two groups: G1, whose members may be signalled, or G2, those
// that came later. Once all of G1 have been signalled, the next signal closes it and makes G2 the new G1.
// There are two slots for groups, so that the next G2 is where G1 was; a waiter that was signalled long ago
// and only now goes on may take what is meant for the new one. It cannot tell: where its own group is closed,
// and the slot is G1's again, it gives a signal back in case it stole one.
//
// The waiter who stole nothing gives one too many. It wakes a member of G1 that was not counted as signalled,
// and a later signal, which is, goes to a group where nobody is left to take it (BZ 25847).
#ifndef THRUM_TEST_PREY_CONDITION_2_36_HPP
#define THRUM_TEST_PREY_CONDITION_2_36_HPP

#include "explorer/log.hpp"
#include "model/prey/futex.hpp"

namespace prey {

class Condition236 {
 public:
  /// Call with the mutex held.
  void wait(thrum::platform::Mutex& mutex) {
    const thrum::sim::Call call("condition_wait", this);
    const std::uint64_t ticket = sequence_.fetch_add(2);
    const auto slot = static_cast<unsigned>(ticket & 1);
    waiters_.fetch_add(1);
    thrum::platform::unlock(mutex);
    if (take_signal(ticket >> 1, slot)) give_back_if_stolen(ticket >> 1, slot);
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
      signals_[first].fetch_add(kSignal);
      --unsignalled_[first];
      wakes = true;
    }
    thrum::platform::unlock(mutex_);
    if (wakes) signals_[first].wake(1);
  }

 private:
  static constexpr std::uint64_t kClosed = 1;
  static constexpr std::uint64_t kSignal = 2;
  static constexpr std::uint64_t kWakeRequested = 1;
  static constexpr std::uint64_t kReference = 2;

  /// Waits for a signal in the slot. False: the group was closed without.
  bool take_signal(std::uint64_t number, unsigned slot) {
    std::uint64_t signals = signals_[slot].load();
    for (;;) {
      if ((signals & kClosed) != 0) return false;
      if (signals != 0) {
        if (signals_[slot].compare_exchange(signals, signals - kSignal)) return true;
        continue;
      }
      // Until the reference is dropped, the slot cannot go to another group.
      references_[slot].fetch_add(kReference);
      if ((signals_[slot].load() & kClosed) != 0 || number < start_.load() >> 1) {
        drop_reference(slot);
        return false;
      }
      signals_[slot].wait(0);
      drop_reference(slot);
      signals = signals_[slot].load();
    }
  }

  void give_back_if_stolen(std::uint64_t number, unsigned slot) {
    const std::uint64_t start = start_.load();
    if (number >= start >> 1) return;
    // The other slot's signals it has not touched.
    if (((start & 1) ^ 1) != slot) return;
    std::uint64_t signals = signals_[slot].load();
    while (start_.load() == start) {
      if ((signals & kClosed) != 0 || signals_[slot].compare_exchange(signals, signals + kSignal)) {
        signals_[slot].wake(1);
        return;
      }
    }
  }

  void drop_reference(unsigned slot) {
    if (references_[slot].fetch_sub(kReference) != (kReference | kWakeRequested)) return;
    references_[slot].fetch_and(~kWakeRequested);
    references_[slot].wake(Word::kAll);
  }

  /// Makes G2 the new G1. False: there is nobody in it. Call with the internal lock held.
  bool switch_groups(std::uint64_t sequence, unsigned& first) {
    const std::uint64_t start = start_.load() >> 1;
    if (sequence - start - size_ + unsignalled_[first ^ 1U] == 0) return false;
    signals_[first].fetch_or(kClosed);
    await_references(first);
    // The lowest bit tells G2's slot.
    start_.fetch_add(2 * size_ + (first == 1 ? 1 : ~std::uint64_t{0}));
    signals_[first].store(0);
    const std::uint64_t end = sequence_.fetch_xor(1) >> 1;
    first ^= 1;
    size_ = end - start - size_;
    unsignalled_[first] += size_;
    return unsignalled_[first] != 0;
  }

  void await_references(unsigned slot) {
    std::uint64_t references = references_[slot].fetch_or(0);
    while (references >= kReference) {
      references = references_[slot].fetch_or(kWakeRequested) | kWakeRequested;
      if (references >= kReference) references_[slot].wait(references);
      references = references_[slot].load();
    }
  }

  // The internal lock is a mutex of the platform's: how glibc makes it is not to the point.
  thrum::platform::Mutex mutex_;

  Word sequence_{"sequence"};  // twice the next waiter's number, and G2's slot
  Word start_{"start"};        // twice the number of G1's first, and G2's slot
  Word waiters_{"waiters"};
  // In each slot: twice those to be taken, and kClosed; twice those who may sleep on that, and
  // kWakeRequested.
  Word signals_[2] = {Word("signals 0"), Word("signals 1")};
  Word references_[2] = {Word("references 0"), Word("references 1")};

  // Guarded by the internal lock.
  std::uint64_t size_ = 0;  // of G1, when it became that
  std::uint64_t unsignalled_[2] = {};
};

}  // namespace prey

#endif
