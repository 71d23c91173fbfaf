// faults.hpp - tests with faults for explorations to find, and how they are held to what they find.
#ifndef THRUM_TEST_SIM_FAULTS_HPP
#define THRUM_TEST_SIM_FAULTS_HPP

#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "thrum/sim.hpp"
#include "thrum/thrum.hpp"

namespace faults {

using thrum::sim::explore;
using thrum::sim::Options;
using thrum::sim::Report;

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Runs the functions in threads of their own, all at once.
template <class... Functions>
void run_together(Functions... functions) {
  thrum::Thread threads[] = {thrum::Thread(std::move(functions))...};
  for (thrum::Thread& thread : threads) thread.start();
  for (const thrum::Thread& thread : threads) thread.join();
}

/// Two threads take two locks in different orders.
inline void deadlock() {
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
inline void lose_wakeup() {
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

/// Two threads read and write with a switch between; returns what they have counted to.
inline int count_together() {
  int count = 0;
  const auto increment = [&] {
    const int before = count;
    thrum_sim_yield();
    count = before + 1;
  };
  run_together(increment, increment);
  return count;
}

inline void lose_update() {
  const int count = count_together();
  THRUM_SIM_ASSERT(count == 2);
}

/// Explores, and looks at what has to be so with every fault: the replay string leads to it again.
inline Report find(thrum_sim_outcome outcome, void (*test)(), const Options& options = Options()) {
  Report found = explore(options, test);
  CAPTURE(found.text);
  CHECK(thrum_sim_outcome_name(found.outcome) == std::string(thrum_sim_outcome_name(outcome)));
  CHECK_FALSE(found.clean());
  CHECK_FALSE(found.complete);
  CHECK_FALSE(found.proved());
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

}  // namespace faults

#endif
