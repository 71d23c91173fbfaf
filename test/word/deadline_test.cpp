// deadline_test.cpp - from timeouts to deadlines, to the nanosecond: never early, and not late either.
#include "core/word/deadline.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <random>

#include "support/timeouts.hpp"

using thrum::check_timeout;
using thrum::check_timeout_not_negative;
using thrum::deadline_after;
using thrum::deadline_from;
using thrum::is_plain;

namespace {

/// Whether the deadline of `timeout`, which is `nanoseconds` as far as a double can say, is none too early
/// and late by no more than such a number's own precision.
bool is_exact(double timeout, std::uint64_t nanoseconds) {
  const std::uint64_t before = thrum::platform::now();
  const std::uint64_t deadline = deadline_after(timeout);
  const std::uint64_t after = thrum::platform::now();
  const std::uint64_t precision = 2 + (nanoseconds >> 51);
  return deadline >= before + nanoseconds && deadline <= after + nanoseconds + precision;
}

}  // namespace

TEST_CASE("a deadline is never early", "[time]") {
  CHECK(is_exact(THRUM_TIMEOUT_MAX, 9223372036000000000));
  std::mt19937_64 random(20240229);
  for (int i = 0; i < 100000; ++i) {
    const std::uint64_t chance = random();
    // Of all sizes, not only the largest.
    const std::uint64_t number = chance >> chance % 61;
    const std::uint64_t seconds = number % 9223372036;
    REQUIRE(is_exact(static_cast<double>(seconds + 1), (seconds + 1) * 1000000000));
    const std::uint64_t milliseconds = number % 1000000000000 + 1;
    REQUIRE(is_exact(static_cast<double>(milliseconds) / 1e3, milliseconds * 1000000));
    const std::uint64_t nanoseconds = number % 1000000000000 + 1;
    REQUIRE(is_exact(static_cast<double>(nanoseconds) / 1e9, nanoseconds));
  }
}

TEST_CASE("a deadline is exact to the nanosecond, up", "[time]") {
  constexpr std::uint64_t time = 1234567890123456789;
  for (std::uint64_t number = 1; number < 100000; ++number) {
    CAPTURE(number);
    REQUIRE(deadline_from(time, static_cast<double>(number)) == time + number * 1000000000);
    // A double has the half of a nanosecond that is in every second of these.
    const std::uint64_t halves = number * 1953125;
    REQUIRE(deadline_from(time, static_cast<double>(number) / 1024) == time + (halves + 1) / 2);
    // And nearly all of these: no earlier, and later by one at most.
    const std::uint64_t late = deadline_from(time, static_cast<double>(number) / 1e9) - time - number;
    REQUIRE(late <= 1);
  }
  CHECK(deadline_from(time, 1e-10) == time + 1);
  CHECK(deadline_from(time, support::Limits::denorm_min()) == time + 1);
}

TEST_CASE("the shortest timeouts have a deadline, 0 and less have none", "[time]") {
  for (const double timeout : {support::Limits::denorm_min(), support::Limits::min(), 1e-30, 1e-10}) {
    CHECK(is_exact(timeout, 0));
    CHECK(deadline_after(timeout) != thrum::kPoll);
  }
  for (const double timeout : support::polls) CHECK(deadline_after(timeout) == thrum::kPoll);
  for (const double timeout : support::negative) CHECK(deadline_after(timeout) == thrum::kPoll);
  CHECK(deadline_after(THRUM_FOREVER) == thrum::kNever);
  CHECK(deadline_after(THRUM_TIMEOUT_MAX) < thrum::kNever);
}

TEST_CASE("a timeout is plain where every call takes it", "[time]") {
  for (const double timeout : support::no_number) {
    CHECK(check_timeout(timeout) == THRUM_E_VALUE);
    CHECK(check_timeout_not_negative(timeout) == THRUM_E_VALUE);
    CHECK_FALSE(is_plain(timeout));
  }
  for (const double timeout : support::too_large) {
    CHECK(check_timeout(timeout) == THRUM_E_OVERFLOW);
    CHECK(check_timeout_not_negative(timeout) == THRUM_E_OVERFLOW);
    CHECK_FALSE(is_plain(timeout));
  }
  for (const double timeout : support::negative) {
    CHECK(check_timeout(timeout) == THRUM_OK);
    CHECK(check_timeout_not_negative(timeout) == THRUM_E_VALUE);
    CHECK_FALSE(is_plain(timeout));
  }
  for (const double timeout : support::polls) {
    CHECK(check_timeout(timeout) == THRUM_OK);
    CHECK(check_timeout_not_negative(timeout) == THRUM_OK);
  }
  CHECK(is_plain(0));
  for (const double timeout : support::brief) CHECK(is_plain(timeout));
  for (const double timeout : support::huge) {
    CHECK(check_timeout(timeout) == THRUM_OK);
    CHECK(check_timeout_not_negative(timeout) == THRUM_OK);
    CHECK(is_plain(timeout));
  }
}

TEST_CASE("what is left of a timeout gives its deadline again, or a later one", "[time]") {
  for (const double timeout : {1.0, 1000.0, 1e6, 1e9}) {
    const std::uint64_t deadline = deadline_after(timeout);
    CHECK(deadline_after(thrum::seconds_until(deadline)) >= deadline);
  }
  CHECK(thrum::seconds_until(thrum::platform::now()) == 0);
  CHECK(thrum::seconds_until(thrum::kNever) == THRUM_FOREVER);
}
