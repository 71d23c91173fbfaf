// win32/thread.cpp - threads, their names and numbers.
#include <windows.h>

#include <process.h>

#include <climits>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "keep_last_error.hpp"
#include "platform.hpp"
#include "system.hpp"

namespace thrum::platform {

namespace {

static_assert(sizeof(DWORD) == sizeof(unsigned long));

struct Beginning {
  void (*run)(void*, ThreadHandle);
  void* arg;
  ThreadHandle self;
};

unsigned __stdcall begin(void* arg) {
  const Beginning beginning = *static_cast<Beginning*>(arg);
  std::free(arg);
  beginning.run(beginning.arg, beginning.self);
  end_identity();
  return 0;
}

/// The address at which the calling thread began.
const void* start_address() noexcept {
  constexpr auto kStartAddress = static_cast<THREADINFOCLASS>(9);  // ThreadQuerySetWin32StartAddress
  const auto query = system_functions().query_thread;
  const void* address = nullptr;
  if (query == nullptr || query(GetCurrentThread(), kStartAddress, &address, sizeof address, nullptr) < 0) {
    return nullptr;
  }
  return address;
}

/// Where the process's first thread begins.
const void* entry_point() noexcept {
  const auto* image = reinterpret_cast<const char*>(GetModuleHandleW(nullptr));
  const auto* headers = reinterpret_cast<const IMAGE_NT_HEADERS*>(
      image + reinterpret_cast<const IMAGE_DOS_HEADER*>(image)->e_lfanew);
  return image + headers->OptionalHeader.AddressOfEntryPoint;
}

/// Whether the calling thread has the lock that each thread needs to begin and to end, and DllMain runs with.
bool has_loader_lock() noexcept {
  // Where the process environment block keeps it; the structure's declaration leaves that out.
  constexpr std::size_t kLoaderLock = sizeof(void*) == 8 ? 0x110 : 0xA0;
  const auto block = system_functions().current_process_block;
  if (block == nullptr) return false;
  const auto* lock = *reinterpret_cast<const CRITICAL_SECTION* const*>(block() + kLoaderLock);
  return lock->OwningThread == reinterpret_cast<HANDLE>(static_cast<ULONG_PTR>(GetCurrentThreadId()));
}

}  // namespace

Start start_thread(void (*run)(void*, ThreadHandle), void* arg, std::size_t stack_size,
                   const SignalMask* /*mask*/) noexcept {
  const KeepLastError keep_last_error;
  auto* beginning = static_cast<Beginning*>(std::malloc(sizeof(Beginning)));
  if (beginning == nullptr) return Start::refused;
  // Thread-local data is no part of a stack here: none is too small.
  if (stack_size == kAnyStack) stack_size = 0;
  unsigned number = 0;
  // Suspended, until it can be told its handle. The size is what it may use, not what it gets at once.
  const std::uintptr_t thread = _beginthreadex(nullptr, static_cast<unsigned>(stack_size), begin, beginning,
                                               CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION, &number);
  if (thread == 0) {
    std::free(beginning);
    return Start::refused;
  }
  const auto handle = reinterpret_cast<HANDLE>(thread);
  *beginning = {run, arg, {handle, number}};
  if (ResumeThread(handle) == static_cast<DWORD>(-1)) fatal("thrum: ResumeThread failed");
  return Start::done;
}

ThreadHandle current_thread() noexcept { return {nullptr, GetCurrentThreadId()}; }

bool is_current(ThreadHandle thread) noexcept { return thread.number == GetCurrentThreadId(); }

bool may_await_threads() noexcept { return !has_loader_lock(); }

bool join_thread(ThreadHandle thread, std::uint64_t deadline) noexcept {
  const KeepLastError keep_last_error;
  for (;;) {
    DWORD milliseconds = INFINITE;
    if (deadline != kNever) {
      const std::uint64_t time = now();
      milliseconds = time < deadline ? slice_of(deadline - time) : 0;
    }
    switch (WaitForSingleObject(thread.handle, milliseconds)) {
      case WAIT_OBJECT_0: detach_thread(thread); return true;
      case WAIT_TIMEOUT:
        if (milliseconds == 0) return false;
        break;
      default: fatal("thrum: WaitForSingleObject failed");
    }
  }
}

void detach_thread(ThreadHandle thread) noexcept {
  const KeepLastError keep_last_error;
  if (CloseHandle(thread.handle) == 0) fatal("thrum: CloseHandle failed");
}

void name_thread(ThreadHandle thread, const char* name) noexcept {
  const KeepLastError keep_last_error;
  // From Windows 10 1607 on. A name is an aid and no more: where the system does not take it, the thread runs
  // without.
  const auto describe = system_functions().set_thread_description;
  if (describe == nullptr) return;
  constexpr std::size_t kMost = 255;  // bytes: the system takes more, and nobody reads it
  std::size_t length = std::strlen(name);
  if (length > kMost) {
    length = kMost;
    // Not in the middle of a UTF-8 character: back to the byte that begins it.
    while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xC0) == 0x80) --length;
  }
  wchar_t wide[kMost + 1];
  const int count = length == 0 ? 0
                                : MultiByteToWideChar(CP_UTF8, 0, name, static_cast<int>(length), wide,
                                                      static_cast<int>(kMost));
  wide[count] = L'\0';
  if (thread.handle != nullptr) {
    static_cast<void>(describe(thread.handle, wide));
    return;
  }
  const HANDLE handle = OpenThread(THREAD_SET_LIMITED_INFORMATION, FALSE, thread.number);
  if (handle == nullptr) return;
  static_cast<void>(describe(handle, wide));
  CloseHandle(handle);
}

std::uint64_t native_id() noexcept { return GetCurrentThreadId(); }

bool is_first_thread() noexcept { return start_address() == entry_point(); }

std::size_t round_stack_size(std::size_t size) noexcept {
  constexpr std::size_t kLeast = 32768;  // as in Python: what a thread needs to begin and to end
  SYSTEM_INFO system;
  GetSystemInfo(&system);
  const std::size_t page = system.dwPageSize;
  // _beginthreadex takes an unsigned int.
  if (size < kLeast || size > UINT_MAX - page) return 0;
  return (size + page - 1) / page * page;
}

}  // namespace thrum::platform
