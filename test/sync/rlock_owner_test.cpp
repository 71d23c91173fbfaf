// rlock_owner_test.cpp - an RLock that is held by owners of the caller's choice and not by threads.
#include "thrum/rlock.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <mutex>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"

using support::Clock;
using support::Crew;
using support::raised;
using support::scaled;
using support::seconds_since;
using support::until_parked;

#define RLOCKS thrum::RLock, handle::RLock

namespace {

constexpr std::uint64_t largest_owner = UINT64_MAX / 2;

}  // namespace

TEMPLATE_TEST_CASE("an owner of the caller's choice acquires and releases from any thread", "[rlock]",
                   RLOCKS) {
  TestType lock;
  Crew(1, [&] { lock.acquire_as(7); }).join();
  CHECK(lock.locked());
  CHECK_FALSE(lock.is_owned());
  CHECK(lock.acquire_as(7, 0));
  CHECK_FALSE(lock.acquire_as(8, 0));
  CHECK_FALSE(lock.acquire_as(8, 0.001));
  CHECK(raised<thrum::RuntimeError>([&] { lock.release_as(8); }) == THRUM_E_NOT_OWNER);
  lock.release_as(7);
  CHECK(lock.locked());
  CHECK_FALSE(lock.acquire_as(8, 0));
  Crew(1, [&] { lock.release_as(7); }).join();
  CHECK_FALSE(lock.locked());
  CHECK(raised<thrum::RuntimeError>([&] { lock.release_as(7); }) == THRUM_E_NOT_OWNER);
  CHECK(lock.acquire_as(8, 0));
}

TEMPLATE_TEST_CASE("an owner is a number from 1 to 2^63 - 1", "[rlock]", RLOCKS) {
  TestType lock;
  for (const std::uint64_t owner : {std::uint64_t{1}, std::uint64_t{2}, largest_owner - 1, largest_owner}) {
    CAPTURE(owner);
    CHECK(lock.acquire_as(owner, 0));
    lock.release_as(owner);
  }
  for (const std::uint64_t owner : {std::uint64_t{0}, largest_owner + 1, largest_owner + 2, UINT64_MAX}) {
    CAPTURE(owner);
    CHECK(raised<thrum::ValueError>([&] { lock.acquire_as(owner); }) == THRUM_E_VALUE);
    CHECK(raised<thrum::ValueError>([&] { lock.acquire_as(owner, 0); }) == THRUM_E_VALUE);
    CHECK(raised<thrum::ValueError>([&] { lock.release_as(owner); }) == THRUM_E_VALUE);
  }
  CHECK_FALSE(lock.locked());
}

TEMPLATE_TEST_CASE("an owner is never equal to a thread", "[rlock]", RLOCKS) {
  TestType lock;
  const std::uint64_t self = thrum::get_ident();
  CHECK(lock.acquire_as(self));
  CHECK_FALSE(lock.is_owned());
  CHECK(lock.recursion_count() == 0);
  CHECK_FALSE(lock.acquire(0));
  CHECK(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_OWNER);
  lock.release_as(self);
  CHECK(lock.acquire(0));
  CHECK_FALSE(lock.acquire_as(self, 0));
  CHECK(raised<thrum::RuntimeError>([&] { lock.release_as(self); }) == THRUM_E_NOT_OWNER);
  CHECK(lock.is_owned());
}

TEMPLATE_TEST_CASE("a wait for an RLock as an owner never ends early", "[rlock]", RLOCKS) {
  TestType lock;
  lock.acquire_as(1);
  for (const double timeout : support::brief) {
    const auto start = Clock::now();
    const bool acquired = lock.acquire_as(2, timeout);
    const double waited = seconds_since(start);
    CAPTURE(timeout);
    CHECK_FALSE(acquired);
    CHECK(waited >= timeout);
  }
}

TEST_CASE("owners and threads wait for one RLock in one queue", "[rlock]") {
  thrum::RLock lock;
  lock.acquire_as(1);
  int acquired = 0;
  Crew crew(4, [&](int index) {
    if (index % 2 == 0) {
      lock.acquire();
      ++acquired;
      lock.release();
    } else {
      const auto owner = static_cast<std::uint64_t>(index) + 1;
      lock.acquire_as(owner);
      ++acquired;
      lock.release_as(owner);
    }
  });
  until_parked(lock);
  CHECK(crew.finished() == 0);
  lock.release_as(1);
  crew.join();
  CHECK(acquired == 4);
  CHECK_FALSE(lock.locked());
}

TEMPLATE_TEST_CASE("an RLock admits one owner at a time, however its tasks move", "[rlock][stress]", RLOCKS) {
  // Each task holds the lock over two steps, which are done by different threads.
  struct Task {
    std::mutex step;
    int depth = 0;
  };
  constexpr int tasks = 6;
  const int rounds = scaled(30000);
  TestType lock;
  Task task[tasks];
  std::atomic<long> expected{0};
  long count = 0;
  Crew crew(4, [&](int index) {
    for (int round = 0; round < rounds; ++round) {
      const int chosen = (round * 7 + index) % tasks;
      Task& current = task[chosen];
      const auto owner = static_cast<std::uint64_t>(chosen) + 1;
      const std::lock_guard<std::mutex> guard(current.step);
      if (current.depth < 3 && lock.acquire_as(owner, 0)) {
        ++current.depth;
        ++count;
        expected.fetch_add(1);
      } else if (current.depth > 0) {
        --current.depth;
        lock.release_as(owner);
      }
    }
  });
  crew.join();
  CHECK(count == expected);
  CHECK(count > 0);
  for (int i = 0; i < tasks; ++i) {
    for (; task[i].depth > 0; --task[i].depth) lock.release_as(static_cast<std::uint64_t>(i) + 1);
  }
  CHECK_FALSE(lock.locked());
}
