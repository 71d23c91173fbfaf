// win32/system.hpp - what the files of this backend share: functions of the system that some Windows lacks,
// and whether the process or a thread is at its end.
#ifndef THRUM_WIN32_SYSTEM_HPP
#define THRUM_WIN32_SYSTEM_HPP

#include <windows.h>

#include <winternl.h>

#include <cstdint>

namespace thrum::platform {

/// Functions that are looked up at run time; null where the system lacks them.
struct SystemFunctions {
  HRESULT(WINAPI* set_thread_description)(HANDLE, const wchar_t*);
  BOOLEAN(NTAPI* shutdown_in_progress)();
  const char*(NTAPI* current_process_block)();
  NTSTATUS(NTAPI* query_thread)(HANDLE, THREADINFOCLASS, void*, ULONG, ULONG*);
  DWORD(WINAPI* discard_virtual_memory)(void*, SIZE_T);
};

/// Looks them up. Once, with the library's start: a look-up takes the lock that DllMain runs with, and those
/// who call these functions may hold mutexes that somebody in a DllMain waits for.
void look_up_system_functions() noexcept;

const SystemFunctions& system_functions() noexcept;

/// One function of a library that the process has loaded, or null.
template <class Function>
Function look_up(const wchar_t* library, const char* name) noexcept {
  const HMODULE module = GetModuleHandleW(library);
  if (module == nullptr) return nullptr;
  // By way of void(*)(), which any pointer to a function may be turned into and back.
  return reinterpret_cast<Function>(reinterpret_cast<void (*)()>(GetProcAddress(module, name)));
}

/// The longest single wait, in nanoseconds: a day. Longer ones are made of slices, so that none comes to what
/// means "for ever" to the system, 49 days and 17 hours.
inline constexpr std::uint64_t kLongestWait = std::uint64_t{86400} * 1000000000;

/// What of that many nanoseconds, not 0, one call can wait, in milliseconds: up to the next whole one, for 0
/// would ask without waiting.
constexpr DWORD slice_of(std::uint64_t time) noexcept {
  constexpr std::uint64_t kMillisecond = 1000000;
  const std::uint64_t slice = time < kLongestWait ? time : kLongestWait;
  return static_cast<DWORD>((slice + kMillisecond - 1) / kMillisecond);
}
static_assert(slice_of(1) == 1 && slice_of(UINT64_MAX) == 86400000);

/// Whether the process is past ExitProcess: all threads but the calling one have been ended, wherever they
/// were.
bool process_ends() noexcept;

/// The calling thread, one of ours, is done: what its end calls is called now. Left to the system it would be
/// called with a lock of the system's held, which threads need to begin (Wine's FLS does that).
void end_identity() noexcept;

}  // namespace thrum::platform

#endif
