// explorer/turns.hpp - the turns of threads that give way in loops.
//
// Two such threads may concern each other with every step, and would go round for ever while a third one,
// which they both wait for, could go on. Runs like that are endless, and no scheduler makes them. So a thread
// that gives way lets those go first that could have gone on ever since it gave way before, or that it kept
// from going on, and that have not. That leaves out no run but such as go round in vain (Musuvathi and
// Qadeer, Fair stateless model checking, 2008).
#ifndef THRUM_EXPLORER_TURNS_HPP
#define THRUM_EXPLORER_TURNS_HPP

#include "explorer/search.hpp"

namespace thrum::sim {

class Turns {
 public:
  void clear() noexcept {
    loopers_ = 0;
    ready_ = 0;
  }

  /// A thread has made a step, and given way or not; these may go on now.
  void moved(unsigned thread, bool gave_way, Threads ready) noexcept {
    const Threads before = ready_;
    ready_ = ready;
    if (gave_way && (loopers_ & bit(thread)) == 0) {
      loopers_ |= bit(thread);
      loops_[thread] = {~Threads{0}, 0, ~Threads{0}, 0};
    }
    for (Threads left = loopers_; left != 0; left &= left - 1) {
      Loop& loop = loops_[__builtin_ctzll(left)];
      loop.lets_go_first &= ~bit(thread);
      loop.always_ready &= ready;
      loop.moved |= bit(thread);
    }
    if ((loopers_ & bit(thread)) == 0) return;
    Loop& own = loops_[thread];
    own.kept |= before & ~ready;
    if (!gave_way) return;
    own.lets_go_first |= (own.always_ready | own.kept) & ~own.moved & ~bit(thread);
    own = {ready, 0, 0, own.lets_go_first};
  }

  /// Of those that may go on, those whose turn it can be.
  Threads filter(Threads ready) const noexcept {
    Threads fair = ready;
    for (Threads left = ready & loopers_; left != 0; left &= left - 1) {
      const auto thread = static_cast<unsigned>(__builtin_ctzll(left));
      if ((loops_[thread].lets_go_first & ready) != 0) fair &= ~bit(thread);
    }
    return fair;
  }

 private:
  struct Loop {
    // Since it gave way last:
    Threads always_ready;
    Threads kept;   // from going on, by a step of its own
    Threads moved;  // that have made a step

    Threads lets_go_first;
  };

  Threads loopers_ = 0;  // that have given way
  Threads ready_ = 0;
  Loop loops_[kMostThreads];
};

}  // namespace thrum::sim

#endif
