// semaphore_model.cpp - Semaphore and BoundedSemaphore.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/semaphore.hpp"

namespace {

constexpr std::uint64_t kUnit = 2;

/// One unit is a lock.
struct Exclusion {
  thrum::Semaphore semaphore{1};
  model::Section section;

  void work(unsigned) {
    semaphore.acquire();
    section.enter();
    section.leave();
    semaphore.release();
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(semaphore, kUnit)); }
};

/// Two take a unit each, which the third gives at once.
struct Two {
  thrum::Semaphore semaphore{0};

  void work(unsigned thread) {
    if (thread == 0) return semaphore.release(2);
    semaphore.acquire();
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(semaphore)); }
};

/// The same from two who give one each.
struct OneEach {
  thrum::Semaphore semaphore{0};

  void work(unsigned thread) {
    if (thread < 2) return semaphore.release();
    semaphore.acquire();
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(semaphore)); }
};

/// One's time may be up, the other waits for ever; whoever gets the unit gives it back.
struct Impatient {
  thrum::Semaphore semaphore{0};
  bool got = false;

  void work(unsigned thread) {
    if (thread != 0) {
      if (!semaphore.acquire(thread == 1 ? 1.0 : thrum::no_timeout)) return;
      if (thread == 2) got = true;
    }
    semaphore.release();
  }
  void check() { THRUM_SIM_ASSERT(got && model::is_at_rest(semaphore, kUnit)); }
};

/// Times may be up; what is taken and what is left is what was given.
struct Sum {
  thrum::Semaphore semaphore{0};
  model::Word taken;

  void work(unsigned thread) {
    if (thread == 0) return semaphore.release(2);
    if (semaphore.acquire(1.0)) taken.add(1);
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(semaphore, (2 - taken.plain()) * kUnit)); }
};

/// Of two who release after one has acquired, one is refused.
struct Bounded {
  thrum_semaphore semaphore{};
  model::Word released;
  model::Word refused;

  Bounded() { thrum_semaphore_create_bounded(&semaphore, 1); }
  void release() {
    const thrum_status status = thrum_semaphore_release(semaphore, 1);
    THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_E_VALUE);
    (status == THRUM_OK ? released : refused).add(1);
  }
  void work(unsigned thread) {
    if (thread != 1) THRUM_SIM_ASSERT(thrum_semaphore_acquire(semaphore, THRUM_FOREVER) == THRUM_OK);
    release();
  }
  template <unsigned kThreads>
  void check_all() {
    std::int64_t value = 0;
    thrum_semaphore_value(semaphore, &value);
    THRUM_SIM_ASSERT(value == 1 && released.plain() == kThreads - 1 && refused.plain() == 1);
    THRUM_SIM_ASSERT(thrum_semaphore_destroy(semaphore) == THRUM_OK);
  }
};
template <unsigned kThreads>
struct BoundedOf : Bounded {
  void check() { check_all<kThreads>(); }
};

}  // namespace

TEST_CASE("Semaphore: three threads, one unit", "[semaphore]") {
  model::explore<Exclusion>("Semaphore, 3 threads, 1 unit", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("Semaphore: two units for two who wait", "[semaphore]") {
  model::explore<Two>("Semaphore, 3 threads, 2 units at once", 3, {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Semaphore: units from two for two who wait", "[semaphore]") {
  model::explore<OneEach>("Semaphore, 4 threads, 2 units one by one", 4, {2, 4, model::kAny});
}

TEST_CASE("Semaphore: a time-out takes nothing from who waits on", "[semaphore]") {
  model::explore<Impatient>("Semaphore, 3 threads, a time-out and one who waits", 3,
                            {2, model::kAny, model::kAny});
}

TEST_CASE("Semaphore: time-outs against a release, nothing lost", "[semaphore]") {
  model::explore<Sum>("Semaphore, 3 threads, 2 time-outs", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("BoundedSemaphore: no more released than acquired, two threads", "[semaphore]") {
  model::explore<BoundedOf<2>>("BoundedSemaphore, 2 threads", 2, {model::kAny, model::kAny, model::kAny},
                               model::Misuse::expected);
}

TEST_CASE("BoundedSemaphore: no more released than acquired, three threads", "[semaphore]") {
  model::explore<BoundedOf<3>>("BoundedSemaphore, 3 threads", 3, {2, model::kAny, model::kAny},
                               model::Misuse::expected);
}
