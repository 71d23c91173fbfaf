// lot_cost_test.cpp - how many waiters the parking lot looks at to find one, whoever else waits.
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <memory>
#include <vector>

#include "core/park/lot.hpp"

using thrum::Waiter;
using thrum::lot::Bucket;

namespace {

constexpr std::size_t many = 10000;

/// An address of its own cache line, as objects have in programs that use many threads.
struct alignas(64) Object {
  thrum::detail::Word word;
};

/// Waiters, queued each for the address that address_of(i) says as long as this lives.
class Queued {
 public:
  template <class AddressOf>
  Queued(std::size_t count, AddressOf address_of) : waiters_(count) {
    for (std::size_t i = 0; i < count; ++i) {
      addresses_.push_back(address_of(i));
      Bucket(addresses_[i]).push(waiters_[i]);
    }
  }
  Queued(const Queued&) = delete;
  Queued& operator=(const Queued&) = delete;
  ~Queued() {
    for (std::size_t i = 0; i < waiters_.size(); ++i)
      static_cast<void>(Bucket(addresses_[i]).remove(waiters_[i]));
  }

 private:
  std::vector<Waiter> waiters_;
  std::vector<const void*> addresses_;
};

/// How many waiters a wake-up looks at that finds the one waiter of this address.
std::size_t steps_to_wake(const Object& object) {
  Waiter waiter;
  Bucket bucket(&object);
  bucket.push(waiter);
  REQUIRE(bucket.pop() == &waiter);
  return bucket.looked_at();
}

}  // namespace

TEST_CASE("a wake-up looks at one waiter, however many wait for the same address", "[lot]") {
  const Object object;
  std::vector<Waiter> waiters(many);
  for (Waiter& waiter : waiters) Bucket(&object).push(waiter);
  for (Waiter& waiter : waiters) {
    Bucket bucket(&object);
    REQUIRE(bucket.pop() == &waiter);
    REQUIRE(bucket.looked_at() == 1);
  }
}

TEST_CASE("a wake-up looks at no more waiters where ten thousand wait for another address", "[lot]") {
  const std::vector<Object> objects(1000);
  const Object other;
  const Queued others(many, [&](std::size_t) { return &other; });
  std::size_t beside = 0;
  for (const Object& object : objects) {
    const std::size_t steps = steps_to_wake(object);
    // The first of them stands for them all in the chain of their address, and of those that share it.
    REQUIRE(steps <= 2);
    beside += steps - 1;
  }
  // A place of the table in 32,768.
  CHECK(beside <= 1);
}

TEST_CASE("a wake-up looks at hardly more where ten thousand wait for an address each", "[lot]") {
  const std::vector<Object> objects(1000);
  const std::vector<Object> others_objects(many);
  std::size_t steps = 0;
  const Queued others(many, [&](std::size_t i) { return &others_objects[i]; });
  for (const Object& object : objects) steps += steps_to_wake(object);
  // 0.3 others to a chain.
  CHECK(steps < 2 * objects.size());
}

TEST_CASE("leaving from the middle of ten thousand takes no search", "[lot]") {
  const Object object;
  std::vector<Waiter> waiters(many);
  for (Waiter& waiter : waiters) Bucket(&object).push(waiter);
  // Every other one gives up, from the middle outwards; the rest are found in their order.
  for (std::size_t i = 1; i < many; i += 2) {
    Bucket bucket(&object);
    REQUIRE(bucket.remove(waiters[(many / 2 + i) % many]));
  }
  for (std::size_t i = 0; i < many; i += 2) {
    Bucket bucket(&object);
    REQUIRE(bucket.pop() == &waiters[i]);
    REQUIRE(bucket.looked_at() == 1);
  }
  CHECK_FALSE(Bucket(&object).occupied());
}

TEST_CASE("those who have been called stand in no one's way, and are counted until they are back", "[lot]") {
  const Object object;
  std::vector<Waiter> waiters(3);
  for (Waiter& waiter : waiters) Bucket(&object).push(waiter);
  Bucket bucket(&object);
  REQUIRE(bucket.call() == &waiters[0]);
  REQUIRE(bucket.call() == &waiters[1]);
  CHECK(bucket.called() == 2);
  CHECK(bucket.first() == &waiters[2]);
  CHECK(bucket.pop() == &waiters[2]);
  CHECK_FALSE(bucket.occupied());
  CHECK(bucket.in_use());
  bucket.back(waiters[1]);
  CHECK(bucket.called() == 1);
  bucket.push_again(waiters[1], true, thrum::Kind::none);
  bucket.push_again(waiters[2], true, thrum::Kind::none);
  bucket.back(waiters[0]);
  CHECK(bucket.pop() == &waiters[2]);
  CHECK(bucket.pop() == &waiters[1]);
  CHECK_FALSE(bucket.in_use());
}
