// last_error_test.cpp - no call changes what GetLastError and errno say to its caller.
#include <windows.h>

#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <string>
#include <thread>
#include <vector>

#include "support/calls.hpp"
#include "support/objects.hpp"
#include "support/timeouts.hpp"
#include "thrum/thrum.hpp"

using support::Call;
using support::calls;
using support::Objects;

namespace {

constexpr DWORD kMark = 0xABCDE;

/// Whether call() leaves both as they were.
template <class Function>
bool keeps_errors(Function call) {
  SetLastError(kMark);
  errno = EDOM;
  call();
  const DWORD last_error = GetLastError();
  return last_error == kMark && errno == EDOM;
}

}  // namespace

TEST_CASE("a call that has nothing to refuse keeps the last error", "[arguments]") {
  for (const Call& call : calls) {
    CAPTURE(call.name);
    const Objects objects;
    support::Memory memory;
    CHECK(keeps_errors([&] { static_cast<void>(call({objects.id(call.type), 0, memory})); }));
  }
}

TEST_CASE("a call that refuses its arguments keeps the last error", "[arguments]") {
  for (const Call& call : calls) {
    CAPTURE(call.name);
    const Objects objects;
    support::Memory memory;
    CHECK(keeps_errors([&] { static_cast<void>(call({0, 0, memory})); }));
    CHECK(keeps_errors([&] {
      static_cast<void>(call({objects.id(call.type), support::no_number[0], memory}));
    }));
    if (call.pointers == 0) continue;
    memory.leave_out(0);
    CHECK(keeps_errors([&] { static_cast<void>(call({objects.id(call.type), 0, memory})); }));
  }
}

TEST_CASE("waits keep the last error, however they end", "[wait]") {
  thrum::Event event;
  thrum::Condition condition;
  condition.acquire();
  for (const double timeout : {0.0, 1e-9, 0.0001, 0.002}) {
    CHECK(keeps_errors([&] { event.wait(timeout); }));
    CHECK(keeps_errors([&] { condition.wait(timeout); }));
  }
  condition.release();
  thrum::Semaphore go(0);
  thrum::Semaphore done(0);
  thrum::Thread partner([&] {
    for (int round = 0; round < 100; ++round) {
      go.acquire();
      done.release();
    }
  });
  CHECK(keeps_errors([&] { partner.start(); }));
  for (int round = 0; round < 100; ++round) {
    CHECK(keeps_errors([&] { go.release(); }));
    CHECK(keeps_errors([&] { done.acquire(); }));
  }
  CHECK(keeps_errors([&] { partner.join(); }));
}

TEST_CASE("a thread's first use of the library keeps the last error", "[dummy]") {
  bool first = false;
  bool second = false;
  std::thread([&] {
    first = keeps_errors([] { thrum::get_ident(); });
    second = keeps_errors([] { thrum::current_thread().set_name("visitor"); });
  }).join();
  CHECK(first);
  CHECK(second);
}

TEST_CASE("a report of an exception keeps the last error", "[exception]") {
  thrum_except_info info{sizeof(thrum_except_info), {0}, "this line belongs to a test", nullptr};
  CHECK(keeps_errors([&] { thrum_default_excepthook(&info, nullptr); }));
}
