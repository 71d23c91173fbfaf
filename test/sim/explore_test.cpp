// explore_test.cpp - thrum/sim.h and sim.hpp: what explorations find, how many runs they make, and how a run
// is repeated.
#include <cassert>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "thrum/sim.hpp"
#include "thrum/thrum.hpp"

namespace {

using thrum::sim::explore;
using thrum::sim::Options;
using thrum::sim::Report;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Runs the functions in threads of their own, all at once.
template <class... Functions>
void run_together(Functions... functions) {
  thrum::Thread threads[] = {thrum::Thread(std::move(functions))...};
  for (thrum::Thread& thread : threads) thread.start();
  for (const thrum::Thread& thread : threads) thread.join();
}

// ------------------------------------------------------------------------------- tests with a fault --

/// Two threads take two locks in different orders.
void deadlock() {
  thrum::Lock first;
  thrum::Lock second;
  thrum_sim_name_object(&first, "salt");
  thrum_sim_name_object(&second, "pepper");
  run_together(
      [&] {
        first.acquire();
        second.acquire();
        second.release();
        first.release();
      },
      [&] {
        second.acquire();
        first.acquire();
        first.release();
        second.release();
      });
}

/// A notify that may come before the wait.
void lose_wakeup() {
  thrum::Condition condition;
  run_together(
      [&] {
        condition.acquire();
        condition.wait();
        condition.release();
      },
      [&] {
        condition.acquire();
        condition.notify();
        condition.release();
      });
}

/// Reads and writes with a switch between.
void lose_update() {
  int count = 0;
  const auto increment = [&] {
    const int before = count;
    thrum_sim_yield();
    count = before + 1;
  };
  run_together(increment, increment);
  THRUM_SIM_ASSERT(count == 2);
}

/// Writes through a pointer that another thread may have cleared.
void crash() {
  auto number = std::make_unique<int>(7);
  run_together(
      [&] {
        thrum_sim_yield();
        int* volatile pointer = number.get();
        *pointer = 8;
      },
      [&] { number.reset(); });
}

void misuse() {
  thrum::Lock lock;
  lock.acquire();
  lock.release();
  thrum_lock handle{0};
  thrum_lock_create(&handle);
  thrum_lock_release(handle);
}

void loop_for_ever() {
  thrum::Event event;
  while (!event.is_set()) {
  }
}

void wait_in_loop_for_ever() {
  thrum::Event event;
  while (!event.is_set()) thrum_sim_yield();
}

void leak() {
  thrum_lock lock{0};
  thrum_lock_create(&lock);
}

void assert_in_thread() {
  run_together([] { assert(thrum_sim_exploring() == 0); });
}

/// Explores, and looks at what has to be so with every fault: the replay string leads to it again.
Report find(thrum_sim_outcome outcome, void (*test)(), const Options& options = Options()) {
  Report found = explore(options, test);
  CAPTURE(found.text);
  CHECK(thrum_sim_outcome_name(found.outcome) == std::string(thrum_sim_outcome_name(outcome)));
  CHECK_FALSE(found.clean());
  CHECK_FALSE(found.complete);
  REQUIRE_FALSE(found.replay.empty());
  CHECK(contains(found.text, found.replay));
  Options again = options;
  again.replay = found.replay.c_str();
  const Report repeated = explore(again, test);
  CHECK(repeated.outcome == found.outcome);
  CHECK(repeated.runs == 1);
  CHECK(repeated.replay == found.replay);
  return found;
}

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

// -------------------------------------------------------------------------------------- what is found --

TEST_CASE("a deadlock is found, and told", "[explore]") {
  const Report found = find(THRUM_SIM_DEADLOCK, deadlock);
  INFO(found.text);
  CHECK(contains(found.text, "acquire pepper, held by"));
  CHECK(contains(found.text, "acquire salt, held by"));
  CHECK(contains(found.text, "THRUM_SIM_REPLAY="));
}

TEST_CASE("a wake-up that is lost is found", "[explore]") {
  const Report found = find(THRUM_SIM_LOST_WAKEUP, lose_wakeup);
  INFO(found.text);
  CHECK(contains(found.text, "waits in wait condition 1"));
}

TEST_CASE("an assertion that fails is found", "[explore]") {
  const Report found = find(THRUM_SIM_FAILURE, lose_update);
  INFO(found.text);
  CHECK(contains(found.text, "explore_test.cpp:"));
  CHECK(contains(found.text, "count == 2"));
}

TEST_CASE("an assertion of the C library's is found in a thread", "[explore]") {
#if !defined(NDEBUG)
  find(THRUM_SIM_FAILURE, assert_in_thread);
#endif
}

TEST_CASE("exceptions are found, in the test and in a thread", "[explore]") {
  const Report in_test = find(THRUM_SIM_FAILURE, [] { throw std::runtime_error("the test threw"); });
  CHECK(contains(in_test.text, "the test threw"));
  find(THRUM_SIM_FAILURE, [] { throw 42; });
  const Report in_thread =
      find(THRUM_SIM_FAILURE, [] { run_together([] { throw std::runtime_error("the thread threw"); }); });
  CHECK(contains(in_thread.text, "the thread threw"));
}

TEST_CASE("a crash is found", "[explore]") {
  const Report found = find(THRUM_SIM_CRASH, crash);
  CHECK(contains(found.text, "Segmentation fault"));
}

TEST_CASE("a misuse is found, and may be allowed", "[explore]") {
  const Report found = find(THRUM_SIM_MISUSE, misuse, [] {
    Options options;
    options.allow_leaks = 1;
    return options;
  }());
  CHECK(contains(found.text, "thrum_lock_release answered THRUM_E_NOT_HELD"));
  Options options;
  options.allow_misuse = 1;
  options.allow_leaks = 1;
  CHECK(explore(options, misuse).clean());
}

TEST_CASE("a livelock is found", "[explore]") {
  Options options;
  options.steps = 1000;
  find(THRUM_SIM_LIVELOCK, loop_for_ever, options);
  find(THRUM_SIM_LIVELOCK, wait_in_loop_for_ever, options);
}

TEST_CASE("a leak is found, and may be allowed", "[explore]") {
  const Report found = find(THRUM_SIM_LEAK, leak);
  CHECK(contains(found.text, "lock"));
  Options options;
  options.allow_leaks = 1;
  CHECK(explore(options, leak).clean());
}

TEST_CASE("a test that is another each time is found", "[explore]") {
  static int turns;
  turns = 0;
  const Report found = explore([] {
    const auto yield = [] { thrum_sim_yield(); };
    if (turns++ % 2 == 0) run_together(yield, yield);
  });
  CHECK(found.outcome == THRUM_SIM_NONDETERMINISM);
}

TEST_CASE("what is right is clean", "[explore]") {
  const Report report = explore([] {
    thrum::Lock lock;
    int count = 0;
    const auto increment = [&] {
      const std::lock_guard<thrum::Lock> guard(lock);
      const int before = count;
      thrum_sim_yield();
      count = before + 1;
    };
    run_together(increment, increment);
    THRUM_SIM_ASSERT(count == 2);
  });
  INFO(report.text);
  CHECK(report.clean());
  CHECK(report.complete);
  CHECK(report.runs > 1);
  CHECK(report.replay.empty());
  CHECK(report.longest > 1);
  CHECK(report.seconds >= 0);
}

// ------------------------------------------------------------------------------------- how many runs --

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
  options.runs = 0;
  options.preemptions = THRUM_SIM_UNBOUNDED;
  options.seconds = 0.05;
  report = explore(options, [] {
    const auto yield = [] {
      for (int i = 0; i < 1000; ++i) thrum_sim_yield();
    };
    run_together(yield, yield);
  });
  CHECK_FALSE(report.complete);
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

// ---------------------------------------------------------------------------------------------- options --

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
