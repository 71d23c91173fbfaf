// core/sync/once.hpp - something that is done once, by the first who comes, and waited for by the rest.
//
//   state     meaning                                  who moves it on
//   new       not done                                 a caller: running
//   running   a caller does it, the owner; PARKED:     the owner: done, waking all; or new, where it failed,
//             threads are queued for the end of it     waking the first in the queue to try
//   done      done for good                            nobody
//
// PARKED changes with the mutex of the word's bucket held; it may be set in new, where the one that was
// woken has not begun yet. Above it a running word has the number of forks before it: where that differs,
// its owner is in another process, unless it forked itself, and the next caller begins anew.
//
// The owner is 0 but while it runs, and the owner alone writes it.
#ifndef THRUM_CORE_SYNC_ONCE_HPP
#define THRUM_CORE_SYNC_ONCE_HPP

#include "core/park/lot.hpp"
#include "core/word/generation.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::once {

using detail::OnceState;

inline constexpr std::uint64_t kNew = 0;
inline constexpr std::uint64_t kRunning = 1;
inline constexpr std::uint64_t kDone = detail::once_done;

/// THRUM_OK: it is done. detail::once_run: it is for the caller to do, and to say so with end.
thrum_status begin(OnceState& once, Generation generation, double timeout) noexcept;

void end(OnceState& once, Generation generation, bool succeeded) noexcept;

/// In the child of a fork: a call that a lost thread was at has not been made.
void settle(OnceState& once, Generation generation) noexcept;

inline bool is_done(const detail::Word& once, Generation generation) noexcept {
  // acquire: pairs with the release in end.
  return atomic::load_acquire(once) == make_word(generation, kDone);
}

}  // namespace thrum::once

#endif
