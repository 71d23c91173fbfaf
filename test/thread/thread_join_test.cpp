// thread_join_test.cpp - joins of a thread through its handle.
#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/thread_end.hpp"
#include "support/timeouts.hpp"
#include "thread/handled.hpp"
#include "thrum/thread.hpp"

using support::Clock;
using support::created;
using support::Crew;
using support::Gate;
using support::is_alive;
using support::NativeCrew;
using support::seconds_since;
using support::started;

namespace {

void do_nothing(void*) {}

}  // namespace

TEST_CASE("a thread that has not been started cannot be joined", "[thread][join]") {
  const thrum_thread thread = created(do_nothing, nullptr);
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_E_NOT_STARTED);
  CHECK(thrum_thread_join(thread, 0) == THRUM_E_NOT_STARTED);
  CHECK(thrum_thread_start(thread) == THRUM_OK);
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a thread cannot join itself", "[thread][join]") {
  std::array<thrum_status, 3> statuses{};
  const thrum_thread thread = started(
      [](void* arg) {
        thrum_thread self{0};
        static_cast<void>(thrum_current_thread(&self));
        *static_cast<decltype(statuses)*>(arg) = {thrum_thread_join(self, 0), thrum_thread_join(self, -1),
                                                  thrum_thread_join(self, thrum::no_timeout)};
      },
      &statuses);
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(statuses == std::array<thrum_status, 3>{THRUM_E_SELF, THRUM_E_SELF, THRUM_E_SELF});
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("the timeout of a join is checked before anything else", "[thread][join]") {
  Gate gate;
  const thrum_thread running = started(Gate::pass, &gate);
  const thrum_thread unstarted = created(do_nothing, nullptr);
  for (const double timeout : support::no_number) {
    CHECK(thrum_thread_join(running, timeout) == THRUM_E_VALUE);
    CHECK(thrum_thread_join(unstarted, timeout) == THRUM_E_VALUE);
  }
  for (const double timeout : support::too_large) {
    CAPTURE(timeout);
    CHECK(thrum_thread_join(running, timeout) == THRUM_E_OVERFLOW);
    CHECK(thrum_thread_join(unstarted, timeout) == THRUM_E_OVERFLOW);
  }
  gate.open.set();
  CHECK(thrum_thread_join(running, thrum::no_timeout) == THRUM_OK);
  CHECK(thrum_thread_join(running, support::no_number[0]) == THRUM_E_VALUE);
  CHECK(thrum_thread_join(running, support::too_large[0]) == THRUM_E_OVERFLOW);
  CHECK(thrum_thread_destroy(running) == THRUM_OK);
  CHECK(thrum_thread_destroy(unstarted) == THRUM_OK);
}

TEST_CASE("a join of a thread that runs times out, never early", "[thread][join]") {
  Gate gate;
  const thrum_thread thread = started(Gate::pass, &gate);
  for (const double timeout : support::polls) CHECK(thrum_thread_join(thread, timeout) == THRUM_TIMEOUT);
  for (const double timeout : support::negative) CHECK(thrum_thread_join(thread, timeout) == THRUM_TIMEOUT);
  for (const double timeout : support::brief) {
    CAPTURE(timeout);
    const auto start = Clock::now();
    CHECK(thrum_thread_join(thread, timeout) == THRUM_TIMEOUT);
    CHECK(seconds_since(start) >= timeout);
  }
  CHECK(is_alive(thread));
  gate.open.set();
  CHECK(thrum_thread_join(thread, thrum::timeout_max) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a thread that has ended can be joined again and again", "[thread][join]") {
  const thrum_thread thread = started(do_nothing, nullptr);
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(thrum_thread_join(thread, 0) == THRUM_OK);
  CHECK(thrum_thread_join(thread, -1) == THRUM_OK);
  CHECK(thrum_thread_join(thread, thrum::timeout_max) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("many threads join one thread at once", "[thread][join]") {
  Gate gate;
  const thrum_thread thread = started(Gate::pass, &gate);
  std::atomic<int> successes{0};
  const auto join = [&](int index) {
    const auto& huge = support::huge;
    const double timeout = huge[static_cast<std::size_t>(index) % huge.size()];
    if (thrum_thread_join(thread, timeout) == THRUM_OK) successes.fetch_add(1);
  };
  Crew foreign(8, join);
  NativeCrew native(8, join);
  std::atomic<int> timeouts{0};
  Crew impatient(4, [&] {
    if (thrum_thread_join(thread, 0.001) == THRUM_TIMEOUT) timeouts.fetch_add(1);
  });
  impatient.join();
  CHECK(timeouts == 4);
  CHECK(successes == 0);
  gate.open.set();
  foreign.join();
  native.join();
  CHECK(successes == 16);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("threads join each other in a chain", "[thread][join]") {
  constexpr int kLength = 50;
  Gate gate;
  struct Link {
    thrum_thread before;
    thrum_status status;
    static void join(void* link) {
      static_cast<Link*>(link)->status =
          thrum_thread_join(static_cast<Link*>(link)->before, thrum::no_timeout);
    }
  };
  std::vector<Link> links(kLength);
  std::vector<thrum_thread> threads{started(Gate::pass, &gate)};
  for (Link& link : links) {
    link = {threads.back(), THRUM_TIMEOUT};
    threads.push_back(started(Link::join, &link));
  }
  gate.open.set();
  CHECK(thrum_thread_join(threads.back(), thrum::no_timeout) == THRUM_OK);
  CHECK(std::all_of(links.begin(), links.end(), [](const Link& link) { return link.status == THRUM_OK; }));
  for (const thrum_thread thread : threads) {
    CHECK_FALSE(is_alive(thread));
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  }
}

TEST_CASE("join returns after the thread's own thread-local destructors", "[thread][join][thread_local]") {
  struct Ending : Gate {
    std::uint64_t ident_in_target = 0;
    std::uint64_t ident_in_destructor = 0;
    thrum_thread current_in_destructor{0};
    bool destroyed = false;

    static void run(void* ending) {
      static_cast<Ending*>(ending)->ident_in_target = thrum_get_ident();
      support::at_thread_end(finish, ending);
    }
    static void finish(void* arg) {
      auto* ending = static_cast<Ending*>(arg);
      pass(static_cast<Gate*>(ending));
      ending->ident_in_destructor = thrum_get_ident();
      static_cast<void>(thrum_current_thread(&ending->current_in_destructor));
      ending->destroyed = true;
    }
  } ending;
  const thrum_thread thread = started(Ending::run, &ending);
  ending.entered.wait();
  CHECK(thrum_thread_join(thread, 0) == THRUM_TIMEOUT);
  CHECK(thrum_thread_join(thread, 0.01) == THRUM_TIMEOUT);
  if (support::before_end_by_thrum) CHECK(thrum_thread_destroy(thread) == THRUM_E_BUSY);
  ending.open.set();
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(ending.destroyed);
  CHECK(ending.ident_in_destructor != 0);
  CHECK((ending.ident_in_destructor == ending.ident_in_target) == support::before_end_by_thrum);
  CHECK((ending.current_in_destructor.id == thread.id) == support::before_end_by_thrum);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}
