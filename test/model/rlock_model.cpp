// rlock_model.cpp - RLock.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/rlock.hpp"

namespace {

/// Acquires twice and releases twice; the time of all but the first may be up.
struct Nesting {
  thrum::RLock lock;
  model::Section section;
  model::Word timed_out;

  void work(unsigned thread) {
    THRUM_SIM_ASSERT(!lock.is_owned());
    if (!lock.acquire(thread == 0 ? thrum::no_timeout : 1.0)) {
      THRUM_SIM_ASSERT(!lock.is_owned());
      timed_out.add(1);
      return;
    }
    section.enter();
    THRUM_SIM_ASSERT(lock.acquire(0) && lock.recursion_count() == 2);
    lock.release();
    THRUM_SIM_ASSERT(lock.recursion_count() == 1);
    section.leave();
    lock.release();
    THRUM_SIM_ASSERT(!lock.is_owned());
  }
  template <unsigned kThreads>
  void check_all() {
    THRUM_SIM_ASSERT(model::is_at_rest(lock) && !lock.is_owned());
    THRUM_SIM_ASSERT(static_cast<unsigned>(section.times()) + timed_out.plain() == kThreads);
  }
};
template <unsigned kThreads>
struct NestingOf : Nesting {
  void check() { check_all<kThreads>(); }
};

/// A task is acquired in one thread and goes on in another; a second one waits for it.
struct Tasks {
  thrum::RLock lock;
  model::Section section;
  model::Word moved;

  void work(unsigned thread) {
    if (thread == 0) {
      lock.acquire_as(7);
      section.enter();
      THRUM_SIM_ASSERT(!lock.is_owned());
      moved.store(1);
    } else if (thread == 1) {
      moved.await(1);
      section.leave();
      lock.release_as(7);
    } else {
      lock.acquire();
      section.enter();
      section.leave();
      lock.release();
    }
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(lock) && section.times() == 2); }
};

}  // namespace

TEST_CASE("RLock: two threads, nested, a time-out", "[rlock]") {
  model::explore<NestingOf<2>>("RLock, 2 threads, nested", 2, {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("RLock: three threads, nested, time-outs", "[rlock]") {
  model::explore<NestingOf<3>>("RLock, 3 threads, nested", 3, {2, 2, model::kAny});
}

TEST_CASE("RLock: a task that moves between threads", "[rlock]") {
  model::explore<Tasks>("RLock, 3 threads, a task that moves", 3, {2, model::kAny, model::kAny});
}
