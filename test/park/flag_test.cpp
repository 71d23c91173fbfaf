// flag_test.cpp - the count of sets in an event's word.
#include "core/park/flag.hpp"

#include <catch2/catch_test_macros.hpp>

#include "core/word/atomic.hpp"

namespace event = thrum::event;

TEST_CASE("the largest count of sets is followed by the first, as 0 is for those that are not counted",
          "[event]") {
  thrum::detail::Word word;
  thrum::atomic::store_relaxed(word, event::kCount);
  REQUIRE(event::set(word, 0) == THRUM_OK);
  CHECK(thrum::detail::load(word) == (event::kSetOnce | event::kSet));
  REQUIRE(event::clear(word, 0) == THRUM_OK);
  REQUIRE(event::set(word, 0) == THRUM_OK);
  CHECK(thrum::detail::load(word) == (2 * event::kSetOnce | event::kSet));
}
