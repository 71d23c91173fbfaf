// timer_refusal_test.cpp - waits on a Windows that has no timers of high resolution.
#include <catch2/catch_test_macros.hpp>

#include "support/child_process.hpp"
#include "support/crew.hpp"
#include "support/parked.hpp"
#include "support/refusal.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.hpp"
#include "win32/refusal.hpp"
#include "win32/seconds.hpp"

TEST_CASE("a thread for which there is no timer waits as long, and no less", "[wait][refused]") {
  // In a process of its own: a thread may get the record, and the timer, of one that has gone.
  CHECK(support::run_case("waits without a timer").how == "exit 0");
}

TEST_CASE("waits without a timer", "[.]") {
  const support::Refusal refusal(support::refuse_timers);
  const int rounds = support::scaled(500);
  int early = 0;
  support::NativeCrew(1, [&] {
    for (int round = 0; round < rounds; ++round) {
      const double timeout = 0.00002 * (1 + round % 50);
      const double start = support::seconds();
      // A tick of the counter may lie between this clock's reading and the library's.
      if (thrum::Event().wait(timeout) || support::seconds() - start < timeout - 2e-7) ++early;
    }
  }).join();
  CHECK(early == 0);
  // Not for each wait: on a machine with much to do, looking again may take as long as the wait.
  CHECK(support::timers_refused > 0);
  // Not by asking again and again: no time is rounded down to none.
  CHECK(support::least_sleep > 0);
}

TEST_CASE("a thread for which there is no timer is woken, and parks for long", "[wait][refused]") {
  CHECK(support::run_case("waits for long without a timer").how == "exit 0");
}

TEST_CASE("waits for long without a timer", "[.]") {
  const support::Refusal refusal(support::refuse_timers);
  for (const double timeout : {1000.0, 50.0 * 86400, thrum::timeout_max}) {
    CAPTURE(timeout);
    support::longest_sleep = 0;
    thrum::Event event;
    bool set = false;
    support::NativeCrew crew(1, [&] { set = event.wait(timeout); });
    support::until_parked(event);
    thrum::Event().wait(0.002);
    CHECK(support::parked(event));
    // In slices: none means "for ever".
    CHECK((support::longest_sleep > 0 && support::longest_sleep <= 86400000));
    event.set();
    crew.join();
    CHECK(set);
  }
}
