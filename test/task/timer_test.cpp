// timer_test.cpp - thrum::Timer and thrum_timer: when a timer calls, and what it refuses.
//
// A tag that begins with test_ names the case of CPython's Lib/test/test_threading.py that a test corresponds
// to.
#include "thrum/timer.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/raised.hpp"
#include "support/timeouts.hpp"
#include "thrum/event.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::raised;
using support::seconds_since;

static_assert(!std::is_copy_constructible_v<thrum::Timer>);
static_assert(std::is_nothrow_move_constructible_v<thrum::Timer>);
static_assert(!std::is_constructible_v<thrum::Timer, double, int>);
static_assert(!std::is_constructible_v<thrum::Timer, double, void (*)(int)>);

#define ALL_TIMERS thrum::Timer, handle::Timer

TEMPLATE_TEST_CASE("a timer calls its function after its interval", "[timer]", ALL_TIMERS) {
  for (const double interval : support::brief) {
    double called_after = -1;
    Clock::time_point start;
    TestType timer(interval, [&] { called_after = seconds_since(start); });
    CHECK_FALSE(timer.is_alive());
    start = Clock::now();
    timer.start();
    CHECK(timer.join());
    CHECK_FALSE(timer.is_alive());
    CAPTURE(interval);
    CHECK(called_after >= interval);
  }
}

TEST_CASE("a timer calls with the arguments that it was given", "[timer][test_init_immutable_default_args]") {
  std::vector<std::string> calls;
  const auto spy = [&calls](auto... arguments) {
    std::string call;
    static_cast<void>(((call += std::string(arguments) + ";"), ...));
    calls.push_back(call);
  };
  thrum::Event called;
  thrum::Timer first(0.01, [&] {
    spy();
    called.set();
  });
  first.start();
  called.wait();
  first.join();
  thrum::Timer second(0.01, spy, "blah", std::string("bar"));
  second.start();
  second.join();
  CHECK(calls == std::vector<std::string>{"", "blah;bar;"});
}

TEST_CASE("a timer takes what can only be moved", "[timer]") {
  int found = 0;
  thrum::Timer timer(
      0, [&found, box = std::make_unique<int>(3)](std::unique_ptr<int> other) { found = *box + *other; },
      std::make_unique<int>(4));
  thrum::Timer moved(std::move(timer));
  CHECK(raised<thrum::RuntimeError>([&] { timer.start(); }) == THRUM_E_HANDLE);
  timer = std::move(moved);
  timer.start();
  timer.join();
  CHECK(found == 7);
}

TEMPLATE_TEST_CASE("a timer with no time to wait fires at once", "[timer]", ALL_TIMERS) {
  std::vector<double> intervals(support::polls.begin(), support::polls.end());
  intervals.insert(intervals.end(), support::negative.begin(), support::negative.end());
  for (const double interval : intervals) {
    int calls = 0;
    TestType timer(interval, [&] { ++calls; });
    timer.start();
    CHECK(timer.join());
    CAPTURE(interval);
    CHECK(calls == 1);
  }
}

TEMPLATE_TEST_CASE("a timer's interval is checked", "[timer]", ALL_TIMERS) {
  for (const double interval : support::no_number) {
    CHECK(raised<thrum::ValueError>([&] { TestType timer(interval, [] {}); }) == THRUM_E_VALUE);
  }
  for (const double interval : support::too_large) {
    CHECK(raised<thrum::OverflowError>([&] { TestType timer(interval, [] {}); }) == THRUM_E_OVERFLOW);
  }
}

TEMPLATE_TEST_CASE("the longest intervals do not end", "[timer]", ALL_TIMERS) {
  for (const double interval : support::huge) {
    std::atomic<int> calls{0};
    TestType timer(interval, [&] { calls.fetch_add(1); });
    timer.start();
    CHECK(timer.is_alive());
    CHECK_FALSE(timer.join(0.001));
    timer.cancel();
    CHECK(timer.join());
    CHECK(calls == 0);
  }
}

