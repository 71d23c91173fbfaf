// lot_test.cpp - the parking lot's queues.
#include "core/park/lot.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <vector>

#include "support/crew.hpp"
#include "support/scale.hpp"

using thrum::Waiter;
using thrum::lot::Bucket;
using thrum::lot::BucketPair;

namespace {

// More addresses than the lot has queues: some of them share one.
constexpr std::size_t addresses = 2000;
constexpr std::size_t waiters_each = 3;

using Words = std::vector<thrum::detail::Word>;
using Waiters = std::vector<std::array<Waiter, waiters_each>>;

/// Queues three waiters for every address, one for each in turn.
void push_all(const Words& words, Waiters& waiters) {
  for (std::size_t i = 0; i < waiters_each; ++i) {
    for (std::size_t at = 0; at < words.size(); ++at) Bucket(&words[at]).push(waiters[at][i]);
  }
}

}  // namespace

TEST_CASE("the queue of an address is first in, first out, whoever shares its place", "[lot]") {
  const Words words(addresses);
  Waiters waiters(addresses);
  push_all(words, waiters);
  for (std::size_t at = 0; at < addresses; ++at) {
    Bucket bucket(&words[at]);
    REQUIRE(bucket.occupied());
    for (Waiter& waiter : waiters[at]) REQUIRE(bucket.pop() == &waiter);
    REQUIRE_FALSE(bucket.occupied());
    REQUIRE(bucket.pop() == nullptr);
  }
}

TEST_CASE("a waiter leaves the queue from any place, once", "[lot]") {
  const Words words(addresses);
  Waiters waiters(addresses);
  push_all(words, waiters);
  for (std::size_t at = 0; at < addresses; ++at) {
    Bucket bucket(&words[at]);
    const std::size_t leaving = at % waiters_each;
    REQUIRE(bucket.remove(waiters[at][leaving]));
    REQUIRE_FALSE(bucket.remove(waiters[at][leaving]));
    for (std::size_t i = 0; i < waiters_each; ++i) {
      if (i != leaving) REQUIRE(bucket.pop() == &waiters[at][i]);
    }
    REQUIRE_FALSE(bucket.occupied());
  }
}

TEST_CASE("a waiter is only removed from the queue of its own address", "[lot]") {
  const Words words(2);
  Waiter waiter;
  Bucket(&words[0]).push(waiter);
  CHECK_FALSE(Bucket(&words[1]).remove(waiter));
  CHECK(Bucket(&words[0]).remove(waiter));
  CHECK_FALSE(Bucket(&words[0]).occupied());
}

TEST_CASE("two queues are held at once in any order", "[lot][stress]") {
  const Words words(100);
  long count = 0;
  const int rounds = support::scaled(200000);
  support::Crew crew(4, [&](int index) {
    for (int round = 0; round < rounds; ++round) {
      // Always with the first word, so that all of them exclude each other.
      const auto other = static_cast<std::size_t>(round * (index + 1)) % words.size();
      BucketPair buckets(index % 2 == 0 ? &words[0] : &words[other],
                         index % 2 == 0 ? &words[other] : &words[0]);
      ++count;
    }
  });
  crew.join();
  CHECK(count == 4L * rounds);
}

TEST_CASE("a waiter moves from one queue to the other", "[lot]") {
  const Words words(addresses);
  Waiter waiter;
  Bucket(&words[0]).push(waiter);
  for (std::size_t at = 1; at < addresses; ++at) {
    BucketPair buckets(&words[at - 1], &words[at]);
    REQUIRE(buckets.first().pop() == &waiter);
    REQUIRE_FALSE(buckets.first().occupied());
    buckets.second().push(waiter);
    REQUIRE(buckets.second().occupied());
  }
  CHECK(Bucket(&words[addresses - 1]).remove(waiter));
}
