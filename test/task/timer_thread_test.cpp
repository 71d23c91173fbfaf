// timer_thread_test.cpp - the one thread that timers share.
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "support/child_process.hpp"
#include "support/system_threads.hpp"
#include "thrum/thrum.hpp"

TEST_CASE("10,000 timers that wait cost one thread", "[timer]") {
  // In a process of its own, where there is no such thread yet.
  CHECK(support::run_case("ten thousand first timers").how == "exit 0");
}

TEST_CASE("ten thousand first timers", "[.]") {
  // ThreadSanitizer begins a thread of its own beside the first that there is.
  thrum::Thread first([] {});
  first.start();
  first.join();
  const int before = support::system_threads();
  std::vector<thrum::Timer> timers;
  timers.reserve(10000);
  for (int i = 0; i < 10000; ++i) timers.emplace_back(1000 + 0.001 * (i * 7919 % 10000), [] {}).start();
  CHECK(support::system_threads() == before + 1);
  CHECK(thrum::active_count() == 1);
  CHECK(thrum::enumerate().size() == 1);
  for (thrum::Timer& timer : timers) timer.cancel();
  CHECK(support::system_threads() == before + 1);
}
