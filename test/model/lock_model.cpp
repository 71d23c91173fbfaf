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
  unsigned threads = 0;

  void work(unsigned) {
    for (int i = 0; i < kTimes; ++i) {
      lock.acquire();
      section.enter();
      section.leave();
      lock.release();
    }
  }
  void check() { THRUM_SIM_ASSERT(!lock.locked() && section.times() % kTimes == 0); }
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
