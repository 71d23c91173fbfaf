// latch_model.cpp - Latch.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/latch.hpp"

namespace {

/// Two count down, the others wait for both.
struct CountDown {
  thrum::Latch latch{2};
  model::Word done;

  void work(unsigned thread) {
    if (thread < 2) {
      done.add(1);
      latch.count_down();
    } else {
      THRUM_SIM_ASSERT(latch.wait() && done.load() == 2);
    }
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(latch)); }
};

/// All arrive and wait.
template <unsigned kThreads>
struct Arrivals {
  thrum::Latch latch{kThreads};
  model::Word arrived;

  void work(unsigned) {
    arrived.add(1);
    THRUM_SIM_ASSERT(latch.arrive_and_wait() && arrived.load() == kThreads);
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(latch)); }
};

/// One's time may be up, the other waits for ever.
struct Impatient {
  thrum::Latch latch{1};
  bool got = false;

  void work(unsigned thread) {
    if (thread == 0) return latch.count_down();
    if (latch.wait(thread == 1 ? 1.0 : thrum::no_timeout)) {
      if (thread == 2) got = true;
      THRUM_SIM_ASSERT(latch.try_wait());
    }
  }
  void check() { THRUM_SIM_ASSERT(got && model::is_at_rest(latch)); }
};

/// Who arrives and gives up waiting has counted all the same.
struct ArrivesAndGivesUp {
  thrum::Latch latch{2};
  bool got = false;

  void work(unsigned thread) {
    if (thread == 0) latch.arrive_and_wait(1, 1.0);
    if (thread == 1) latch.count_down();
    if (thread == 2) got = latch.wait();
  }
  void check() { THRUM_SIM_ASSERT(got && model::is_at_rest(latch)); }
};

}  // namespace

TEST_CASE("Latch: two count down, one waits", "[latch]") {
  model::explore<CountDown>("Latch, 3 threads, 2 count down", 3, {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Latch: two count down, two wait", "[latch]") {
  model::explore<CountDown>("Latch, 4 threads, 2 count down", 4, {2, model::kAny, model::kAny});
}

TEST_CASE("Latch: three arrive and wait", "[latch]") {
  model::explore<Arrivals<3>>("Latch, 3 threads arrive and wait", 3, {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Latch: a time-out takes nothing from who waits on", "[latch]") {
  model::explore<Impatient>("Latch, 3 threads, a time-out and one who waits", 3,
                            {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Latch: who arrives and gives up has counted", "[latch]") {
  model::explore<ArrivesAndGivesUp>("Latch, 3 threads, an arrival that gives up", 3,
                                    {model::kAny, model::kAny, model::kAny});
}
