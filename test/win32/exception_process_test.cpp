// exception_process_test.cpp - exceptions that leave what a thread runs, in a process that has nowhere to
// tell of them, and hooks that leave by ExitThread.
#include <windows.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <stdexcept>
#include <utility>

#include "support/errors.hpp"
#include "thrum/thrum.hpp"

namespace {

/// Runs a thread that an exception ends, and says whether the process takes no notice.
bool throws_untold() {
  thrum::Thread thread([] { throw std::runtime_error("untold"); });
  thread.start();
  return thread.join() && !thread.is_alive();
}

}  // namespace

TEST_CASE("ThreadingExceptionTests.test_print_exception_stderr_is_none_1", "[cpython][thread][exception]") {
  const HANDLE saved = GetStdHandle(STD_ERROR_HANDLE);
  for (const HANDLE none : {HANDLE{nullptr}, INVALID_HANDLE_VALUE}) {
    SetStdHandle(STD_ERROR_HANDLE, none);
    const bool untold = throws_untold();
    SetStdHandle(STD_ERROR_HANDLE, saved);
    CHECK(untold);
  }
}

TEST_CASE("an exception is told by a process whose standard error is a closed pipe", "[thread][exception]") {
  HANDLE reader = nullptr;
  HANDLE writer = nullptr;
  REQUIRE(CreatePipe(&reader, &writer, nullptr, 0));
  CloseHandle(reader);
  const HANDLE saved = GetStdHandle(STD_ERROR_HANDLE);
  SetStdHandle(STD_ERROR_HANDLE, writer);
  const bool untold = throws_untold();
  SetStdHandle(STD_ERROR_HANDLE, saved);
  CloseHandle(writer);
  CHECK(untold);
}

TEST_CASE("a report ends its line as lines end on Windows", "[thread][exception]") {
  HANDLE reader = nullptr;
  HANDLE writer = nullptr;
  REQUIRE(CreatePipe(&reader, &writer, nullptr, 4096));
  const HANDLE saved = GetStdHandle(STD_ERROR_HANDLE);
  SetStdHandle(STD_ERROR_HANDLE, writer);
  thrum::ThreadOptions options;
  options.name = "teller";
  thrum::Thread thread(options, [] { throw std::runtime_error("told"); });
  thread.start();
  thread.join();
  SetStdHandle(STD_ERROR_HANDLE, saved);
  char text[256];
  DWORD count = 0;
  CHECK(ReadFile(reader, text, sizeof text, &count, nullptr));
  CHECK(std::string(text, count) == "Exception in thread teller: told\r\n");
  CloseHandle(reader);
  CloseHandle(writer);
}

TEST_CASE("a hook ends its thread by ExitThread, and uses everything", "[thread][excepthook][ExitThread]") {
  std::atomic<int> calls{0};
  thrum::ExceptHook before = thrum::set_excepthook([&](const thrum::ExceptHookArgs& args) {
    thrum::Lock lock;
    lock.acquire();
    thrum::Thread thread([&] { ++calls; });
    thread.start();
    thread.join();
    args.thread.is_alive();
    ExitThread(0);
  });
  thrum::Thread thread([] { throw std::runtime_error("failed"); });
  thread.start();
  CHECK(thread.join());
  CHECK(calls == 1);
  thrum::set_excepthook(std::move(before));
}
