// units_model.cpp - several units of a Semaphore at once, against time-outs: none is lost with one whose time
// is up, none is given twice, and none lies there while one waits for it.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/semaphore.hpp"
#include "thrum/thrum.h"

namespace {

using namespace model;

/// Who waits for ever gets one of two units, whatever becomes of one whose time may be up.
struct TwoUnits {
  thrum::Semaphore semaphore{0};
  bool timely = false;
  bool patient = false;

  void work(unsigned thread) {
    if (thread == 0) return semaphore.release(2);
    if (thread == 1) {
      timely = semaphore.acquire(1.0);
    } else {
      patient = semaphore.acquire();
    }
  }
  void check() {
    THRUM_SIM_ASSERT(patient && semaphore.value() == (timely ? 0 : 1) && queued_for(&semaphore) == 0);
  }
};

/// Two units and then one for three, two of whom wait for ever; the time of the third may be up.
struct ThreeUnits {
  thrum::Semaphore semaphore{0};
  bool timely = false;
  Word patient;

  void work(unsigned thread) {
    if (thread == 0) {
      semaphore.release(2);
      semaphore.release(1);
      return;
    }
    if (thread == 1) {
      timely = semaphore.acquire(1.0);
    } else if (semaphore.acquire()) {
      patient.add(1);
    }
  }
  void check() {
    THRUM_SIM_ASSERT(patient.plain() == 2 && semaphore.value() == (timely ? 0 : 1));
    THRUM_SIM_ASSERT(queued_for(&semaphore) == 0);
  }
};

/// One takes two units one after the other, the second with a time-out that may be up; another waits for
/// ever. They get theirs from one who releases two and one, so that all three are to be had.
struct Portions {
  thrum::Semaphore semaphore{0};
  std::int64_t taken = 0;

  void work(unsigned thread) {
    if (thread == 0) {
      semaphore.release(2);
      semaphore.release(1);
    } else if (thread == 1) {
      semaphore.acquire();
      taken = semaphore.acquire(1.0) ? 2 : 1;
    } else {
      semaphore.acquire();
    }
  }
  void check() { THRUM_SIM_ASSERT(semaphore.value() == 2 - taken && queued_for(&semaphore) == 0); }
};

/// Two release two units each, against one whose time may be up and one who takes two.
struct FromTwo {
  thrum::Semaphore semaphore{0};
  bool timely = false;

  void work(unsigned thread) {
    if (thread < 2) return semaphore.release(2);
    if (thread == 2) {
      timely = semaphore.acquire(1.0);
    } else {
      semaphore.acquire();
      semaphore.acquire();
    }
  }
  void check() { THRUM_SIM_ASSERT(semaphore.value() == (timely ? 1 : 2) && queued_for(&semaphore) == 0); }
};

/// All units of a BoundedSemaphore are taken and given back at once, while another's time may be up, who
/// gives back what he has got: the bound is never in the way, and one unit more is refused.
struct Bounded {
  thrum::BoundedSemaphore semaphore{2};
  Word taken;

  Bounded() {
    semaphore.acquire();
    semaphore.acquire();
  }
  void work(unsigned thread) {
    if (thread == 0) return semaphore.release(2);
    if (!semaphore.acquire(thread == 1 ? 1.0 : thrum::no_timeout)) return;
    THRUM_SIM_ASSERT(taken.add(1) < 2);
    taken.add(~std::uint64_t{0});
    semaphore.release();
  }
  void check() { THRUM_SIM_ASSERT(semaphore.value() == 2 && queued_for(&semaphore) == 0); }
};

/// One unit more than there is room for, while one whose time may be up waits: refused as a whole, or else
/// the waiter had one.
struct TooMany {
  thrum_semaphore semaphore{};
  Word acquired{1};
  bool timely = false;
  thrum_status released = THRUM_OK;

  TooMany() {
    thrum_semaphore_create_bounded(&semaphore, 1);
    thrum_semaphore_acquire(semaphore, 0);
  }
  void work(unsigned thread) {
    if (thread == 0) {
      released = thrum_semaphore_release(semaphore, 2);
      THRUM_SIM_ASSERT(released == THRUM_E_VALUE);
      THRUM_SIM_ASSERT(thrum_semaphore_release(semaphore, 1) == THRUM_OK);
    } else {
      const thrum_status status = thrum_semaphore_acquire(semaphore, 1.0);
      THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_TIMEOUT);
      if (status == THRUM_OK) THRUM_SIM_ASSERT(acquired.add(1) < 3);
    }
  }
  void check() {
    std::int64_t value = -1;
    THRUM_SIM_ASSERT(thrum_semaphore_value(semaphore, &value) == THRUM_OK);
    THRUM_SIM_ASSERT(value == 2 - static_cast<std::int64_t>(acquired.plain()));
    THRUM_SIM_ASSERT(thrum_semaphore_destroy(semaphore) == THRUM_OK);
  }
};

}  // namespace

TEST_CASE("Units: two at once, a time-out and one who waits", "[semaphore]") {
  explore<TwoUnits>("Semaphore, 3 threads, 2 units, a time-out and one who waits", 3, {2, 4, kAny});
}

TEST_CASE("Units: two and one, a time-out and two who wait", "[semaphore]") {
  explore<ThreeUnits>("Semaphore, 4 threads, 2 units and 1, a time-out", 4, {1, 2, 4});
}

TEST_CASE("Units: two and one, a time-out after a first unit", "[semaphore]") {
  explore<Portions>("Semaphore, 3 threads, 2 units and 1, a time-out", 3, {2, 4, kAny});
}

TEST_CASE("Units: two each from two, a time-out and one who takes two", "[semaphore]") {
  explore<FromTwo>("Semaphore, 4 threads, 2 units from each of 2, a time-out", 4, {1, 2, 4});
}

TEST_CASE("Units: all of a bounded semaphore at once, a time-out", "[semaphore]") {
  explore<Bounded>("BoundedSemaphore, 3 threads, 2 units at once, a time-out", 3, {2, 3, kAny});
}

TEST_CASE("Units: more than a bounded semaphore has room for", "[semaphore]") {
  explore<TooMany>("BoundedSemaphore, 3 threads, a unit too many, time-outs", 3, {1, 3, 5}, Misuse::expected);
}
