// early_end_test.cpp - waits that the system ends before their time, as it may, go on.
#include <catch2/catch_test_macros.hpp>

#include "support/child_process.hpp"
#include "support/crew.hpp"
#include "support/parked.hpp"
#include "support/refusal.hpp"
#include "thrum/thrum.hpp"
#include "win32/refusal.hpp"
#include "win32/seconds.hpp"

TEST_CASE("a join that the system ends early goes on", "[join][early]") {
  thrum::Event open;
  thrum::Thread thread([&] { open.wait(); });
  thread.start();
  support::joins_to_end_early = 3;
  open.set();
  // A wait with a limit: for ever would not be one that can end early.
  CHECK(thread.join(3 * 86400.0));
  CHECK(support::joins_to_end_early == 0);
}

TEST_CASE("a wait that the system ends early goes on", "[wait][early]") {
  // In a process of its own: a thread may get the record, and the timer, of one that has gone.
  CHECK(support::run_case("waits that end early").how == "exit 0");
}

TEST_CASE("waits that end early", "[.]") {
  const support::Refusal refusal(support::refuse_timers);
  thrum::Event event;
  support::sleeps_to_end_early = 3;
  // More than one where a thread is kept from the processor for so long that it never sleeps.
  while (support::sleeps_to_end_early > 0) {
    const double start = support::seconds();
    CHECK_FALSE(event.wait(0.02));
    // A tick of the counter may lie between this clock's reading and the library's.
    CHECK(support::seconds() - start >= 0.02 - 2e-7);
  }

  support::sleeps_to_end_early = 3;
  bool set = false;
  support::NativeCrew crew(1, [&] {
    event.wait();
    set = event.is_set();
  });
  support::until_parked(event);
  event.set();
  crew.join();
  CHECK(set);
}
