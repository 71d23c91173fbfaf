// refusal.cpp - support/refusal.hpp on Windows, by a copy of the library in which these functions have the
// names that they have here. Not by --wrap: all of the C++ library is part of the program, and would be
// refused too.
#include "support/refusal.hpp"

#include <windows.h>

#include <process.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "win32/refusal.hpp"

using namespace support;

namespace {

using BeginThread = std::uintptr_t(__cdecl*)(void*, unsigned, unsigned(__stdcall*)(void*), void*, unsigned,
                                             unsigned*);
using SetFls = BOOL(WINAPI*)(DWORD, void*);
using Sleeps = BOOL(WINAPI*)(CONDITION_VARIABLE*, SRWLOCK*, DWORD, ULONG);
using Wait = DWORD(WINAPI*)(HANDLE, DWORD);
using CreateTimer = HANDLE(WINAPI*)(SECURITY_ATTRIBUTES*, const wchar_t*, DWORD, DWORD);

/// Counts it down.
bool next_ends_early(std::atomic<int>& to_end_early) {
  int left = to_end_early;
  while (left > 0 && !to_end_early.compare_exchange_weak(left, left - 1)) {
  }
  return left > 0;
}

std::uintptr_t __cdecl begin_thread(void* security, unsigned stack, unsigned(__stdcall* run)(void*),
                                    void* arg, unsigned flags, unsigned* number) {
  if (!refuse_threads) return _beginthreadex(security, stack, run, arg, flags, number);
  threads_refused.fetch_add(1);
  if (before_refusing_thread) before_refusing_thread();
  errno = EAGAIN;
  return 0;
}

BOOL WINAPI set_fls(DWORD slot, void* value) {
  if (!refuse_keys) return FlsSetValue(slot, value);
  SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return FALSE;
}

HANDLE WINAPI create_timer(SECURITY_ATTRIBUTES* security, const wchar_t* name, DWORD flags, DWORD access) {
  if (!refuse_timers) return CreateWaitableTimerExW(security, name, flags, access);
  timers_refused.fetch_add(1);
  SetLastError(ERROR_INVALID_PARAMETER);
  return nullptr;
}

BOOL WINAPI sleep(CONDITION_VARIABLE* condition, SRWLOCK* lock, DWORD milliseconds, ULONG flags) {
  // Of two that come at once the one may be forgotten; the tests that look at them have few threads.
  if (milliseconds < least_sleep) least_sleep = milliseconds;
  if (milliseconds > longest_sleep) longest_sleep = milliseconds;
  if (next_ends_early(sleeps_to_end_early)) return TRUE;
  return SleepConditionVariableSRW(condition, lock, milliseconds, flags);
}

DWORD WINAPI wait(HANDLE handle, DWORD milliseconds) {
  if (milliseconds != 0 && milliseconds != INFINITE && next_ends_early(joins_to_end_early))
    return WAIT_TIMEOUT;
  return WaitForSingleObject(handle, milliseconds);
}

}  // namespace

extern "C" {
// The pointers by which the library calls functions of the system's DLLs.
extern BeginThread thrum_test_begin_thread;
extern SetFls thrum_test_set_fls;
extern CreateTimer thrum_test_create_timer;
extern Sleeps thrum_test_sleep;
extern Wait thrum_test_wait;
BeginThread thrum_test_begin_thread = begin_thread;
SetFls thrum_test_set_fls = set_fls;
CreateTimer thrum_test_create_timer = create_timer;
Sleeps thrum_test_sleep = sleep;
Wait thrum_test_wait = wait;

void* thrum_test_malloc(std::size_t);
void* thrum_test_malloc(std::size_t size) {
  if (!refuse_memory) return std::malloc(size);
  errno = ENOMEM;
  return nullptr;
}

void* thrum_test_calloc(std::size_t, std::size_t);
void* thrum_test_calloc(std::size_t count, std::size_t size) {
  if (void (*const call)(std::size_t) = before_allocating) call(count * size);
  if (!refuse_memory) return std::calloc(count, size);
  errno = ENOMEM;
  return nullptr;
}
}
