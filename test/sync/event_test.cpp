// event_test.cpp - thrum::Event and thrum_event.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/event.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/freed.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::raised;
using support::scaled;
using support::seconds_since;
using support::until_parked;

static_assert(sizeof(thrum::Event) == 8);
static_assert(std::is_nothrow_default_constructible_v<thrum::Event>);
static_assert(std::is_trivially_destructible_v<thrum::Event>);
static_assert(!std::is_copy_constructible_v<thrum::Event> && !std::is_copy_assignable_v<thrum::Event>);

#define EVENTS thrum::Event, handle::Event

namespace {

// Constructed before early_event, which it uses.
extern thrum::Event early_event;
struct EarlyUser {
  EarlyUser() { early_event.set(); }
};
EarlyUser early_user;
thrum::Event early_event;

}  // namespace

TEMPLATE_TEST_CASE("an Event is set and cleared", "[event][test_is_set]", EVENTS) {
  TestType event;
  CHECK_FALSE(event.is_set());
  event.set();
  CHECK(event.is_set());
  event.set();
  CHECK(event.is_set());
  event.clear();
  CHECK_FALSE(event.is_set());
  event.clear();
  CHECK_FALSE(event.is_set());
}

TEMPLATE_TEST_CASE("all threads that wait for an Event are told", "[event][test_notify]", EVENTS) {
  TestType event;
  for (int time = 0; time < 2; ++time) {
    std::atomic<int> about_to_wait{0};
    std::atomic<int> told{0};
    Crew crew(5, [&] {
      about_to_wait.fetch_add(1);
      if (event.wait(thrum::no_timeout)) told.fetch_add(1);
      if (event.wait(thrum::no_timeout)) told.fetch_add(1);
    });
    eventually([&] { return about_to_wait == 5; });
    CHECK(crew.finished() == 0);
    CHECK(told == 0);
    event.set();
    crew.join();
    CHECK(told == 10);
    event.clear();
  }
}

TEMPLATE_TEST_CASE("a wait for an Event that is set returns at once, whatever the timeout", "[event]",
                   EVENTS) {
  TestType event;
  event.set();
  for (const double timeout : support::polls) CHECK(event.wait(timeout));
  for (const double timeout : support::negative) CHECK(event.wait(timeout));
  for (const double timeout : support::brief) CHECK(event.wait(timeout));
  for (const double timeout : support::huge) CHECK(event.wait(timeout));
  CHECK(event.is_set());
}

TEMPLATE_TEST_CASE("a negative timeout polls an Event", "[event]", EVENTS) {
  TestType event;
  for (const double timeout : support::polls) CHECK_FALSE(event.wait(timeout));
  for (const double timeout : support::negative) CHECK_FALSE(event.wait(timeout));
}

TEMPLATE_TEST_CASE("an Event checks its timeout first", "[event]", EVENTS) {
  TestType event;
  for (const bool set : {false, true}) {
    if (set) event.set();
    for (const double timeout : support::no_number) {
      CHECK(raised<thrum::ValueError>([&] { event.wait(timeout); }) == THRUM_E_VALUE);
    }
    for (const double timeout : support::too_large) {
      CAPTURE(timeout);
      CHECK(raised<thrum::OverflowError>([&] { event.wait(timeout); }) == THRUM_E_OVERFLOW);
    }
    CHECK(event.is_set() == set);
  }
}

TEMPLATE_TEST_CASE("a wait for an Event never ends early", "[event][test_timeout]", EVENTS) {
  TestType event;
  for (const double timeout : support::brief) {
    const auto start = Clock::now();
    const bool told = event.wait(timeout);
    const double waited = seconds_since(start);
    CAPTURE(timeout);
    CHECK_FALSE(told);
    CHECK(waited >= timeout);
  }
}

TEST_CASE("the longest waits for an Event end with its set", "[event]") {
  for (const double timeout : support::huge) {
    thrum::Event event;
    bool told = false;
    Crew crew(1, [&] { told = event.wait(timeout); });
    until_parked(event);
    CHECK(crew.finished() == 0);
    event.set();
    crew.join();
    CAPTURE(timeout);
    CHECK(told);
  }
}

TEST_CASE("a thread that waits when an Event is set returns true, though it is cleared at once",
          "[event][test_set_and_clear]") {
  thrum::Event event;
  for (int round = 0; round < scaled(1000); ++round) {
    bool told = false;
    Crew crew(1, [&] { told = event.wait(round % 2 == 0 ? thrum::no_timeout : 1000); });
    until_parked(event);
    event.set();
    event.clear();
    crew.join();
    REQUIRE(told);
    REQUIRE_FALSE(event.is_set());
  }
}

TEST_CASE("a thread that comes after set and clear waits for the next set", "[event]") {
  thrum::Event event;
  std::atomic<int> returned{0};
  std::atomic<bool> cleared{false};
  Crew crew(1, [&] {
    event.wait();
    returned.fetch_add(1);
    eventually([&] { return cleared.load(); });
    event.wait();
    returned.fetch_add(1);
  });
  until_parked(event);
  event.set();
  event.clear();
  cleared = true;
  eventually([&] { return returned == 1; });
  until_parked(event);
  event.set();
  crew.join();
  CHECK(returned == 2);
}

