// core/task/timer.hpp - call-backs at a time to come, each in a thread of its own that begins when it is due.
//
//   state     meaning                                      who moves it on
//   created   not started yet                              start -> pending, or ended where it was cancelled
//   pending   in the heap                                  cancel -> ended; the service, when it is due
//                                                          -> starting
//   starting  out of the heap, its thread on the way       the thread's first step -> running; the service,
//                                                          where the system refuses the thread -> pending
//                                                          again, or ended where it was cancelled meanwhile
//                                                          or has held the exit for too long
//   running   has a thread, which calls the call-back      the thread, done with the call-back -> ended
//             unless it was cancelled before
//   ended     over; the thread may still be on its way out nobody
//
// The state is the lower half of the slot's word. It, the heap, and all of a slot but what the timer was
// created with are guarded by one mutex, which comes after the registry's and before those of the tables and
// of the lot. No system call is made with it held, but for memory and the start of the service.
//
// The service is one thread of the library's own, started with the first timer. It is in no list of threads,
// runs nothing but the library, and sleeps until the earliest timer is due. Who starts an earlier one wakes
// it, and nobody else does.
#ifndef THRUM_CORE_TASK_TIMER_HPP
#define THRUM_CORE_TASK_TIMER_HPP

#include "core/thread/thread.hpp"
#include "core/word/participant.hpp"
#include "thrum/thrum.h"

namespace thrum::timer {

thrum_status create(std::uint64_t& out, double interval, const thread::Work& work,
                    thread::Owner owner) noexcept;
/// Gives the creator's reference up, whatever the timer's state.
void release(std::uint64_t id) noexcept;
thrum_status destroy(std::uint64_t id) noexcept;
thrum_status detach(std::uint64_t id) noexcept;

thrum_status start(std::uint64_t id) noexcept;
thrum_status cancel(std::uint64_t id) noexcept;
thrum_status join(std::uint64_t id, double timeout) noexcept;
thrum_status is_alive(std::uint64_t id, int& out) noexcept;
thrum_status daemon(std::uint64_t id, int& out) noexcept;
thrum_status set_daemon(std::uint64_t id, bool daemon) noexcept;
/// The thread of the call-back.
thrum_status thread(std::uint64_t id, std::uint64_t& out) noexcept;

/// Sets the word, by which timers know that the process exits, where no timer holds that back: where none
/// that is no daemon waits for its time or its thread. False: one does. Call with the registry locked.
bool let_exit(detail::Word& word, std::uint64_t bits) noexcept;
/// Waits until there is none. Call with nothing locked.
thrum_status await_none() noexcept;

/// Has the service look whether it may go on to wait. Call with nothing locked.
void wake_service() noexcept;

/// Around a fork. In the child, where their threads are not, the timers have ended: it comes before the
/// registry there, and after the tables.
extern const fork::Participant participant;

}  // namespace thrum::timer

#endif
