// crowd_test.cpp - that nobody yields a processor which others want.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "core/word/crowd.hpp"
#include "core/word/spin.hpp"

using thrum::Spin;

namespace crowd = thrum::crowd;

namespace {

/// As if no yield had taken long before, and none had after.
class Quiet {
 public:
  Quiet() noexcept { reset(); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
  ~Quiet() { reset(); }

 private:
  static void reset() noexcept { thrum::atomic::store_relaxed(crowd::until, 0); }
};

constexpr std::uint64_t kSecond = 1'000'000'000;

}  // namespace

TEST_CASE("after a yield that took long nobody yields for many times as long", "[lot]") {
  const Quiet quiet;
  constexpr std::uint64_t now = 5 * kSecond;
  CHECK_FALSE(crowd::is_there(now));
  crowd::has_yielded(crowd::kLong - 1, now);
  CHECK_FALSE(crowd::is_there(now));
  crowd::has_yielded(crowd::kLong, now);
  CHECK(crowd::is_there(now));
  CHECK(crowd::is_there(now + crowd::kRest * crowd::kLong - 1));
  CHECK_FALSE(crowd::is_there(now + crowd::kRest * crowd::kLong));
  crowd::has_yielded(kSecond, now);
  CHECK(crowd::is_there(now + crowd::kRest * kSecond - 1));
  CHECK_FALSE(crowd::is_there(now + crowd::kRest * kSecond));
}

TEST_CASE("who waits looks again after a yield, but not where others want the processor", "[lot][spin]") {
  const Quiet quiet;
  constexpr Spin::Budget patient{0, 1000 * kSecond};
  CHECK(Spin(patient).again());
  crowd::has_yielded(10 * kSecond, thrum::platform::now());
  CHECK_FALSE(Spin(patient).again());
  constexpr Spin::Budget pausing{1000 * kSecond, 0};
  CHECK(Spin(pausing).again());
}
