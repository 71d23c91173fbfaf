// lock_contention_test.cpp - a Lock or an RLock that many threads want at once.
#include "thrum/lock.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <memory>

#include "support/contend.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/freed.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/scale.hpp"
#include "thrum/rlock.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::outlast;
using support::scaled;
using support::until_parked;

#define ALL_LOCKS thrum::Lock, handle::Lock, thrum::RLock, handle::RLock

TEMPLATE_TEST_CASE("a lock admits one thread at a time", "[lock][rlock][stress]", ALL_LOCKS) {
  TestType lock;
  long count = 0;
  std::atomic<long> expected{0};
  const int rounds = scaled(40000);
  Crew crew(8, [&](int index) {
    long done = 0;
    for (int round = 0; round < rounds; ++round) {
      bool acquired = true;
      switch ((round + index) % 4) {
        case 0: acquired = lock.acquire(0); break;
        case 1: acquired = lock.acquire(1e-6 * (round % 50)); break;
        case 2: acquired = lock.acquire(1000); break;
        default: lock.acquire();
      }
      if (!acquired) continue;
      ++count;
      ++done;
      lock.release();
    }
    expected.fetch_add(done);
  });
  crew.join();
  CHECK(count == expected);
  CHECK(count >= 8L * rounds / 2);
  CHECK_FALSE(lock.locked());
}

TEMPLATE_TEST_CASE("a hot lock starves nobody", "[lock][rlock][stress]", ALL_LOCKS) {
  TestType lock;
  const auto shares = support::contend(4, [&] {
    lock.acquire();
    lock.release();
  });
  CHECK(shares.most <= shares.least * 100000);
}

TEMPLATE_TEST_CASE("a lock is handed to a thread that has waited for long, whoever is faster",
                   "[lock][rlock]", thrum::Lock, thrum::RLock) {
  TestType lock;
  for (int round = 0; round < 20; ++round) {
    lock.acquire();
    std::atomic<bool> go_on{false};
    Crew crew(1, [&] {
      lock.acquire();
      eventually([&] { return go_on.load(); });
      lock.release();
    });
    until_parked(lock);
    // Longer than anybody is passed over.
    outlast(Clock::now(), 0.002);
    lock.release();
    const bool acquired = lock.acquire(0);
    if (acquired) lock.release();
    go_on = true;
    crew.join();
    CHECK_FALSE(acquired);
  }
}

TEMPLATE_TEST_CASE("a lock may be freed by the thread that a release lets in", "[lock][rlock][stress]",
                   thrum::Lock, thrum::RLock) {
  const auto make = [] {
    auto lock = std::make_unique<TestType>();
    lock->acquire();
    return lock;
  };
  const auto wait = [](TestType& lock, int round) {
    switch (round % 4) {
      case 1: eventually([&] { return lock.acquire(0); }); break;
      case 2: eventually([&] { return lock.acquire(1e-5); }); break;
      default: lock.acquire();
    }
    if (round % 3 == 0) lock.release();
  };
  CHECK(support::free_after_wait(scaled(50000), make, wait, [](TestType& lock) { lock.release(); }) ==
        scaled(50000));
}
