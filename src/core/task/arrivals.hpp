// core/task/arrivals.hpp - several futures in the order in which they are done, for a thread that waits for
// them.
//
// The thread leaves a watch with each future. Who moves one on to a state that is done takes its watches and
// adds each to the arrivals that it is of, with the mutex of the future's word held, and wakes the thread
// afterwards; call-backs come behind that. So where that mutex is free a watch is either with its future or
// has arrived: who gives up takes back those that have not, and a fork finds none in between.
//
//   newest    meaning                                    who moves it on
//   0         nothing has arrived that is not taken yet  an arrival: a watch; the thread: PARKED
//   PARKED    the same, and the thread is queued for     an arrival: a watch, and it owes a wake-up; the
//             the word                                   thread, out of time: 0
//   a watch   what arrived last, linked to those before  an arrival: another; the thread takes all: 0
//
// PARKED changes as in parked.hpp, but for an arrival, which clears it without the mutex of this word. It
// then takes that mutex to wake the thread, which may be waiting for another arrival by then, and so looks
// again.
//
// Arrivals are counted: one reference for the thread, and one for each watch until it has been taken back, or
// has arrived and nothing is owed for it. In the child of a fork those of lost threads are never given up.
#ifndef THRUM_CORE_TASK_ARRIVALS_HPP
#define THRUM_CORE_TASK_ARRIVALS_HPP

#include <cstddef>

#include "thrum/detail/core.hpp"

namespace thrum {

namespace detail {
struct Arrivals;
}

/// What tells of a future that it is done.
struct Watch {
  detail::Arrivals* arrivals;
  detail::FutureState* future;  // that it is left with, until it has been taken; the thread's own

  // Changes with the mutex of the future's word held.
  bool waits;  // it is in the list of its future
  Watch* next;
  Watch* previous;

  Watch* link;  // among those that have arrived
  bool owes;    // to whom it belongs: a wake-up
};

namespace arrivals {

using detail::Arrivals;

inline constexpr std::uint64_t kParked = 1;

/// For so many futures; null: no memory.
Arrivals* create(std::size_t count) noexcept;
/// Leaves a watch with the future, which must last until it has arrived or these end.
void watch(Arrivals& arrivals, std::size_t place, detail::FutureState& future) noexcept;
/// The place of the one whose turn it is, waiting for it: THRUM_TIMEOUT, or what a wait fails with.
thrum_status next(Arrivals& arrivals, double timeout, std::size_t& place) noexcept;
/// Takes back what has not arrived.
void end(Arrivals& arrivals) noexcept;

// For who moves a future on.

/// All the future's watches arrive. Call with the mutex of its word held, and then wake with what it returns.
Watch* arrive(detail::FutureState& future) noexcept;
/// Wakes who waits for what has arrived, in the threads that do. Call with no mutex held.
void wake(Watch* arrived) noexcept;

}  // namespace arrivals
}  // namespace thrum

#endif
