// core/task/timer_service.cpp - the thread that waits for all timers, and the threads of those that are due.
#include "core/task/timer_service.hpp"

#include "core/self/ending.hpp"
#include "core/task/timer_parts.hpp"
#include "core/word/keep_errno.hpp"

namespace thrum::timer {

static_assert(sizeof(TimerSlot) + 2 * sizeof(TimerHeap::Entry) <= 200,
              "a pending timer, in a heap that has just grown to twice its size");

TimerHeap heap;
bool serving = false;
bool parker_prepared = false;
Deadline serving_at = 0;
Parker parker;

namespace {

// Of who has started the service, which itself takes none: what the threads of call-backs begin with. Not of
// who starts each timer: to ask for it takes the system longer than all else that a start does.
platform::SignalMask signals_of_timers;

// ------------------------------------------------------------------------- the thread of a call-back --

void run(void* arg) noexcept(false) {
  auto& slot = *static_cast<TimerSlot*>(arg);
  Locked locked;
  const bool call = !slot.cancelled;
  move(slot, kRunning);
  settle(slot);
  locked.unlock();
  if (call) slot.function(slot.arg);
}

/// The thread is done with the call-back, however that ended.
void finish(void* arg) noexcept {
  auto& slot = *static_cast<TimerSlot*>(arg);
  Leftovers work;
  Leftovers rest;
  Locked locked;
  leave_work(slot, work);
  work.clear_away(locked);
  locked.lock();
  move(slot, kEnded);
  drop(slot, rest);
  rest.clear_away(locked);
}

// ------------------------------------------------------------------------------------- the service --

/// Begins the thread of a timer that is due. Call with the mutex not held.
thrum_status begin(TimerSlot& slot) noexcept {
  // Only the service touches the field of a timer that is starting, and it is there until that succeeds.
  if (slot.thread == 0) {
    thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
    options.daemon = slot.daemon ? THRUM_DAEMON_YES : THRUM_DAEMON_NO;
    const thrum_status status =
        thread::create(slot.thread, &options, {run, &slot, finish}, thread::Owner::cpp);
    if (status != THRUM_OK) return status;
  }
  return thread::start_anyhow(slot.thread, signals_of_timers);
}

constexpr std::uint32_t kDoublings = 10;

/// When to ask again for a thread that the system has refused so many times: after 1 ms, then twice as long
/// each time, up to about a second.
Deadline retry_at(std::uint32_t refusals) noexcept {
  return platform::now() + (std::uint64_t{1000000} << (refusals < kDoublings ? refusals : kDoublings));
}

/// Fires the timer, which has been taken out of the heap.
void fire(TimerSlot& slot, Locked& locked) noexcept {
  const bool daemon = slot.daemon;
  move(slot, kStarting);
  locked.unlock();
  const thrum_status status = begin(slot);
  if (status == THRUM_OK) {
    // The timer is its thread's by now, which the exit of the process waits for in the timer's place.
    locked.lock();
    let_go(daemon);
    return;
  }
  // A process that is exiting has left the timer behind.
  const Deadline again = status == THRUM_E_EXITING ? kNever : retry_at(slot.refusals);
  ++slot.refusals;
  locked.lock();
  // What may never succeed must not keep the process for ever.
  if (slot.cancelled || (exit_waits && slot.refusals > kDoublings)) {
    Leftovers leftovers;
    end_uncalled(slot, leftovers);
    leftovers.clear_away(locked);
    locked.lock();
    return;
  }
  move(slot, kPending);
  heap.put_back(slot, again);
}

void serve(void* /*unused*/, platform::ThreadHandle self) noexcept(false) {
  platform::name_thread(self, "thrum-timers");
  platform::detach_thread(self);
  Locked locked;
  for (;;) {
    const Deadline due = heap.empty() ? kNever : heap.first().deadline;
    if (heap.empty() && exit::main_has_left()) break;
    if (due == kNever || due > platform::now()) {
      // [pair: due] with start and wake_service, by the mutex: they come before this and are in the heap, or
      // find here when it will wake.
      serving_at = due;
      locked.unlock();
      static_cast<void>(parker.wait(due));
      locked.lock();
      serving_at = 0;
      continue;
    }
    TimerSlot& slot = *heap.first().slot;
    heap.remove(slot);
    fire(slot, locked);
  }
  // The next timer that is started begins it anew.
  serving = false;
}

}  // namespace

bool start_service() noexcept {
  const KeepErrno keep_errno;
  if (!parker_prepared) parker.initialise();
  parker_prepared = true;
  serving_at = 0;
  signals_of_timers = platform::signal_mask();
  const platform::SignalMask none = platform::no_signals();
  serving = platform::start_thread(serve, nullptr, platform::kAnyStack, &none) == platform::Start::done;
  return serving;
}

}  // namespace thrum::timer
