// thread_system_name_test.cpp - the name and the number under which Windows knows a thread, and its stack.
#include <windows.h>

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "support/raised.hpp"
#include "thrum/event.hpp"
#include "thrum/thread.hpp"

using support::raised;

namespace {

using GetDescription = HRESULT(WINAPI*)(HANDLE, PWSTR*);

GetDescription get_description() {
  const HMODULE library = GetModuleHandleW(L"kernelbase.dll");
  if (library == nullptr) return nullptr;
  const auto function = reinterpret_cast<void (*)()>(GetProcAddress(library, "GetThreadDescription"));
  return reinterpret_cast<GetDescription>(function);
}

/// A thread's name, as debuggers read it.
std::wstring system_name(HANDLE thread) {
  PWSTR text = nullptr;
  if (get_description()(thread, &text) < 0) return L"?";
  std::wstring name = text;
  LocalFree(text);
  return name;
}

std::wstring system_name(std::uint64_t native_id) {
  const HANDLE thread = OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(native_id));
  if (thread == nullptr) return L"?";
  std::wstring name = system_name(thread);
  CloseHandle(thread);
  return name;
}

std::wstring system_name_inside(const std::string& name) {
  thrum::ThreadOptions options;
  options.name = name;
  std::wstring found;
  thrum::Thread thread(options, [&found] { found = system_name(GetCurrentThread()); });
  thread.start();
  thread.join();
  return found;
}

/// What the calling thread may use at most, and what of it is there already.
std::size_t size_of_stack() {
  MEMORY_BASIC_INFORMATION here{};
  VirtualQuery(&here, &here, sizeof here);
  // Down to the beginning of the reservation, and up to the end of the last part of it.
  auto* const bottom = static_cast<const char*>(here.AllocationBase);
  const char* end = bottom;
  MEMORY_BASIC_INFORMATION part{};
  while (VirtualQuery(end, &part, sizeof part) != 0 && part.AllocationBase == here.AllocationBase) {
    end = static_cast<const char*>(part.BaseAddress) + part.RegionSize;
  }
  return static_cast<std::size_t>(end - bottom);
}

std::size_t size_of_stack(const thrum::ThreadOptions& options) {
  std::size_t size = 0;
  thrum::Thread thread(options, [&] { size = size_of_stack(); });
  thread.start();
  thread.join();
  return size;
}

}  // namespace

TEST_CASE("the native id is the system's", "[thread][native_id]") {
  CHECK(thrum::get_native_id() == GetCurrentThreadId());
  CHECK(thrum::main_thread().native_id() == GetCurrentThreadId());
  DWORD inside = 0;
  std::uint64_t asked = 0;
  thrum::Thread thread([&] {
    inside = GetCurrentThreadId();
    asked = thrum::get_native_id();
  });
  thread.start();
  thread.join();
  CHECK(asked == inside);
  CHECK(thread.native_id() == inside);
}

TEST_CASE("a thread has its name before its target runs", "[thread][system_name]") {
  if (get_description() == nullptr) SKIP("this Windows has no names of threads");
  CHECK(system_name_inside("short") == L"short");
  CHECK(system_name_inside("").compare(0, 7, L"Thread-") == 0);
  // Characters of two, three and four bytes.
  CHECK(system_name_inside("\xC3\xA9 \xE6\xBC\xA2 \xF0\x9D\x84\x9E") == L"\u00E9 \u6F22 \U0001D11E");
}

TEST_CASE("the system's name is cut between characters", "[thread][system_name]") {
  if (get_description() == nullptr) SKIP("this Windows has no names of threads");
  CHECK(system_name_inside(std::string(255, 'n')) == std::wstring(255, L'n'));
  CHECK(system_name_inside(std::string(1000, 'n')) == std::wstring(255, L'n'));
  CHECK(system_name_inside(std::string(253, 'n') + "\xC3\xA9!") == std::wstring(253, L'n') + L"\u00E9");
  CHECK(system_name_inside(std::string(254, 'n') + "\xC3\xA9") == std::wstring(254, L'n'));
  CHECK(system_name_inside(std::string(252, 'n') + "\xF0\x9D\x84\x9E") == std::wstring(252, L'n'));
}

