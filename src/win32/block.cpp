// win32/block.cpp - mutexes and parkers.
#include <windows.h>

#include "keep_last_error.hpp"
#include "platform.hpp"
#include "system.hpp"

namespace thrum::platform {

namespace {

static_assert(sizeof(SRWLOCK) == sizeof(void*) && sizeof(CONDITION_VARIABLE) == sizeof(void*));

SRWLOCK* lock_of(Mutex& mutex) noexcept { return reinterpret_cast<SRWLOCK*>(&mutex.native); }
SRWLOCK* lock_of(Parker& parker) noexcept { return reinterpret_cast<SRWLOCK*>(&parker.mutex); }
CONDITION_VARIABLE* condition_of(Parker& parker) noexcept {
  return reinterpret_cast<CONDITION_VARIABLE*>(&parker.condition);
}

/// Whether the parker has what a precise wait needs: without, a wait is as long as the system's ticks make
/// it, up to 16 ms too long. Timers of high resolution came with Windows 10 1803, and older systems refuse
/// them.
bool has_timer(Parker& parker) noexcept {
  constexpr DWORD kHighResolution = 2;  // CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, which older headers lack
  if (parker.event == nullptr) parker.event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  if (parker.timer == nullptr) {
    parker.timer =
        CreateWaitableTimerExW(nullptr, nullptr, kHighResolution, SYNCHRONIZE | TIMER_MODIFY_STATE);
  }
  return parker.event != nullptr && parker.timer != nullptr;
}

/// Lets the mutex go, waits, and takes it again. May return too soon. False: the timer cannot be set.
bool wait_for_timer(Parker& parker, std::uint64_t time) noexcept {
  LARGE_INTEGER due;
  due.QuadPart = -static_cast<LONGLONG>((time + 99) / 100);  // from now on, in units of 100 ns
  if (SetWaitableTimer(parker.timer, &due, 0, nullptr, nullptr, FALSE) == 0) return false;
  parker.timed = true;
  ReleaseSRWLockExclusive(lock_of(parker));
  const HANDLE handles[] = {parker.event, parker.timer};
  if (WaitForMultipleObjects(2, handles, FALSE, INFINITE) == WAIT_FAILED) {
    fatal("thrum: WaitForMultipleObjects failed");
  }
  AcquireSRWLockExclusive(lock_of(parker));
  parker.timed = false;
  return true;
}

void wait_for_condition(Parker& parker, DWORD milliseconds) noexcept {
  if (SleepConditionVariableSRW(condition_of(parker), lock_of(parker), milliseconds, 0) == 0 &&
      GetLastError() != ERROR_TIMEOUT) {
    fatal("thrum: SleepConditionVariableSRW failed");
  }
}

void wait_for_time(Parker& parker, std::uint64_t time) noexcept {
  if (time > kLongestWait) time = kLongestWait;
  if (has_timer(parker) && wait_for_timer(parker, time)) return;
  wait_for_condition(parker, slice_of(time));
}

}  // namespace

void lock(Mutex& mutex) noexcept { AcquireSRWLockExclusive(lock_of(mutex)); }

bool try_lock(Mutex& mutex) noexcept { return TryAcquireSRWLockExclusive(lock_of(mutex)) != 0; }

void unlock(Mutex& mutex) noexcept { ReleaseSRWLockExclusive(lock_of(mutex)); }

void initialise(Parker& parker) noexcept {
  InitializeSRWLock(lock_of(parker));
  InitializeConditionVariable(condition_of(parker));
  parker.event = nullptr;
  parker.timer = nullptr;
  parker.token = false;
  parker.timed = false;
}

bool park(Parker& parker, std::uint64_t deadline) noexcept {
  const KeepLastError keep_last_error;
  AcquireSRWLockExclusive(lock_of(parker));
  while (!parker.token) {
    if (deadline == kNever) {
      wait_for_condition(parker, INFINITE);
    } else {
      const std::uint64_t time = now();
      if (time >= deadline) break;
      wait_for_time(parker, deadline - time);
    }
  }
  const bool taken = parker.token;
  parker.token = false;
  ReleaseSRWLockExclusive(lock_of(parker));
  return taken;
}

void unpark(Parker& parker) noexcept {
  AcquireSRWLockExclusive(lock_of(parker));
  parker.token = true;
  const HANDLE event = parker.timed ? parker.event : nullptr;
  ReleaseSRWLockExclusive(lock_of(parker));
  // After the mutex: a thread woken before would only block on it. An event that comes too late for its wait
  // ends another one too soon, which looks for the token and goes on.
  if (event == nullptr) {
    WakeConditionVariable(condition_of(parker));
  } else if (SetEvent(event) == 0) {
    fatal("thrum: SetEvent failed");
  }
}

void yield() noexcept { SwitchToThread(); }

void nap() noexcept { Sleep(1); }

}  // namespace thrum::platform
