// core/task/timer_service.hpp - the thread that waits for all timers, as those see it who start and cancel
// them.
#ifndef THRUM_CORE_TASK_TIMER_SERVICE_HPP
#define THRUM_CORE_TASK_TIMER_SERVICE_HPP

#include "core/park/parker.hpp"
#include "core/task/timer_heap.hpp"

namespace thrum::timer {

// Guarded by the timers' mutex.
extern TimerHeap heap;
extern bool serving;          // whether the service has been started
extern bool parker_prepared;  // once in a process
extern Deadline serving_at;   // when the service wakes by itself; 0: it is awake, or about to be

extern Parker parker;  // the service's

/// Starts the service. False: the system refuses a thread. Call with the mutex held.
bool start_service() noexcept;

/// The same where there is none.
inline bool ensure_service() noexcept { return serving || start_service(); }

}  // namespace thrum::timer

#endif