TEMPLATE_TEST_CASE("a timer that waits is cancelled", "[timer]", ALL_TIMERS) {
  // Until all of it takes less than the timer's time, so that it surely waits.
  for (bool in_time = false; !in_time;) {
    constexpr double kInterval = 0.02;
    std::atomic<int> calls{0};
    TestType timer(kInterval, [&] { calls.fetch_add(1); });
    TestType later(kInterval, [&] { calls.fetch_add(16); });
    const auto start = Clock::now();
    timer.start();
    later.start();
    const bool alive = timer.is_alive();
    timer.cancel();
    const bool alive_still = timer.is_alive();
    in_time = seconds_since(start) < kInterval;
    timer.cancel();
    CHECK(timer.join());
    later.join();
    CHECK((calls == 16 || !in_time));
    CHECK((alive || !in_time));
    CHECK((!alive_still || !in_time));
  }
}

TEMPLATE_TEST_CASE("a timer that is cancelled before its start ends with it", "[timer]", ALL_TIMERS) {
  std::atomic<int> calls{0};
  TestType timer(0, [&] { calls.fetch_add(1); });
  timer.cancel();
  timer.cancel();
  CHECK_FALSE(timer.is_alive());
  CHECK(raised<thrum::RuntimeError>([&] { timer.join(); }) == THRUM_E_NOT_STARTED);
  timer.start();
  CHECK_FALSE(timer.is_alive());
  CHECK(timer.join());
  CHECK(raised<thrum::RuntimeError>([&] { timer.start(); }) == THRUM_E_STARTED);
  TestType other(0.001, [] {});
  other.start();
  other.join();
  CHECK(calls == 0);
}

TEMPLATE_TEST_CASE("a timer is cancelled in its function, and after", "[timer]", ALL_TIMERS) {
  TestType* self = nullptr;
  bool alive = false;
  int calls = 0;
  TestType timer(0, [&] {
    self->cancel();
    alive = self->is_alive();
    ++calls;
  });
  self = &timer;
  timer.start();
  CHECK(timer.join());
  timer.cancel();
  CHECK(timer.join());
  CHECK(alive);
  CHECK(calls == 1);
}

TEMPLATE_TEST_CASE("a timer is alive while its function runs, cancelled or not", "[timer]", ALL_TIMERS) {
  thrum::Event entered;
  thrum::Event leave;
  TestType timer(0, [&] {
    entered.set();
    leave.wait();
  });
  timer.start();
  entered.wait();
  CHECK(timer.is_alive());
  CHECK_FALSE(timer.join(0));
  timer.cancel();
  CHECK(timer.is_alive());
  CHECK_FALSE(timer.join(0.001));
  leave.set();
  CHECK(timer.join());
  CHECK_FALSE(timer.is_alive());
}

TEMPLATE_TEST_CASE("a timer is started once", "[timer]", ALL_TIMERS) {
  TestType timer(1000, [] {});
  CHECK(raised<thrum::RuntimeError>([&] { timer.join(); }) == THRUM_E_NOT_STARTED);
  timer.start();
  CHECK(raised<thrum::RuntimeError>([&] { timer.start(); }) == THRUM_E_STARTED);
  CHECK(timer.is_alive());
  timer.cancel();
  CHECK(raised<thrum::RuntimeError>([&] { timer.start(); }) == THRUM_E_STARTED);
}

TEMPLATE_TEST_CASE("a timer's join checks its timeout, and its caller", "[timer]", ALL_TIMERS) {
  TestType* self = nullptr;
  thrum_status answer = THRUM_OK;
  TestType timer(0, [&] { answer = raised<thrum::RuntimeError>([&] { self->join(); }); });
  self = &timer;
  for (const double timeout : support::no_number) {
    CHECK(raised<thrum::ValueError>([&] { timer.join(timeout); }) == THRUM_E_VALUE);
  }
  for (const double timeout : support::too_large) {
    CHECK(raised<thrum::OverflowError>([&] { timer.join(timeout); }) == THRUM_E_OVERFLOW);
  }
  timer.start();
  timer.join();
  CHECK(answer == THRUM_E_SELF);
}

TEMPLATE_TEST_CASE("many threads join a timer, before it fires and after", "[timer]", ALL_TIMERS) {
  std::atomic<bool> called{false};
  std::atomic<int> too_early{0};
  TestType timer(0.02, [&] { called = true; });
  timer.start();
  Crew crew(4, [&] {
    timer.join();
    if (!called) too_early.fetch_add(1);
  });
  crew.join();
  CHECK(too_early == 0);

  TestType cancelled(1000, [] {});
  cancelled.start();
  Crew joiners(4, [&](int index) {
    if (index % 2 == 0) {
      cancelled.join();
    } else {
      eventually([&] { return cancelled.join(1e-5); });
    }
  });
  for (int i = 0; i < 100; ++i) std::this_thread::yield();
  cancelled.cancel();
  joiners.join();
  CHECK_FALSE(cancelled.is_alive());
}

