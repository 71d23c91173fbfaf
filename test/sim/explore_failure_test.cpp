// explore_failure_test.cpp - failures that let the run go on, as those of frameworks for tests do.
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sim/faults.hpp"
#include "thrum/sim.hpp"
#include "thrum/thrum.hpp"

using faults::contains;
using faults::find;
using faults::run_together;
using thrum::sim::explore;
using thrum::sim::Options;
using thrum::sim::Report;

TEST_CASE("a failure that is added is told when the run ends", "[explore]") {
  static int ends;
  ends = 0;
  const Report found = find(THRUM_SIM_FAILURE, [] {
    run_together([] { thrum_sim_add_failure("the first"); });
    thrum_sim_add_failure("the second");
    ++ends;
  });
  INFO(found.text);
  CHECK(contains(found.text, "FAILURE in run 1: the first\n"));
  CHECK_FALSE(contains(found.text, "the second"));
  // Found, told, and the same when it is replayed.
  CHECK(ends == 4);
}

TEST_CASE("a failure that is added is of its run alone", "[explore]") {
  // In the usual order there is none.
  const Report found = find(THRUM_SIM_FAILURE, [] {
    if (faults::count_together() != 2) thrum_sim_add_failure("an update is lost");
  });
  CHECK(found.replay != "0");
  CHECK(found.runs > 1);
}

TEST_CASE("of failures the first is told, and before any other fault", "[explore]") {
  Report found = find(THRUM_SIM_FAILURE, [] {
    thrum_sim_add_failure("the first");
    thrum_sim_fail("the last");
  });
  CHECK(contains(found.text, "FAILURE in run 1: the first\n"));
  found = find(THRUM_SIM_LOST_WAKEUP, [] {
    thrum_sim_add_failure("the first");
    thrum::Condition condition;
    condition.acquire();
    condition.notify();
    condition.wait();
  });
  INFO(found.text);
  CHECK(contains(found.text, "before that: the first\n"));
}

TEST_CASE("a failure in a run that is cut is told", "[explore]") {
  // Two threads share a variable under two locks, so that what differs in it is no difference to the search.
  Options options;
  options.reduce = 1;
  const Report found = explore(options, [] {
    thrum::Lock locks[2];
    int order = 0;
    run_together(
        [&] {
          locks[0].acquire();
          order = 1;
          locks[0].release();
        },
        [&] {
          locks[1].acquire();
          if (order == 0) thrum_sim_add_failure("the second was first");
          locks[1].release();
        });
    run_together([] {}, [] {});
  });
  INFO(found.text);
  CHECK(found.outcome == THRUM_SIM_FAILURE);
}

TEST_CASE("a failure that is added in no run does nothing", "[explore]") {
  thrum_sim_add_failure("in no run");
  CHECK(explore([] {}).proved());
}
