// core/sync/barrier.hpp - a number of threads wait for each other.
//
//   state      meaning                                     who moves it on
//   filling    takes arrivals; those before the last wait  the last arrival: filling, with none arrived and
//                                                          its round let go, or acting where there is an
//                                                          action; a time-out, abort: broken
//   acting     the action of a round that is full runs;    acted: filling, and lets the round go; acted, the
//              who comes waits for its end, uncounted      action having failed or abort been called: broken
//   broken     nobody may wait                             reset: filling
//
// All of it but the generation changes, and is read, with the mutex of the word's bucket held. The last
// arrival opens the next round in the step that ends its own, so that a thread which comes back at once
// finds a barrier with nobody arrived.
//
// Who waits is in the word's queue: the round in filling, the ones to come in acting. The round whose
// action runs is out of the queue and held by the barrier; a time-out finds itself too late then.
#ifndef THRUM_CORE_SYNC_BARRIER_HPP
#define THRUM_CORE_SYNC_BARRIER_HPP

#include "core/park/lot.hpp"
#include "core/word/generation.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::barrier {

using detail::BarrierState;

/// The bit of the word's state that says: acting.
inline constexpr std::uint64_t kActing = 1;

/// Arrives and waits for the rest of the round. `index`: the place in the order of arrival. Where this is
/// the last one and there is an action, returns detail::barrier_act, and the caller runs the action and
/// calls acted.
thrum_status wait(BarrierState& barrier, Generation generation, double timeout, bool has_action,
                  int& index) noexcept;

/// The action has run, in the calling thread. Lets its round go, or breaks the barrier.
thrum_status acted(BarrierState& barrier, Generation generation, bool succeeded) noexcept;

thrum_status reset(BarrierState& barrier, Generation generation) noexcept;
thrum_status abort(BarrierState& barrier, Generation generation) noexcept;

/// As reset, and forgets an action that ran in a thread which is gone.
thrum_status reinitialise(BarrierState& barrier, Generation generation) noexcept;

struct Look {
  int parties;
  int waiting;
  bool broken;
};
thrum_status look(const BarrierState& barrier, Generation generation, Look& out) noexcept;

}  // namespace thrum::barrier

#endif
