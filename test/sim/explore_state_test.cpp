// explore_state_test.cpp - what an exploration takes and leaves: its options, the library before and after
// it, and what each run begins with.
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sim/faults.hpp"
#include "thrum/sim.hpp"
#include "thrum/thrum.hpp"

using faults::deadlock;
using faults::run_together;
using thrum::sim::explore;
using thrum::sim::Options;
using thrum::sim::Report;

TEST_CASE("options that are wrong are refused", "[explore]") {
  const auto refused = [](void (*spoil)(Options&)) {
    Options options;
    spoil(options);
    thrum_sim_report report{};
    const auto nothing = [](void*) { std::abort(); };
    return thrum_sim_explore(&options, nothing, nullptr, &report) == THRUM_E_VALUE;
  };
  CHECK(refused([](Options& options) { options.size = sizeof(thrum_sim_options) - 1; }));
  CHECK(refused([](Options& options) { options.strategy = static_cast<thrum_sim_strategy>(3); }));
  CHECK(refused([](Options& options) { options.preemptions = -2; }));
  CHECK(refused([](Options& options) { options.depth = 0; }));
  CHECK(refused([](Options& options) { options.depth = 17; }));
  CHECK(refused([](Options& options) { options.steps = 0; }));
  CHECK(refused([](Options& options) { options.seconds = -1; }));
  CHECK(refused([](Options& options) { options.seconds = std::numeric_limits<double>::quiet_NaN(); }));
  CHECK(refused([](Options& options) { options.hang = -1; }));
  CHECK(refused([](Options& options) { options.hang = std::numeric_limits<double>::quiet_NaN(); }));
  for (const char* replay : {"", "-", "x", "1", "1.", "1.0", "1.64", "2.1-1.1", "1.1-", "1.1 "}) {
    CAPTURE(replay);
    Options options;
    options.replay = replay;
    CHECK_THROWS_AS(explore(options, [] {}), thrum::ValueError);
  }
  thrum_sim_report report{};
  CHECK(thrum_sim_explore(nullptr, nullptr, nullptr, &report) == THRUM_E_VALUE);
  const auto nothing = [](void*) {};
  CHECK(thrum_sim_explore(nullptr, nothing, nullptr, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_sim_explore(nullptr, nothing, nullptr, &report) == THRUM_OK);
  CHECK(report.outcome == THRUM_SIM_CLEAN);
  CHECK(report.proved == 1);
}

TEST_CASE("an exploration within one is refused", "[explore]") {
  static thrum_status status;
  status = THRUM_OK;
  const Report report = explore([] {
    thrum_sim_report inner{};
    status = thrum_sim_explore(
        nullptr, [](void*) {}, nullptr, &inner);
  });
  CHECK(report.clean());
  CHECK(status == THRUM_E_VALUE);
}

TEST_CASE("outcomes have names", "[explore]") {
  CHECK(thrum_sim_outcome_name(THRUM_SIM_CLEAN) == std::string("THRUM_SIM_CLEAN"));
  CHECK(thrum_sim_outcome_name(THRUM_SIM_NONDETERMINISM) == std::string("THRUM_SIM_NONDETERMINISM"));
  CHECK(thrum_sim_outcome_name(THRUM_SIM_HANG) == std::string("THRUM_SIM_HANG"));
  CHECK(thrum_sim_outcome_name(static_cast<thrum_sim_outcome>(15)) != nullptr);
}

// ------------------------------------------------------------------------------- before and after it --

TEST_CASE("an exploration leaves the library as it was", "[explore]") {
  thrum_lock before{0};
  REQUIRE(thrum_lock_create(&before) == THRUM_OK);
  thrum::Lock lock;
  static thrum_lock made;
  made = {0};
  const std::uint64_t time = thrum_sim_now();
  const std::size_t count = thrum::active_count();
  const std::uint64_t ident = thrum::get_ident();
  static std::uint64_t ident_inside;
  Options options;
  options.allow_leaks = 1;
  CHECK(thrum_sim_exploring() == 0);
  CHECK(explore(options, [] {
          THRUM_SIM_ASSERT(thrum_sim_exploring() == 1);
          ident_inside = thrum::get_ident();
          thrum_lock_create(&made);
          run_together([] { thrum::Event().wait(10); }, [] {});
        }).clean());
  CHECK(thrum_sim_exploring() == 0);
  CHECK(ident_inside == ident);
  CHECK(thrum::get_ident() == ident);
  CHECK(thrum_sim_now() == time);
  CHECK(thrum::active_count() == count);
  CHECK(thrum_lock_acquire(before, 0) == THRUM_OK);
  CHECK(thrum_lock_release(before) == THRUM_OK);
  CHECK(thrum_lock_destroy(before) == THRUM_OK);
  CHECK(made.id != 0);
  CHECK(thrum_lock_acquire(made, 0) == THRUM_E_HANDLE);
  CHECK(lock.acquire(0));
  lock.release();
  // And threads go on as before, also after a run that was left in the middle.
  CHECK(explore(deadlock).outcome == THRUM_SIM_DEADLOCK);
  int ran = 0;
  run_together([&] { ++ran; }, [&] { ++ran; });
  CHECK(ran == 2);
}

TEST_CASE("each run begins with the same time, handles and numbers", "[explore]") {
  static std::set<std::uint64_t> times;
  static std::set<std::uint64_t> ids;
  static std::set<std::uint64_t> idents;
  times.clear();
  ids.clear();
  idents.clear();
  const Report report = explore([] {
    times.insert(thrum_sim_now());
    thrum_event event{0};
    thrum_event_create(&event);
    ids.insert(event.id);
    thrum::Thread thread([] { idents.insert(thrum::get_ident()); });
    thread.start();
    thrum_event_wait(event, 5);
    thread.join();
    thrum_event_destroy(event);
  });
  INFO(report.text);
  CHECK(report.runs > 1);
  CHECK(times.size() == 1);
  CHECK(ids.size() == 1);
  CHECK(idents.size() == 1);
}

TEST_CASE("time in a run is virtual", "[explore]") {
  const Report report = explore([] {
    const std::uint64_t start = thrum_sim_now();
    thrum::Event event;
    run_together([&] { THRUM_SIM_ASSERT(!event.wait(3600)); });
    THRUM_SIM_ASSERT(thrum_sim_now() - start == 3600000000000);
  });
  INFO(report.text);
  CHECK(report.clean());
}

TEST_CASE("threads that are not thrum's take part", "[explore]") {
  const Report report = explore([] {
    static int count;
    count = 0;
    const auto increment = [](void*) {
      const int before = count;
      thrum_sim_yield();
      count = before + 1;
    };
    thrum_sim_foreign* const first = thrum_sim_start_foreign(increment, nullptr);
    thrum_sim_foreign* const second = thrum_sim_start_foreign(increment, nullptr);
    thrum_sim_join_foreign(first);
    thrum_sim_join_foreign(second);
    THRUM_SIM_ASSERT(count == 2);
  });
  CHECK(report.outcome == THRUM_SIM_FAILURE);
}
