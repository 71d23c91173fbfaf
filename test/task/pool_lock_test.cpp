// pool_lock_test.cpp - the locks of pools, as a fork and the end of all pools acquire them.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "core/park/parked.hpp"
#include "core/task/pool_life.hpp"
#include "support/crew.hpp"
#include "support/inside.hpp"

using namespace thrum;

TEST_CASE("who has the mutex of all pools waits for a pool's lock in its queue, as everybody", "[pool]") {
  detail::Word lock;
  // Each time with the same waiter.
  for (int round = 0; round < 3; ++round) {
    REQUIRE(lock::acquire(lock, 0, THRUM_FOREVER) == THRUM_OK);
    bool held = false;
    support::Crew crew(1, [&] {
      platform::lock(pool::mutex);
      pool::hold(lock);
      held = (detail::read(lock) & lock::kHeld) != 0;
      static_cast<void>(lock::release(lock, 0));
      platform::unlock(pool::mutex);
    });
    support::until_waiting(lock, 1);
    REQUIRE(lock::release(lock, 0) == THRUM_OK);
    crew.join();
    CHECK(held);
    CHECK(detail::read(lock) == lock::kFree);
  }
}

TEST_CASE("it gets the lock while it is free and others are queued for it", "[pool]") {
  detail::Word lock;
  Waiter waiters[2];
  REQUIRE(lock::acquire(lock, 0, THRUM_FOREVER) == THRUM_OK);
  for (Waiter& waiter : waiters) {
    lot::Bucket bucket(&lock);
    std::uint64_t found = 0;
    REQUIRE(parked::set(lock, lock::kParked, found, [](std::uint64_t) { return true; }));
    bucket.push(waiter, Kind::lock);
  }
  // Calls the first; the second is queued.
  REQUIRE(lock::release(lock, 0) == THRUM_OK);
  REQUIRE(detail::read(lock) == lock::kParked);
  bool held = false;
  support::Crew(1, [&] {
    platform::lock(pool::mutex);
    pool::hold(lock);
    held = detail::read(lock) == (lock::kHeld | lock::kParked);
    platform::unlock(pool::mutex);
  }).join();
  CHECK(held);
  lot::Bucket bucket(&lock);
  bucket.back(waiters[0]);
  CHECK(bucket.remove(waiters[1]));
}