TEST_CASE("a waiter for an Event that gives up leaves the others waiting", "[event]") {
  thrum::Event event;
  std::atomic<int> told{0};
  Crew crew(9, [&](int index) {
    // The first to come, the last and one in the middle give up.
    if (event.wait(index % 4 == 0 ? 0.002 : thrum::no_timeout)) told.fetch_add(1);
  });
  eventually([&] { return crew.finished() == 3; });
  until_parked(event);
  CHECK(told == 0);
  event.set();
  crew.join();
  CHECK(told == 6);
}

TEMPLATE_TEST_CASE("two threads tell each other by Events, turn by turn", "[event][stress]", EVENTS) {
  TestType ping;
  TestType pong;
  const int rounds = scaled(20000);
  int turns = 0;
  Crew crew(1, [&] {
    for (int round = 0; round < rounds; ++round) {
      ping.wait(thrum::no_timeout);
      ping.clear();
      ++turns;
      pong.set();
    }
  });
  for (int round = 0; round < rounds; ++round) {
    ping.set();
    pong.wait(thrum::no_timeout);
    pong.clear();
    ++turns;
  }
  crew.join();
  CHECK(turns == 2 * rounds);
}

TEMPLATE_TEST_CASE("no set of an Event is lost among many threads", "[event][stress]", EVENTS) {
  // Each round is a gate that all threads pass: waiting, polling, or with a timeout that often runs out.
  const int rounds = scaled(1000);
  constexpr int threads = 6;
  std::vector<TestType> gates(static_cast<std::size_t>(rounds));
  std::atomic<int> arrived{0};
  std::atomic<int> early{0};
  std::vector<int> opened(static_cast<std::size_t>(rounds));
  Crew crew(threads, [&](int index) {
    for (int round = 0; round < rounds; ++round) {
      arrived.fetch_add(1);
      TestType& gate = gates[static_cast<std::size_t>(round)];
      switch ((index + round) % 3) {
        case 0: gate.wait(thrum::no_timeout); break;
        case 1: eventually([&] { return gate.wait(1e-6 * (round % 100)); }); break;
        default: eventually([&] { return gate.is_set(); });
      }
      // Ordered after the set by the event alone.
      if (opened[static_cast<std::size_t>(round)] != 1) early.fetch_add(1);
    }
  });
  for (int round = 0; round < rounds; ++round) {
    eventually([&] { return arrived == threads * (round + 1); });
    opened[static_cast<std::size_t>(round)] = 1;
    gates[static_cast<std::size_t>(round)].set();
  }
  crew.join();
  CHECK(early == 0);
  CHECK(arrived == threads * rounds);
}

TEMPLATE_TEST_CASE("threads set, clear and wait all at once", "[event][stress]", EVENTS) {
  TestType event;
  std::atomic<int> waiters_left{4};
  std::atomic<long> told{0};
  const int rounds = scaled(5000);
  Crew crew(6, [&](int index) {
    if (index < 4) {
      for (int round = 0; round < rounds; ++round) {
        if (event.wait(index % 2 == 0 ? thrum::no_timeout : 1e-6 * (round % 64))) told.fetch_add(1);
      }
      waiters_left.fetch_sub(1);
    } else {
      while (waiters_left > 0) {
        event.set();
        event.clear();
      }
    }
  });
  crew.join();
  CHECK(told >= 2L * rounds);
  CHECK_FALSE(event.is_set());
}

TEST_CASE("an Event may be freed by the thread that a set lets go", "[event][stress]") {
  const auto wait = [](thrum::Event& event, int round) {
    switch (round % 4) {
      case 0: event.wait(); break;
      case 1: event.wait(1000); break;
      case 2: eventually([&] { return event.wait(1e-5); }); break;
      default: eventually([&] { return event.is_set(); });
    }
  };
  const auto make = [] { return std::make_unique<thrum::Event>(); };
  CHECK(support::free_after_wait(scaled(50000), make, wait, [](thrum::Event& event) { event.set(); }) ==
        scaled(50000));
}

TEST_CASE("an Event may be freed by the last of several waiters", "[event][stress]") {
  for (int round = 0; round < scaled(2000); ++round) {
    auto* const event = new thrum::Event;
    std::atomic<int> left{3};
    std::atomic<bool> freed{false};
    Crew crew(3, [&] {
      event->wait();
      if (left.fetch_sub(1) != 1) return;
      delete event;
      freed = true;
    });
    if (round % 2 == 0) until_parked(*event);
    event->set();
    crew.join();
    REQUIRE(freed);
  }
}

TEMPLATE_TEST_CASE("an Event is made new for a forked child, and its flag stays",
                   "[event][test_reset_internal_locks]", EVENTS) {
  TestType event;
  event.reinit_after_fork();
  CHECK_FALSE(event.is_set());
  CHECK_FALSE(event.wait(0.001));
  event.set();
  event.reinit_after_fork();
  CHECK(event.is_set());
  CHECK(event.wait(0));
  event.clear();
  CHECK_FALSE(event.wait(0));
}

TEST_CASE("an Event works before its constructor could have run", "[event]") {
  static_cast<void>(early_user);
  CHECK(early_event.is_set());
}
