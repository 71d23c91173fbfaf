// once_model.cpp - Once.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/thrum.h"

namespace {

/// A function that fails as often as it is told to before it succeeds.
struct Calls {
  thrum_once once{};
  model::Section section;
  int failures = 0;
  int successes = 0;

  Calls() { thrum_once_create(&once); }
  static int run(void* arg) {
    auto& self = *static_cast<Calls*>(arg);
    self.section.enter();
    const bool fails = self.failures > 0;
    fails ? --self.failures : ++self.successes;
    self.section.leave();
    return fails ? 1 : 0;
  }
  thrum_status call(double timeout) {
    const thrum_status status = thrum_once_call(once, run, this, timeout);
    if (status == THRUM_OK) THRUM_SIM_ASSERT(successes == 1);
    return status;
  }
  void check_end() {
    int done = 0;
    THRUM_SIM_ASSERT(thrum_once_done(once, &done) == THRUM_OK && done == 1 && successes == 1);
    THRUM_SIM_ASSERT(thrum_once_destroy(once) == THRUM_OK);
  }
};

/// It is done by the first who comes.
struct Success : Calls {
  void work(unsigned) { THRUM_SIM_ASSERT(call(THRUM_FOREVER) == THRUM_OK); }
  void check() {
    THRUM_SIM_ASSERT(section.times() == 1);
    check_end();
  }
};

/// The first to come fails, and another does it.
struct Failure : Calls {
  model::Word failed;

  Failure() { failures = 1; }
  void work(unsigned) {
    const thrum_status status = call(THRUM_FOREVER);
    THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_E_FAILED);
    if (status == THRUM_E_FAILED) failed.add(1);
  }
  void check() {
    THRUM_SIM_ASSERT(section.times() == 2 && failed.plain() == 1);
    check_end();
  }
};

/// The same where one's time may be up: it is done all the same, by one of the others.
struct TimeOut : Calls {
  TimeOut() { failures = 1; }
  void work(unsigned thread) {
    const thrum_status status = call(thread == 0 ? 1.0 : THRUM_FOREVER);
    THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_E_FAILED ||
                     (thread == 0 && status == THRUM_TIMEOUT));
  }
  void check() { check_end(); }
};

}  // namespace

TEST_CASE("Once: three threads", "[once]") {
  model::explore<Success>("Once, 3 threads", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("Once: two threads, the first fails", "[once]") {
  model::explore<Failure>("Once, 2 threads, the first fails", 2, {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Once: three threads, the first fails", "[once]") {
  model::explore<Failure>("Once, 3 threads, the first fails", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("Once: a time-out against a failure", "[once]") {
  model::explore<TimeOut>("Once, 3 threads, a time-out, the first fails", 3, {2, 4, model::kAny});
}
