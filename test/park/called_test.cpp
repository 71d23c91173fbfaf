// called_test.cpp - a waiter that has been called to look again, and is not back yet: nobody else is called
// for the same unit, and the object cannot be destroyed.
//
// The waiters here have no threads: what one would do when it is back is done by the test, at the moment it
// likes.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "capi/locks.hpp"
#include "core/park/parked.hpp"
#include "core/sync/lock.hpp"
#include "core/sync/semaphore.hpp"
#include "thrum/thrum.h"

using thrum::Kind;
using thrum::Waiter;
using thrum::lot::Bucket;

namespace {

/// The age of one that has waited for longer than any clock says.
constexpr std::uint64_t ever_since = 2;

/// Queues the waiter, as its own thread does.
void queue(thrum::detail::Word& word, std::uint64_t parked, Waiter& waiter, Kind kind) {
  Bucket bucket(&word);
  std::uint64_t found = 0;
  REQUIRE(thrum::parked::set(word, parked, found, [](std::uint64_t) { return true; }));
  bucket.push(waiter, kind);
}

}  // namespace

TEST_CASE("each release of a lock calls the next, who are on their way until they say so", "[lock]") {
  thrum::detail::Word lock;
  Waiter waiters[2];
  REQUIRE(thrum::lock::acquire(lock, 0, THRUM_FOREVER) == THRUM_OK);
  for (Waiter& waiter : waiters) queue(lock, thrum::lock::kParked, waiter, Kind::lock);
  REQUIRE(thrum::lock::release(lock, 0) == THRUM_OK);
  {
    const Bucket bucket(&lock);
    CHECK(bucket.called() == 1);
    CHECK(bucket.first() == &waiters[1]);
  }
  REQUIRE(thrum::lock::acquire(lock, 0, 0) == THRUM_OK);
  REQUIRE(thrum::lock::release(lock, 0) == THRUM_OK);
  Bucket bucket(&lock);
  CHECK(bucket.called() == 2);
  CHECK_FALSE(bucket.occupied());
  // With nobody queued a release need not come to the lot.
  CHECK(thrum::detail::load(lock) == 0);
  for (Waiter& waiter : waiters) bucket.back(waiter);
}

// In virtual time nobody has waited for a millisecond.
TEST_CASE("one of those who are due is served in its turn, and then none for a while", "[lock][spin]") {
  for (bool in_time = false; !in_time;) {
    thrum::detail::Word lock;
    Waiter waiters[3];
    REQUIRE(thrum::lock::acquire(lock, 0, THRUM_FOREVER) == THRUM_OK);
    for (Waiter& waiter : waiters) {
      waiter.age = ever_since;
      queue(lock, thrum::lock::kParked, waiter, Kind::lock);
    }
    const std::uint64_t begin = thrum::platform::now();
    REQUIRE(thrum::lock::release(lock, 0) == THRUM_OK);
    CHECK(waiters[0].verdict == thrum::Verdict::handed_over);
    CHECK(thrum::lock::acquire(lock, 0, 0) == THRUM_TIMEOUT);
    // By who has been handed it.
    REQUIRE(thrum::lock::release(lock, 0) == THRUM_OK);
    const bool called = Bucket(&lock).called() == 1;
    in_time = thrum::platform::now() - begin < thrum::lot::kServedAfter;
    if (in_time) {
      CHECK(called);
      CHECK(thrum::lock::acquire(lock, 0, 0) == THRUM_OK);
      // Much later.
      while (!thrum::platform::has_passed(begin + 2 * thrum::lot::kServedAfter)) {
      }
      REQUIRE(thrum::lock::release(lock, 0) == THRUM_OK);
      CHECK(waiters[2].verdict == thrum::Verdict::handed_over);
    }
    Bucket bucket(&lock);
    for (Waiter& waiter : waiters) static_cast<void>(bucket.remove(waiter));
    if (bucket.called() != 0) bucket.back(waiters[1]);
  }
}

