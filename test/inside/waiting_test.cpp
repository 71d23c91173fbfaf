// waiting_test.cpp - what several threads that are known to wait at the same moment are owed.
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/inside.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.hpp"

using support::Crew;
using support::eventually;
using support::raised;
using support::scaled;
using support::until_waiting;
using support::waiting;

TEST_CASE("every thread that waits when an Event is set returns true, though it is cleared at once",
          "[event][test_set_and_clear]") {
  thrum::Event event;
  for (int round = 0; round < scaled(200); ++round) {
    std::atomic<int> told{0};
    Crew crew(8, [&](int index) {
      if (event.wait(index % 2 == 0 ? thrum::forever : 1000)) told.fetch_add(1);
    });
    until_waiting(event, 8);
    event.set();
    event.clear();
    crew.join();
    REQUIRE(told == 8);
    REQUIRE_FALSE(event.is_set());
    REQUIRE(waiting(event) == 0);
  }
}

TEST_CASE("a set tells the threads that are left when others have given up", "[event]") {
  thrum::Event event;
  std::atomic<int> told{0};
  Crew crew(9, [&](int index) {
    if (event.wait(index % 4 == 0 ? 0.002 : thrum::forever)) told.fetch_add(1);
  });
  eventually([&] { return crew.finished() == 3; });
  until_waiting(event, 6);
  CHECK(told == 0);
  event.set();
  event.clear();
  crew.join();
  CHECK(told == 6);
}

TEMPLATE_TEST_CASE("a release of n lets n of the waiting threads go and leaves the others", "[semaphore]",
                   thrum::Semaphore, thrum::BoundedSemaphore) {
  TestType semaphore(6);
  for (int i = 0; i < 6; ++i) semaphore.acquire();
  Crew crew(6, [&] { semaphore.acquire(); });
  until_waiting(semaphore, 6);
  CHECK(raised<thrum::ValueError>([&] { semaphore.release(0); }) == THRUM_E_VALUE);
  CHECK(waiting(semaphore) == 6);
  semaphore.release(2);
  eventually([&] { return crew.finished() == 2; });
  CHECK(waiting(semaphore) == 4);
  CHECK(semaphore.value() == 0);
  semaphore.release(4);
  crew.join();
  CHECK(semaphore.value() == 0);
}

TEST_CASE("a refused release of a BoundedSemaphore lets no waiting thread go", "[semaphore]") {
  thrum::BoundedSemaphore semaphore(2);
  semaphore.acquire();
  semaphore.acquire();
  Crew crew(2, [&] { semaphore.acquire(); });
  until_waiting(semaphore, 2);
  CHECK(raised<thrum::ValueError>([&] { semaphore.release(3); }) == THRUM_E_VALUE);
  CHECK(waiting(semaphore) == 2);
  CHECK(crew.finished() == 0);
  semaphore.release(2);
  crew.join();
  CHECK(semaphore.value() == 0);
}

TEMPLATE_TEST_CASE("a notify moves as many threads as it wakes to the lock", "[condition]", thrum::Lock,
                   thrum::RLock) {
  TestType lock;
  thrum::Condition condition(lock);
  std::atomic<int> notified{0};
  Crew crew(5, [&] {
    lock.acquire();
    if (condition.wait()) notified.fetch_add(1);
    lock.release();
  });
  until_waiting(condition, 5);
  lock.acquire();
  condition.notify(0);
  CHECK(waiting(condition) == 5);
  condition.notify(2);
  CHECK(waiting(condition) == 3);
  CHECK(waiting(lock) == 2);
  condition.notify(1);
  CHECK(waiting(condition) == 2);
  CHECK(waiting(lock) == 3);
  CHECK(notified == 0);
  lock.release();
  eventually([&] { return notified == 3; });
  CHECK(waiting(condition) == 2);
  lock.acquire();
  condition.notify_all();
  lock.release();
  crew.join();
  CHECK(notified == 5);
  CHECK(waiting(lock) == 0);
}

TEMPLATE_TEST_CASE("threads that give up leave the queue of a lock to the others", "[lock][rlock]",
                   thrum::Lock, thrum::RLock) {
  TestType lock;
  lock.acquire();
  Crew crew(9, [&](int index) {
    if (lock.acquire(index % 4 == 0 ? 0.002 : thrum::forever)) lock.release();
  });
  eventually([&] { return crew.finished() == 3; });
  until_waiting(lock, 6);
  lock.release();
  crew.join();
  CHECK(waiting(lock) == 0);
  CHECK_FALSE(lock.locked());
}
