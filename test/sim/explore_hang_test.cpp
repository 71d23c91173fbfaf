// explore_hang_test.cpp - threads that wait or loop without the library, and so never come to a scheduling
// point.
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <vector>

#include "sim/faults.hpp"
#include "thrum/sim.hpp"
#include "thrum/thrum.hpp"

using faults::contains;
using faults::deadlock;
using faults::find;
using faults::run_together;
using thrum::sim::explore;
using thrum::sim::Options;
using thrum::sim::Report;

namespace {

Options soon() {
  Options options;
  options.hang = 0.1;
  return options;
}

/// One waits in a loop for what the other would do.
template <class Look>
void spin(Look look) {
  std::atomic<bool> told{false};
  run_together(
      [&] {
        while (!told) look();
      },
      [&] { told = true; });
}

/// In a call of the system's for what nobody will do.
void read_nothing() {
  int ends[2];
  THRUM_SIM_ASSERT(pipe(ends) == 0);
  thrum::Lock lock;
  lock.acquire();
  char byte = 0;
  static_cast<void>(!read(ends[0], &byte, 1));
}

}  // namespace

TEST_CASE("a loop without the library is found", "[explore]") {
  const Report found = find(
      THRUM_SIM_HANG, [] { spin([] {}); }, soon());
  INFO(found.text);
  CHECK(contains(found.text, "without the library"));
  CHECK(contains(found.text, "Thread-1 is where the fault is"));
}

TEST_CASE("a call of the system's that does not return is found", "[explore]") {
  const Report found = find(THRUM_SIM_HANG, read_nothing, soon());
  INFO(found.text);
  CHECK(contains(found.text, "acquire lock 1"));
}

// AddressSanitizer's allocator is no part of the C library.
#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("a loop is not left in the middle of the allocator, if it ever leaves that", "[explore]") {
  // The allocator is not told from the rest of the C library, which this loop is in nearly all of the time.
  const std::vector<char> memory(std::size_t{1} << 24U);
  static const std::vector<char>* searched;
  searched = &memory;
  const Report report = explore(soon(), [] {
    spin([] { THRUM_SIM_ASSERT(std::memchr(searched->data(), 1, searched->size()) == nullptr); });
  });
  INFO(report.text);
  CHECK(report.outcome == THRUM_SIM_HANG);
  // Twice, to find it and to tell it, 24 looks of which there are 80 in a second; of another loop 8 are
  // enough.
  CHECK(report.seconds > 2 * 12 / 80.0);
}
#endif

TEST_CASE("runs that go on are no hang, however many they are", "[explore]") {
  Options options = soon();
  options.seconds = 0.4;
  options.preemptions = THRUM_SIM_UNBOUNDED;
  const Report report = explore(options, [] {
    const auto yield = [] {
      for (int i = 0; i < 100; ++i) thrum_sim_yield();
    };
    run_together(yield, yield);
  });
  INFO(report.text);
  CHECK(report.clean());
  CHECK_FALSE(report.proved());
}

TEST_CASE("an exploration gives back the signal that it takes", "[explore]") {
  static volatile std::sig_atomic_t calls;
  calls = 0;
  struct sigaction own {};
  struct sigaction before {};
  own.sa_handler = [](int) { calls = calls + 1; };
  REQUIRE(sigaction(SIGVTALRM, &own, &before) == 0);
  sigset_t blocked;
  sigset_t mask;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGVTALRM);
  REQUIRE(pthread_sigmask(SIG_BLOCK, &blocked, &mask) == 0);
  find(
      THRUM_SIM_HANG, [] { spin([] {}); }, soon());
  CHECK(calls == 0);
  sigset_t after;
  REQUIRE(pthread_sigmask(SIG_SETMASK, &mask, &after) == 0);
  CHECK(sigismember(&after, SIGVTALRM) == 1);
  REQUIRE(raise(SIGVTALRM) == 0);
  CHECK(calls == 1);
  CHECK(sigaction(SIGVTALRM, &before, nullptr) == 0);
}
