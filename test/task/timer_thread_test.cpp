// timer_thread_test.cpp - the one thread that timers share, which takes them in turn.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "support/child_process.hpp"
#include "support/eventually.hpp"
#include "support/system_threads.hpp"
#include "thrum/thrum.hpp"

TEST_CASE("timers with nothing to wait for do not keep one waiting whose time is over", "[timer]") {
  std::atomic<long> called{0};
  std::atomic<bool> fired{false};
  thrum::Timer timer(0.01, [&] { fired = true; });
  timer.start();
  long started = 0;
  while (!fired) {
    // There always are some that have not been called yet.
    if (started - called < 50) {
      thrum::Timer(0, [&] { called.fetch_add(1); }).start();
      ++started;
    }
  }
  timer.join();
  support::eventually([&] { return called == started; });
  CHECK(started > 0);
}

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