TEMPLATE_TEST_CASE("a timer calls in a thread of its own, which is one like any other", "[timer]",
                   ALL_TIMERS) {
  thrum::Event entered;
  thrum::Event leave;
  thrum::ThreadRef seen;
  bool listed = false;
  TestType timer(0, [&] {
    seen = thrum::current_thread();
    const auto threads = thrum::enumerate();
    listed = std::find(threads.begin(), threads.end(), seen) != threads.end();
    entered.set();
    leave.wait();
  });
  CHECK(raised<thrum::RuntimeError>([&] { timer.thread(); }) == THRUM_E_NOT_STARTED);
  const std::size_t before = thrum::active_count();
  timer.start();
  entered.wait();
  CHECK(thrum::active_count() == before + 1);
  CHECK(listed);
  CHECK(seen != thrum::current_thread());
  CHECK(timer.thread() == seen);
  CHECK(seen.name().rfind("Thread-", 0) == 0);
  CHECK(seen.is_alive());
  CHECK(seen.daemon() == timer.daemon());
  leave.set();
  timer.join();
  CHECK(timer.thread() == seen);
  CHECK_FALSE(seen.is_alive());
  CHECK(thrum::active_count() == before);
}

TEMPLATE_TEST_CASE("a timer that waits is no thread", "[timer]", ALL_TIMERS) {
  const std::size_t before = thrum::active_count();
  TestType timer(1000, [] {});
  timer.start();
  CHECK(thrum::active_count() == before);
  CHECK(raised<thrum::RuntimeError>([&] { timer.thread(); }) == THRUM_E_NOT_STARTED);
  timer.cancel();
  CHECK(raised<thrum::RuntimeError>([&] { timer.thread(); }) == THRUM_E_NOT_STARTED);
}

TEMPLATE_TEST_CASE("a timer is a daemon as the thread that made it, or as it is told", "[timer][daemon]",
                   ALL_TIMERS) {
  TestType timer(1000, [] {});
  CHECK_FALSE(timer.daemon());
  timer.set_daemon(true);
  CHECK(timer.daemon());
  timer.start();
  CHECK(raised<thrum::RuntimeError>([&] { timer.set_daemon(false); }) == THRUM_E_STARTED);
  CHECK(timer.daemon());
  timer.cancel();

  bool inherited = false;
  bool of_thread = false;
  thrum::ThreadOptions options;
  options.daemon = true;
  thrum::Thread thread(options, [&] {
    TestType inner(0, [&] { of_thread = thrum::current_thread().daemon(); });
    inherited = inner.daemon();
    inner.start();
    inner.join();
  });
  thread.start();
  thread.join();
  CHECK(inherited);
  CHECK(of_thread);
}

TEST_CASE("a Timer goes on without its object", "[timer]") {
  thrum::Event called;
  thrum::Timer(0.005, [&] { called.set(); }).start();
  called.wait();
  CHECK(called.is_set());
}

TEST_CASE("what a Timer calls is destroyed when it is over", "[timer]") {
  const auto token = std::make_shared<int>(0);
  const auto holders = [&] { return token.use_count() - 1; };
  const auto make = [&](double interval) { return thrum::Timer(interval, [copy = token] {}); };
  {
    // Never started.
    const thrum::Timer timer = make(0);
    CHECK(holders() == 1);
  }
  CHECK(holders() == 0);

  thrum::Timer called = make(0);
  called.start();
  called.join();
  CHECK(holders() == 0);

  thrum::Timer cancelled = make(1000);
  cancelled.start();
  CHECK(holders() == 1);
  cancelled.cancel();
  CHECK(holders() == 0);

  thrum::Timer cancelled_first = make(1000);
  cancelled_first.cancel();
  CHECK(holders() == 1);
  cancelled_first.start();
  CHECK(holders() == 0);

  make(0.001).start();
  eventually([&] { return holders() == 0; });
}
