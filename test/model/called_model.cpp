// called_model.cpp - who has been called to look again, against releases that may count on it.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/lock.hpp"
#include "thrum/semaphore.hpp"
#include "thrum/thrum.h"

namespace {

/// Two give a unit each, two wait for one each: a unit that is given while one who was called takes the first
/// goes to the other.
struct Pairs {
  thrum::Semaphore semaphore{0};
  model::Word got;

  void work(unsigned thread) {
    if (thread < 2) return semaphore.release();
    semaphore.acquire();
    got.add(1);
  }
  void check() { THRUM_SIM_ASSERT(got.plain() == 2 && model::is_at_rest(semaphore)); }
};

/// Whoever finds the lock held releases it, though another holds it: one after the other gets it.
struct Relay {
  thrum::Lock lock;
  model::Word got;

  Relay() { lock.acquire(); }
  void work(unsigned thread) {
    if (thread != 0) {
      lock.acquire();
      got.add(1);
      return;
    }
    lock.release();
    while (!lock.locked()) thrum::platform::pause();
    lock.release();
  }
  void check() {
    THRUM_SIM_ASSERT(got.plain() == 2 && lock.locked());
    THRUM_SIM_ASSERT(model::queued_for(&lock) == 0 && model::called_for(&lock) == 0);
  }
};

/// A unit is released where the only one who waits gives up meanwhile, and another is released: no more than
/// the bound.
struct Bounded {
  thrum_semaphore semaphore{};

  Bounded() {
    THRUM_SIM_ASSERT(thrum_semaphore_create_bounded(&semaphore, 1) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_semaphore_acquire(semaphore, THRUM_FOREVER) == THRUM_OK);
  }
  void work(unsigned thread) {
    if (thread == 0) {
      static_cast<void>(thrum_semaphore_acquire(semaphore, 1.0));
    } else {
      static_cast<void>(thrum_semaphore_release(semaphore, 1));
    }
  }
  void check() {
    std::int64_t value = 0;
    THRUM_SIM_ASSERT(thrum_semaphore_value(semaphore, &value) == THRUM_OK);
    THRUM_SIM_ASSERT(value <= 1);
    THRUM_SIM_ASSERT(thrum_semaphore_destroy(semaphore) == THRUM_OK);
  }
};

}  // namespace

TEST_CASE("Called: two units for two who wait, from two", "[called]") {
  model::explore<Pairs>("Semaphore, 4 threads, a unit each from two for two", 4, {3, 3, model::kAny});
}

TEST_CASE("Called: a lock that others release", "[called]") {
  model::explore<Relay>("Lock, 3 threads, released by who does not hold it", 3,
                        {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Called: a bound, releases and a time-out", "[called]") {
  model::explore<Bounded>("BoundedSemaphore by handle, 3 threads, two releases against a time-out", 3,
                          {3, model::kAny, model::kAny}, model::Misuse::expected);
}