TEST_CASE("a thread that runs is renamed in the system by any thread", "[thread][system_name]") {
  if (get_description() == nullptr) SKIP("this Windows has no names of threads");
  thrum::Event entered;
  thrum::Event open;
  std::wstring inside;
  thrum::Thread thread([&] {
    entered.set();
    open.wait();
    inside = system_name(GetCurrentThread());
    thrum::current_thread().set_name("by itself");
    inside += L", " + system_name(GetCurrentThread());
  });
  thread.set_name("before");
  thread.start();
  entered.wait();
  const std::uint64_t native_id = thread.native_id().value_or(0);
  CHECK(system_name(native_id) == L"before");
  thread.set_name("from elsewhere");
  CHECK(system_name(native_id) == L"from elsewhere");
  open.set();
  thread.join();
  CHECK(inside == L"from elsewhere, by itself");
}

TEST_CASE("threads that thrum did not start keep the system's name until they are given one",
          "[thread][system_name][dummy]") {
  if (get_description() == nullptr) SKIP("this Windows has no names of threads");
  const std::wstring own = system_name(GetCurrentThread());
  thrum::ThreadRef main = thrum::main_thread();
  CHECK(system_name(GetCurrentThread()) == own);
  main.set_name("director");
  CHECK(system_name(GetCurrentThread()) == L"director");
  thrum::Thread renamer([&main] { main.set_name("MainThread"); });
  renamer.start();
  renamer.join();
  CHECK(system_name(GetCurrentThread()) == L"MainThread");

  std::wstring untouched;
  std::wstring renamed;
  std::thread([&] {
    const std::wstring before = system_name(GetCurrentThread());
    thrum::ThreadRef dummy = thrum::current_thread();
    untouched = system_name(GetCurrentThread()) == before ? L"untouched" : L"changed";
    dummy.set_name("visitor");
    renamed = system_name(GetCurrentThread());
  }).join();
  CHECK(untouched == L"untouched");
  CHECK(renamed == L"visitor");
}

TEST_CASE("a thread is renamed in the system at any moment of its life", "[thread][system_name]") {
  // Set while the thread starts, runs and ends: the system must never be asked to name one that is gone.
  for (int round = 0; round < 300; ++round) {
    thrum::Thread thread([] {});
    thread.start();
    for (int time = 0; time <= round % 10; ++time) thread.set_name("name " + std::to_string(time));
    thread.join();
    thread.set_name("ended");
    CHECK(thread.name() == "ended");
  }
}

TEST_CASE("a thread runs on the stack that it was given", "[thread][stack_size]") {
  // Larger than what any system gives by default.
  constexpr std::size_t kMegabyte = std::size_t{1024} * 1024;
  thrum::ThreadOptions options;
  options.stack_size = 48 * kMegabyte + 1;
  CHECK(size_of_stack(options) > 48 * kMegabyte);

  CHECK(thrum::stack_size(64 * kMegabyte) == 0);
  options.stack_size = 0;
  CHECK(size_of_stack(options) >= 64 * kMegabyte);
  CHECK(thrum::stack_size(0) == 64 * kMegabyte);
}

TEST_CASE("a stack that is smaller than the least is refused, and the least one will do",
          "[thread][stack_size]") {
  constexpr std::size_t kLeast = 32768;
  CHECK(raised<thrum::ValueError>([] { thrum::stack_size(kLeast - 1); }) == THRUM_E_VALUE);
  CHECK(raised<thrum::ValueError>([] { thrum::stack_size(1); }) == THRUM_E_VALUE);
  thrum::ThreadOptions options;
  options.stack_size = kLeast - 1;
  CHECK(raised<thrum::ValueError>([&] { const thrum::Thread thread(options, [] {}); }) == THRUM_E_VALUE);
  options.stack_size = kLeast;
  const std::size_t size = size_of_stack(options);
  CHECK(size >= kLeast);
  // Less than the program's default: it is what is reserved.
  options.stack_size = 0;
  CHECK(size < size_of_stack(options));
}

#if SIZE_MAX > 0xFFFFFFFF
TEST_CASE("a stack that the system cannot count is refused", "[thread][stack_size]") {
  // The system's call takes 32 bits.
  CHECK(raised<thrum::ValueError>([] { thrum::stack_size(std::size_t{1} << 32); }) == THRUM_E_VALUE);
  CHECK(raised<thrum::OverflowError>([] { thrum::stack_size(SIZE_MAX - 2); }) == THRUM_E_OVERFLOW);
}
#endif
