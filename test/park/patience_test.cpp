// patience_test.cpp - that a thread which sleeps in the end each time does not look before it for ever.
#include <catch2/catch_test_macros.hpp>

#include "core/park/lot.hpp"

using thrum::Spin;
using thrum::Waiter;
using thrum::lot::patience;

namespace {

bool looks(Waiter& waiter) { return patience(waiter, Spin::kSignal).yields != 0; }

int looks_in(Waiter& waiter, int waits) {
  int count = 0;
  for (int i = 0; i < waits; ++i) count += looks(waiter) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("who has slept for a while looks only now and then", "[lot]") {
  Waiter waiter;
  CHECK(looks_in(waiter, 8) == 8);
  CHECK(looks_in(waiter, 1600) == 100);
}

TEST_CASE("who has looked with success looks again the next times", "[lot]") {
  Waiter waiter;
  looks_in(waiter, 100);
  waiter.in_vain = 0;
  CHECK(looks_in(waiter, 8) == 8);
}

TEST_CASE("a wait that does not look does not count", "[lot]") {
  Waiter waiter;
  for (int i = 0; i < 100; ++i) CHECK(patience(waiter, Spin::kNone).yields == 0);
  CHECK(looks(waiter));
}

TEST_CASE("a wake-up that is there when a thread looks ends its impatience", "[lot][spin]") {
  Waiter waiter;
  looks_in(waiter, 15);  // the next wait looks
  waiter.parker.give();
  CHECK(thrum::lot::wait(waiter, thrum::kNever));
  CHECK(waiter.in_vain == 0);
}
