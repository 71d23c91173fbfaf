// long_wait_test.cpp - waits that are longer than what is asked of the system at a time.
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/refusal.hpp"
#include "thrum/thrum.hpp"

using support::eventually;
using support::long_waits_to_end;
using support::longest_wait;

namespace {

constexpr double kDay = 86400;

}  // namespace

TEMPLATE_TEST_CASE("a wait of ten days goes on after each of them", "[event][time]", thrum::Event,
                   handle::Event) {
  TestType event;
  bool set = false;
  longest_wait = 0;
  long_waits_to_end = 5;
  support::Crew waiter(1, [&] { set = event.wait(10 * kDay); });
  eventually([&] { return long_waits_to_end == 0 || waiter.finished() == 1; });
  CHECK(waiter.finished() == 0);
  event.set();
  waiter.join();
  long_waits_to_end = 0;
  CHECK(set);
  // No system has to know a longer time than that.
  CHECK(longest_wait <= kDay);
}
