// core/park/parker.hpp - a thread's place to sleep, with an atomic token in front.
//
//   state     meaning                          who moves it on
//   kEmpty    awake, no token                  its thread -> kAsleep; a waker -> kToken
//   kAsleep   asleep, or on its way            a waker -> kToken; its thread, out of time -> kEmpty
//   kToken    a token waits to be taken        its thread -> kEmpty
//
// A waker that finds kEmpty has no system call to make: the thread has not gone to sleep yet.
#ifndef THRUM_CORE_PARK_PARKER_HPP
#define THRUM_CORE_PARK_PARKER_HPP

#include "core/word/atomic.hpp"
#include "core/word/deadline.hpp"

namespace thrum {

class Parker {
 public:
  /// Once for each place in memory, which is never returned: a waker may come late. And again in the child
  /// of a fork, where a waker may have come no further.
  void initialise() noexcept {
    platform::initialise(platform_);
    atomic::store_relaxed(state_, kEmpty);
  }

  /// Takes the token if it is there. Its own thread only.
  bool take() noexcept {
    // acquire: pairs with the release in give.
    if (atomic::load_acquire(state_) != kToken) return false;
    // relaxed: nobody else touches a token that has been given.
    atomic::store_relaxed(state_, kEmpty);
    return true;
  }

  /// Takes the token, sleeping for it until the deadline; false if it has passed. Its own thread only.
  bool wait(Deadline deadline) noexcept {
    std::uint64_t state = kEmpty;
    // [pair: token] with give, on one word: its change comes before this one, which then fails, or finds
    // kAsleep.
    if (deadline == kPoll || !atomic::change_acquire(state_, state, kAsleep)) return take();
    for (;;) {
      // The platform's token may be an old one, given after its state had been seen; then this goes round.
      const bool woken = platform::park(platform_, deadline);
      if (take()) return true;
      if (woken) continue;
      state = kAsleep;
      // relaxed: nothing is handed over by a time-out.
      if (atomic::change_relaxed(state_, state, kEmpty)) return false;
    }
  }

  /// Gives the token, once for each wait. Any thread.
  void give() noexcept {
    // release: pairs with the acquire in take, and hands over what the waker wrote for its waiter. [pair:
    // token] with wait.
    std::uint64_t state = kEmpty;
    while (!atomic::change_release(state_, state, kToken)) {
    }
    if (state == kAsleep) platform::unpark(platform_);
  }

 private:
  static constexpr std::uint64_t kEmpty = 0;
  static constexpr std::uint64_t kAsleep = 1;
  static constexpr std::uint64_t kToken = 2;

  detail::Word state_;
  platform::Parker platform_;
};

}  // namespace thrum

#endif
