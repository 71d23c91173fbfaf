// pool_lock_test.cpp - the locks of pools, as a fork and the end of all pools acquire them.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "core/park/parked.hpp"
#include "core/task/pool_life.hpp"
#include "support/crew.hpp"
#include "support/inside.hpp"
#include "thrum/thrum.h"

using namespace thrum;

TEST_CASE("who has the mutex of all pools waits for a pool's lock in its queue", "[pool]") {
  detail::Word lock;
  // Each time with the same waiter.
  for (int round = 0; round < 3; ++round) {
    REQUIRE(lock::acquire(lock, 0, THRUM_FOREVER) == THRUM_OK);
    bool held = false;
    support::Crew crew(1, [&] {
      platform::lock(pool::mutex);
      pool::hold(lock);
      held = (detail::load(lock) & lock::kHeld) != 0;
      static_cast<void>(lock::release(lock, 0));
      platform::unlock(pool::mutex);
    });
    support::until_waiting(lock, 1);
    REQUIRE(lock::release(lock, 0) == THRUM_OK);
    crew.join();
    CHECK(held);
    CHECK(detail::load(lock) == lock::kFree);
  }
}

TEST_CASE("it is handed the lock before all who are queued for it, however long", "[pool]") {
  detail::Word lock;
  Waiter waiters[8];
  REQUIRE(lock::acquire(lock, 0, THRUM_FOREVER) == THRUM_OK);
  for (Waiter& waiter : waiters) {
    lot::Bucket bucket(&lock);
    std::uint64_t found = 0;
    REQUIRE(parked::set(lock, lock::kParked, found, [](std::uint64_t) { return true; }));
    // To be handed it in their order.
    waiter.age = 1;
    bucket.push(waiter, Kind::lock);
  }
  support::Crew crew(1, [&] {
    platform::lock(pool::mutex);
    pool::hold(lock);
    platform::unlock(pool::mutex);
  });
  support::until_waiting(lock, 9);
  CHECK(lock::release(lock, 0) == THRUM_OK);
  CHECK(lot::Bucket(&lock).first() == &waiters[0]);
  for (Waiter& waiter : waiters) {
    // Else it has been handed the lock, and is to release it.
    lot::Bucket bucket(&lock);
    if (bucket.remove(waiter)) continue;
    bucket.unlock();
    CHECK(lock::release(lock, 0) == THRUM_OK);
  }
  crew.join();
  CHECK((detail::load(lock) & lock::kHeld) != 0);
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
  REQUIRE(detail::load(lock) == lock::kParked);
  bool held = false;
  support::Crew(1, [&] {
    platform::lock(pool::mutex);
    pool::hold(lock);
    held = detail::load(lock) == (lock::kHeld | lock::kParked);
    platform::unlock(pool::mutex);
  }).join();
  CHECK(held);
  lot::Bucket bucket(&lock);
  bucket.back(waiters[0]);
  CHECK(bucket.remove(waiters[1]));
}

TEST_CASE("no hook is called by a thread that waits for a pool's lock with the other one held",
          "[pool][hooks]") {
  thrum_pool pool{0};
  REQUIRE(thrum_pool_create(&pool, 1, nullptr) == THRUM_OK);
  static pool::PoolSlot* slot;
  slot = pool::pools.find(pool.id);
  static std::atomic<int> calls_with_lock;
  static std::uint64_t main;
  calls_with_lock = 0;
  main = thrum::platform::native_id();
  pool::Held gate(slot->submit_lock);
  pool::Held counter(slot->take_lock);
  thrum_status status = THRUM_E_VALUE;
  support::Crew crew(1, [&] { status = thrum_pool_shutdown(pool, 1, 0); });
  support::until_waiting(slot->submit_lock, 1);
  thrum_thread_hooks hooks = THRUM_THREAD_HOOKS_INIT;
  hooks.all_threads = 1;
  hooks.start = [](void*) {
    if (platform::native_id() == main) return;
    if ((detail::load(slot->submit_lock) & lock::kHeld) != 0) calls_with_lock.fetch_add(1);
  };
  // The thread has yet to hear of them.
  CHECK(thrum_set_thread_hooks(&hooks) == THRUM_OK);
  gate.unlock();
  support::until_waiting(slot->take_lock, 1);
  CHECK(thrum_set_thread_hooks(nullptr) == THRUM_OK);
  counter.unlock();
  crew.join();
  CHECK(status == THRUM_OK);
  CHECK(calls_with_lock == 0);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
}
