// win32/edges.cpp - where the process exits and fails.
#include <windows.h>

#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "keep_last_error.hpp"
#include "platform.hpp"
#include "system.hpp"

namespace thrum::platform {

namespace {

SystemFunctions functions = {nullptr, nullptr, nullptr, nullptr, nullptr};
void (*process_exits)() = nullptr;

void handle_exit() {
  // The exit of a C library that is not the program's own comes when the threads are gone already.
  if (!process_ends()) process_exits();
}

// The handler is registered with the C libraries that the process has loaded, for the whole process: atexit
// itself, called in a DLL, registers it for the unloading of that DLL, when there are no threads left.

bool register_with_msvcrt() noexcept {
  using Handler = int(__cdecl*)();
  using Register = Handler(__cdecl*)(Handler);
  const auto registers = look_up<Register>(L"msvcrt.dll", "_onexit");
  return registers != nullptr && registers([] { return handle_exit(), 0; }) != nullptr;
}

bool register_with_ucrt() noexcept {
  using Register = int(__cdecl*)(void(__cdecl*)());
  const auto registers = look_up<Register>(L"ucrtbase.dll", "_crt_atexit");
  return registers != nullptr && registers(handle_exit) == 0;
}

}  // namespace

void look_up_system_functions() noexcept {
  const auto find = [](auto& function, const wchar_t* library, const char* name) {
    function = look_up<std::remove_reference_t<decltype(function)>>(library, name);
  };
  find(functions.set_thread_description, L"kernelbase.dll", "SetThreadDescription");
  find(functions.shutdown_in_progress, L"ntdll.dll", "RtlDllShutdownInProgress");
  find(functions.current_process_block, L"ntdll.dll", "RtlGetCurrentPeb");
  find(functions.query_thread, L"ntdll.dll", "NtQueryInformationThread");
  find(functions.discard_virtual_memory, L"kernelbase.dll", "DiscardVirtualMemory");
}

const SystemFunctions& system_functions() noexcept { return functions; }

bool process_ends() noexcept {
  return functions.shutdown_in_progress != nullptr && functions.shutdown_in_progress() != 0;
}

void on_fork(void (*)(), void (*)(), void (*)()) noexcept {}

bool on_exit(void (*exiting)()) noexcept {
  const KeepLastError keep_last_error;
  process_exits = exiting;
  // Whichever of them is the program's; both may be there.
  const bool with_msvcrt = register_with_msvcrt();
  const bool with_ucrt = register_with_ucrt();
  return with_msvcrt || with_ucrt || std::atexit(handle_exit) == 0;
}

void stay_loaded(const void* address) noexcept {
  const KeepLastError keep_last_error;
  HMODULE module = nullptr;
  if (GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                         static_cast<const wchar_t*>(address), &module) == 0) {
    fatal("thrum: GetModuleHandleEx failed");
  }
}

void report(const char* text) noexcept {
  const KeepLastError keep_last_error;
  const HANDLE errors = GetStdHandle(STD_ERROR_HANDLE);
  const std::size_t length = std::strlen(text);
  // One write, so that lines of several threads do not mix; what cannot be written is lost.
  auto* line = static_cast<char*>(std::malloc(length + 2));
  if (line == nullptr) return;
  std::memcpy(line, text, length);
  std::memcpy(line + length, "\r\n", 2);
  DWORD written = 0;
  WriteFile(errors, line, static_cast<DWORD>(length + 2), &written, nullptr);
  std::free(line);
}

void fatal(const char* message) noexcept {
  report(message);
  std::abort();
}

}  // namespace thrum::platform
