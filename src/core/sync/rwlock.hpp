// core/sync/rwlock.hpp - a lock that many threads can hold to read, or one to write.
//
//   readers  WRITER  PARKED   meaning                        who moves it where
//      0       0       0      free                           anybody: a reader, or WRITER
//     > 0      0       0      held to read                   acquire_read: readers; release_read: readers;
//                                                            who has to wait: PARKED
//      0       1       0      held to write                  release_write: free; who has to wait: PARKED
//     > 0      0       1      held to read, with a queue     release_read: readers, the last: hands over
//      0       1       1      held to write, with a queue    release_write: hands over
//
// PARKED changes with the mutex of the word's bucket held; while it is set nobody gets the lock but from the
// queue, first in, first out: a writer at its head, or all readers up to the next writer. So neither can
// keep the other out. The lock is handed over to them in the step that would free it. A thread that gives up
// its place hands on what only that place kept back.
//
// A thread's record lists the locks that it holds to read. So it can hold one many times, even where a
// writer waits, and asking for what would make it wait for itself is answered, not done.
#ifndef THRUM_CORE_SYNC_RWLOCK_HPP
#define THRUM_CORE_SYNC_RWLOCK_HPP

#include "core/park/lot.hpp"
#include "core/word/generation.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::rwlock {

using detail::RWLockState;

inline constexpr std::uint64_t kParked = 1;
inline constexpr std::uint64_t kWriter = detail::rwlock_writer;
inline constexpr std::uint64_t kReader = detail::rwlock_reader;

thrum_status acquire_read(RWLockState& lock, Generation generation, double timeout) noexcept;
thrum_status release_read(RWLockState& lock, Generation generation) noexcept;
thrum_status acquire_write(RWLockState& lock, Generation generation, double timeout) noexcept;
thrum_status release_write(RWLockState& lock, Generation generation) noexcept;

thrum_status reinitialise(RWLockState& lock, Generation generation) noexcept;

}  // namespace thrum::rwlock

#endif
