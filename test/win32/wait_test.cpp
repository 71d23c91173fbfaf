// wait_test.cpp - how long a wait takes on Windows, whose own waits count milliseconds and end at their
// ticks.
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "support/crew.hpp"
#include "support/parked.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.hpp"
#include "win32/seconds.hpp"

TEST_CASE("a wait of less than a millisecond is one", "[wait]") {
  thrum::Event event;
  thrum::Semaphore semaphore(0);
  const int rounds = support::scaled(500);
  int early = 0;
  for (int round = 0; round < rounds; ++round) {
    // From about the time for which a thread looks again before it sleeps.
    const double timeout = 0.00002 * (1 + round % 50);
    const double start = support::seconds();
    const bool passed = round % 2 == 0 ? event.wait(timeout) : semaphore.acquire(timeout);
    // A tick of the counter may lie between this clock's reading and the library's.
    if (passed || support::seconds() - start < timeout - 2e-7) ++early;
  }
  CHECK(early == 0);
}

TEST_CASE("a wait of less than a millisecond is ended by what it waits for", "[wait]") {
  // Given at the very time at which the wait ends: none is lost.
  thrum::Semaphore semaphore(0);
  const int rounds = support::scaled(300);
  support::Crew crew(1, [&] {
    for (int round = 0; round < rounds; ++round) {
      thrum::Event().wait(0.0003);
      semaphore.release();
    }
  });
  int taken = 0;
  while (taken < rounds) {
    if (semaphore.acquire(0.0003)) ++taken;
  }
  crew.join();
  CHECK(semaphore.value() == 0);
}

TEST_CASE("a wait that is longer than the system counts does not end at once", "[wait]") {
  // The system's milliseconds come round after 49.7 days; the longest of its counts means "for ever".
  constexpr double kDay = 86400;
  const double limit = 4294967.295;
  for (const double timeout :
       {0.99 * kDay, 49 * kDay, limit - 0.001, limit, limit + 0.001, 60 * kDay, thrum::timeout_max}) {
    CAPTURE(timeout);
    thrum::Event event;
    bool set = false;
    support::Crew crew(1, [&] { set = event.wait(timeout); });
    support::until_parked(event);
    // Time for one that ends too soon to show itself.
    thrum::Event().wait(0.005);
    CHECK(crew.finished() == 0);
    CHECK(support::parked(event));
    event.set();
    crew.join();
    CHECK(set);
  }
}

TEST_CASE("a join that is longer than the system counts waits for the thread", "[thread][join]") {
  for (const double timeout : {49.8 * 86400, thrum::timeout_max}) {
    thrum::Event open;
    thrum::Thread thread([&] { open.wait(); });
    thread.start();
    bool joined = false;
    support::Crew crew(1, [&] { joined = thread.join(timeout); });
    thrum::Event().wait(0.005);
    CHECK(crew.finished() == 0);
    open.set();
    crew.join();
    CHECK(joined);
  }
}
