// explore_runs_test.cpp - how many runs an exploration makes, which ones, and how one of them is repeated.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "sim/faults.hpp"
#include "thrum/sim.hpp"
#include "thrum/thrum.hpp"

using faults::deadlock;
using faults::find;
using faults::lose_update;
using faults::lose_wakeup;
using faults::run_together;
using thrum::sim::explore;
using thrum::sim::Options;
using thrum::sim::Report;

namespace {

std::uint64_t runs_of(void (*test)(), int preemptions) {
  Options options;
  options.preemptions = preemptions;
  const Report report = explore(options, test);
  CAPTURE(report.text);
  CHECK(report.clean());
  CHECK(report.complete);
  return report.runs;
}

}  // namespace

TEST_CASE("a test without threads has one run", "[explore]") {
  CHECK(runs_of([] {}, THRUM_SIM_UNBOUNDED) == 1);
  CHECK(runs_of([] { thrum::Event().wait(1000); }, THRUM_SIM_UNBOUNDED) == 1);
}

TEST_CASE("runs are all orders of two threads' steps", "[explore]") {
  // The results of all runs, each the order in which letters were said, are all that there can be.
  static std::set<std::string> seen;
  seen.clear();
  const auto test = [] {
    std::string said;
    thrum::Event event;
    const auto say = [&](char letter) {
      return [&, letter] {
        for (int i = 0; i < 3; ++i) {
          said += letter;
          // A point.
          THRUM_SIM_ASSERT(!event.wait(0));
        }
      };
    };
    run_together(say('a'), say('b'));
    seen.insert(said);
  };
  Options options;
  options.preemptions = THRUM_SIM_UNBOUNDED;
  const Report report = explore(options, test);
  INFO(report.text);
  CHECK(report.complete);
  CHECK(seen.size() == 20);  // 6 over 3
  // Without preemption one of them begins, and each says all that it has.
  options.preemptions = 0;
  seen.clear();
  const Report bounded = explore(options, test);
  CHECK(bounded.complete);
  CHECK(bounded.runs < report.runs);
  CHECK(seen == std::set<std::string>{"aaabbb", "bbbaaa"});
  options.preemptions = 1;
  seen.clear();
  CHECK(explore(options, test).complete);
  // One switch away from a thread that could go on, after the first or the second letter; the last switch, at
  // the end of the first of them, is none.
  CHECK(seen == std::set<std::string>{"aaabbb", "bbbaaa", "abbbaa", "aabbba", "baaabb", "bbaaab"});
}

TEST_CASE("a reduced exploration has the same results in fewer runs", "[explore]") {
  static std::set<std::string> seen;
  const auto test = [] {
    thrum::Lock first;
    thrum::Lock second;
    std::string in_first;
    std::string in_second;
    const auto work = [&](char letter) {
      return [&, letter] {
        first.acquire();
        in_first += letter;
        first.release();
        second.acquire();
        in_second += letter;
        second.release();
      };
    };
    run_together(work('a'), work('b'));
    seen.insert(in_first + " " + in_second);
  };
  for (const int preemptions : {THRUM_SIM_UNBOUNDED, 2, 1}) {
    CAPTURE(preemptions);
    Options options;
    options.preemptions = preemptions;
    seen.clear();
    const Report all = explore(options, test);
    const std::set<std::string> results = std::exchange(seen, {});
    options.reduce = 1;
    const Report reduced = explore(options, test);
    INFO(reduced.text);
    CHECK(all.complete);
    CHECK(reduced.complete);
    CHECK(results == std::set<std::string>{"ab ab", "ab ba", "ba ab", "ba ba"});
    CHECK(seen == results);
    CHECK(reduced.runs <= all.runs);
    if (preemptions < 0) CHECK(2 * reduced.runs < all.runs);
  }
}

TEST_CASE("a reduced exploration finds what a whole one does", "[explore]") {
  Options options;
  options.reduce = 1;
  for (const int preemptions : {THRUM_SIM_UNBOUNDED, 2}) {
    options.preemptions = preemptions;
    find(THRUM_SIM_DEADLOCK, deadlock, options);
    find(THRUM_SIM_LOST_WAKEUP, lose_wakeup, options);
    find(THRUM_SIM_FAILURE, lose_update, options);
  }
}

TEST_CASE("runs and seconds are limits", "[explore]") {
  Options options;
  options.runs = 3;
  Report report =
      explore(options, [] { run_together([] { thrum_sim_yield(); }, [] { thrum_sim_yield(); }); });
  CHECK(report.runs == 3);
  CHECK(report.clean());
  CHECK_FALSE(report.complete);
  CHECK_FALSE(report.proved());
  CHECK(report.text == "nothing wrong in 3 runs, but there may be in others\n");
  options.runs = 0;
  options.preemptions = THRUM_SIM_UNBOUNDED;
  options.seconds = 0.05;
  report = explore(options, [] {
    const auto yield = [] {
      for (int i = 0; i < 1000; ++i) thrum_sim_yield();
    };
    run_together(yield, yield);
  });
  CHECK(report.clean());
  CHECK_FALSE(report.complete);
  CHECK_FALSE(report.proved());
  CHECK(report.seconds >= 0.05);
}

// ------------------------------------------------------------------------------------------- by lot --

TEST_CASE("runs that are drawn by lot find faults, the same with the same seed", "[explore]") {
  for (const thrum_sim_strategy strategy : {THRUM_SIM_RANDOM, THRUM_SIM_PCT}) {
    CAPTURE(strategy);
    Options options;
    options.strategy = strategy;
    for (const unsigned seed : {1U, 2U, 3U}) {
      options.seed = seed;
      const Report first = find(THRUM_SIM_DEADLOCK, deadlock, options);
      const Report second = find(THRUM_SIM_DEADLOCK, deadlock, options);
      CHECK(first.runs == second.runs);
      CHECK(first.replay == second.replay);
      find(THRUM_SIM_FAILURE, lose_update, options);
      find(THRUM_SIM_LOST_WAKEUP, lose_wakeup, options);
    }
  }
}

TEST_CASE("runs that are drawn by lot come to an end", "[explore]") {
  for (const thrum_sim_strategy strategy : {THRUM_SIM_RANDOM, THRUM_SIM_PCT}) {
    Options options;
    options.strategy = strategy;
    options.runs = 100;
    const Report report = explore(options, [] { run_together([] {}, [] {}); });
    CHECK(report.clean());
    CHECK(report.runs == 100);
    CHECK_FALSE(report.complete);
    CHECK_FALSE(report.proved());
  }
}

// ---------------------------------------------------------------------------------------- one run again --

TEST_CASE("THRUM_SIM_REPLAY makes one run", "[explore]") {
  const Report found = explore(deadlock);
  REQUIRE(setenv("THRUM_SIM_REPLAY", found.replay.c_str(), 1) == 0);
  const Report repeated = explore(deadlock);
  CHECK(unsetenv("THRUM_SIM_REPLAY") == 0);
  CHECK(repeated.outcome == THRUM_SIM_DEADLOCK);
  CHECK(repeated.runs == 1);
}

TEST_CASE("a replay string that does not fit is told", "[explore]") {
  Options options;
  options.replay = "0.3";
  CHECK(explore(options, [] { run_together([] {}); }).outcome == THRUM_SIM_NONDETERMINISM);
  // The usual run.
  options.replay = "0";
  const Report usual = explore(options, [] { run_together([] {}, [] {}); });
  CHECK(usual.clean());
  CHECK(usual.runs == 1);
  CHECK_FALSE(usual.complete);
}
