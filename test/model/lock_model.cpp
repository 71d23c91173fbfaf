// lock_model.cpp - Lock.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/lock.hpp"

namespace {

/// Acquires and releases, `kTimes` times.
template <int kTimes>
struct Exclusion {
  thrum::Lock lock;
  model::Section section;

  void work(unsigned) {
    for (int i = 0; i < kTimes; ++i) {
      lock.acquire();
      section.enter();
      section.leave();
      lock.release();
    }
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(lock) && section.times() % kTimes == 0); }
};

/// The time of all but the first may be up, also as the lock is let go or handed over.
struct TimeOut {
  thrum::Lock lock;
  model::Section section;
  model::Word timed_out;

  void work(unsigned thread) {
    if (!lock.acquire(thread == 0 ? thrum::no_timeout : 1.0)) {
      timed_out.add(1);
      return;
    }
    section.enter();
    section.leave();
    lock.release();
  }
  template <unsigned kThreads>
  void check_all() {
    THRUM_SIM_ASSERT(model::is_at_rest(lock));
    THRUM_SIM_ASSERT(static_cast<unsigned>(section.times()) + timed_out.plain() == kThreads);
  }
};
template <unsigned kThreads>
struct TimeOutOf : TimeOut {
  void check() { check_all<kThreads>(); }
};

/// The same twice: what one wait leaves behind would be found by the next.
struct TimeOutTwice : TimeOut {
  void work(unsigned thread) {
    TimeOut::work(thread);
    TimeOut::work(thread);
  }
  void check() { check_all<4>(); }
};

/// Who waits for ever gets the lock, whatever becomes of one whose time is up.
struct Impatient {
  thrum::Lock lock;
  bool got = false;

  Impatient() { lock.acquire(); }
  void work(unsigned thread) {
    if (thread == 0) return lock.release();
    if (!lock.acquire(thread == 1 ? 1.0 : thrum::no_timeout)) return;
    if (thread == 2) got = true;
    lock.release();
  }
  void check() { THRUM_SIM_ASSERT(got && model::is_at_rest(lock)); }
};

/// One thread lets go what another has acquired, again and again.
struct Relay {
  thrum::Lock lock;
  model::Word acquired;

  void work(unsigned thread) {
    for (unsigned i = 1; i <= 2; ++i) {
      if (thread == 0) {
        lock.acquire();
        acquired.store(i);
      } else {
        acquired.await(i);
        lock.release();
      }
    }
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(lock)); }
};

}  // namespace

TEST_CASE("Lock: two threads, one at a time", "[lock]") {
  model::explore<Exclusion<1>>("Lock, 2 threads, acquire and release once", 2,
                               {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Lock: two threads, twice each", "[lock]") {
  model::explore<Exclusion<2>>("Lock, 2 threads, acquire and release twice", 2,
                               {2, model::kAny, model::kAny});
}

TEST_CASE("Lock: three threads, one at a time", "[lock]") {
  model::explore<Exclusion<1>>("Lock, 3 threads, acquire and release once", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("Lock: a time-out against a release, two threads", "[lock]") {
  model::explore<TimeOutOf<2>>("Lock, 2 threads, a time-out", 2, {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Lock: time-outs against a release, three threads", "[lock]") {
  model::explore<TimeOutOf<3>>("Lock, 3 threads, time-outs", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("Lock: time-outs against a release, twice", "[lock]") {
  model::explore<TimeOutTwice>("Lock, 2 threads, a time-out, twice", 2, {3, model::kAny, model::kAny});
}

TEST_CASE("Lock: a time-out takes nothing from who waits on", "[lock]") {
  model::explore<Impatient>("Lock, 3 threads, a time-out and one who waits", 3,
                            {2, model::kAny, model::kAny});
}

TEST_CASE("Lock: released by another thread", "[lock]") {
  model::explore<Relay>("Lock, 2 threads, one releases what the other acquires", 2,
                        {2, model::kAny, model::kAny});
}
