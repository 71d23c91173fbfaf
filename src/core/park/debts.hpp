// core/park/debts.hpp - what a signal handler may do that interrupts its thread inside the lot.
//
// A thread is inside from before it takes a stripe's mutex until it has let it go. A handler that runs
// meanwhile cannot wait for a stripe: the thread that it stands on may hold it. So it changes the object's
// word, which takes no mutex, and leaves the wake-up as a debt, which the thread pays as it leaves. The word
// then says by itself that a wake-up is owed (an event that is set with threads queued, a semaphore with more
// units than threads that have been called, a latch at 0 with threads queued), so whoever comes by may pay
// it, once or twice.
//
// A debt is a word's address and what pays it, `settle`. By then all who waited may have been told by others
// and the word's memory may be something else: settle looks, with the mutex held, whether somebody is queued
// for the address who has this very settle, and only then at the word.
//
// More debts than a thread can note are paid by a look at everybody who waits.
#ifndef THRUM_CORE_PARK_DEBTS_HPP
#define THRUM_CORE_PARK_DEBTS_HPP

#include "core/park/waiter.hpp"
#include "core/word/atomic.hpp"

namespace thrum::debts {

/// A thread's, in zeroed memory of the platform's: its signal handlers and it alone use it.
struct State {
  struct Debt {
    detail::Word word;  // the address of the object's; 0: this place is free
    Settle settle;
  };

  volatile unsigned inside;  // stripes that the thread holds or is about to
  volatile unsigned owed;    // 1: there are debts
  volatile unsigned many;    // 1: more than there is room for
  Debt debts[8];
};
static_assert(sizeof(State) <= platform::kInterruptionSize);

inline State& state() noexcept { return *static_cast<State*>(platform::interruption()); }

/// Pays what the calling thread owes.
void pay() noexcept;

/// The thread goes into the lot, and leaves it; once for each stripe that it holds.
inline void enter() noexcept {
  if (!platform::kSignals) return;
  State& mine = state();
  mine.inside = mine.inside + 1;
}
inline void leave() noexcept {
  if (!platform::kSignals) return;
  State& mine = state();
  mine.inside = mine.inside - 1;
  // [pair: debt] with owe. After that: a handler that comes later need not leave anything. One thread, and
  // volatile: the compiler keeps the order, and the processor shows a thread its own in no other.
  if (mine.owed != 0 && mine.inside == 0) pay();
}

/// Whether this is a signal handler that has interrupted its thread inside the lot.
inline bool is_inside() noexcept { return platform::kSignals && state().inside != 0; }

/// Notes that the word has to be settled when the thread leaves. Call where is_inside(). [pair: debt] with
/// leave.
void owe(detail::Word& word, Settle settle) noexcept;

}  // namespace thrum::debts

#endif