TEST_CASE("a semaphore calls as many as it has units for, beside those on their way", "[semaphore]") {
  thrum::detail::Word semaphore;
  Waiter waiters[3];
  for (Waiter& waiter : waiters) queue(semaphore, thrum::semaphore::kParked, waiter, Kind::semaphore);
  REQUIRE(thrum::semaphore::release(semaphore, 0, 1, INT64_MAX) == THRUM_OK);
  CHECK(Bucket(&semaphore).called() == 1);
  // Somebody who comes by takes the unit, and brings it back: there still is one for one.
  REQUIRE(thrum::semaphore::acquire(semaphore, 0, 0) == THRUM_OK);
  REQUIRE(thrum::semaphore::release(semaphore, 0, 1, INT64_MAX) == THRUM_OK);
  CHECK(Bucket(&semaphore).called() == 1);
  CHECK(Bucket(&semaphore).first() == &waiters[1]);
  REQUIRE(thrum::semaphore::release(semaphore, 0, 1, INT64_MAX) == THRUM_OK);
  CHECK(Bucket(&semaphore).called() == 2);
  REQUIRE(thrum::semaphore::release(semaphore, 0, 5, INT64_MAX) == THRUM_OK);
  Bucket bucket(&semaphore);
  CHECK(bucket.called() == 3);
  CHECK_FALSE(bucket.occupied());
  for (Waiter& waiter : waiters) bucket.back(waiter);
  CHECK_FALSE(bucket.in_use());
}

TEST_CASE("a semaphore hands over as many units as it is given, to those who are due", "[semaphore][spin]") {
  thrum::detail::Word semaphore;
  Waiter waiters[3];
  for (Waiter& waiter : waiters) {
    waiter.age = ever_since;
    queue(semaphore, thrum::semaphore::kParked, waiter, Kind::semaphore);
  }
  REQUIRE(thrum::semaphore::release(semaphore, 0, 2, INT64_MAX) == THRUM_OK);
  CHECK(waiters[0].verdict == thrum::Verdict::handed_over);
  CHECK(waiters[1].verdict == thrum::Verdict::handed_over);
  CHECK(waiters[2].verdict == thrum::Verdict::look_again);
  CHECK(thrum::semaphore::acquire(semaphore, 0, 0) == THRUM_TIMEOUT);
  Bucket bucket(&semaphore);
  CHECK(bucket.first() == &waiters[2]);
  static_cast<void>(bucket.remove(waiters[2]));
}

TEST_CASE("a look at everybody who waits passes by those that have been called", "[semaphore]") {
  static int settled = 0;
  const auto settle = [](thrum::detail::Word&, Bucket&, thrum::lot::WakeList&) noexcept { ++settled; };
  thrum::detail::Word word;
  Waiter waiters[2];
  for (Waiter& waiter : waiters) Bucket(&word).push(waiter, Kind::semaphore, settle);
  REQUIRE(Bucket(&word).call() == &waiters[0]);
  settled = 0;
  thrum::lot::settle_all();
  CHECK(settled == 1);
  REQUIRE(Bucket(&word).call() == &waiters[1]);
  thrum::lot::settle_all();
  CHECK(settled == 1);
  Bucket bucket(&word);
  for (Waiter& waiter : waiters) bucket.back(waiter);
}

TEST_CASE("a lock behind a handle is not destroyed before the one that was called is back",
          "[lock][handles]") {
  thrum_lock handle;
  REQUIRE(thrum_lock_create(&handle) == THRUM_OK);
  thrum::detail::Word& word = thrum::capi::locks.find(handle.id)->word;
  Waiter waiter;
  REQUIRE(thrum_lock_acquire(handle, THRUM_FOREVER) == THRUM_OK);
  queue(word, thrum::lock::kParked, waiter, Kind::lock);
  CHECK(thrum_lock_destroy(handle) == THRUM_E_BUSY);
  REQUIRE(thrum_lock_release(handle) == THRUM_OK);
  CHECK(thrum_lock_destroy(handle) == THRUM_E_BUSY);
  Bucket(&word).back(waiter);
  CHECK(thrum_lock_destroy(handle) == THRUM_OK);
  CHECK(thrum_lock_destroy(handle) == THRUM_E_HANDLE);
}
