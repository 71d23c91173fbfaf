// debts_test.cpp - what a signal handler leaves for the thread that it interrupts inside the parking lot:
// here the test itself is that handler, and says when the thread is inside.
#include "core/park/debts.hpp"

#include <catch2/catch_test_macros.hpp>

#include "core/park/lot.hpp"
#include "support/crew.hpp"
#include "support/inside.hpp"
#include "thrum/event.hpp"

using support::NativeCrew;
using support::until_waiting;
using thrum::lot::Bucket;

namespace debts = thrum::debts;

TEST_CASE("a debt is paid once the thread holds no stripe any more", "[signal]") {
  static int settled = 0;
  const auto settle = [](thrum::detail::Word&, Bucket&, thrum::lot::WakeList&) noexcept { ++settled; };
  thrum::detail::Word word;
  thrum::Waiter waiter;
  Bucket(&word).push(waiter, thrum::Kind::event, settle);
  settled = 0;
  debts::enter();
  debts::enter();
  debts::owe(word, settle);
  debts::leave();
  CHECK(settled == 0);
  debts::leave();
  CHECK(settled == 1);
  REQUIRE(Bucket(&word).pop() == &waiter);
}

TEST_CASE("who waits for an event comes back though it is cleared before its debt is paid",
          "[signal][event]") {
  thrum::Event event;
  NativeCrew waiter(1, [&] { event.wait(); });
  until_waiting(event, 1);
  debts::enter();
  event.set();
  NativeCrew(1, [&] { event.clear(); }).join();
  waiter.join();
  debts::leave();
  CHECK_FALSE(event.is_set());
}
