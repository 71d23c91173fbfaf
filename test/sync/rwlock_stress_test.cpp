// rwlock_stress_test.cpp - an RWLock that many threads use at once.
#include "thrum/rwlock.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/freed.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/scale.hpp"
#include "thrum/barrier.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::scaled;

#define ALL_RWLOCKS thrum::RWLock, handle::RWLock

TEMPLATE_TEST_CASE("an RWLock keeps writers apart from everybody", "[rwlock][stress]", ALL_RWLOCKS) {
  TestType lock;
  const int rounds = scaled(10000);
  std::atomic<int> readers{0};
  std::atomic<int> writers{0};
  std::atomic<int> wrong{0};
  std::atomic<long> writes{0};
  long counter = 0;  // guarded by the lock
  Crew(6, [&](int index) {
    for (int round = 0; round < rounds; ++round) {
      const int chance = round + index;
      const double timeout = chance % 3 == 0 ? thrum::no_timeout : chance % 3 == 1 ? 1e-6 * (round % 50) : 0;
      if (chance % 4 == 0) {
        if (!lock.acquire_write(timeout)) continue;
        if (writers.fetch_add(1) != 0 || readers != 0) wrong.fetch_add(1);
        ++counter;
        writes.fetch_add(1);
        writers.fetch_sub(1);
        lock.release_write();
      } else {
        if (!lock.acquire_read(timeout)) continue;
        readers.fetch_add(1);
        if (writers != 0) wrong.fetch_add(1);
        const long before = counter;
        const bool again = chance % 5 == 0 && lock.acquire_read(round % 2 == 0 ? 0 : thrum::no_timeout);
        if (counter != before) wrong.fetch_add(1);
        readers.fetch_sub(1);
        if (again) lock.release_read();
        lock.release_read();
      }
    }
  }).join();
  CHECK(wrong == 0);
  CHECK(counter == writes);
  CHECK(writes >= rounds / 4);
  CHECK(lock.readers() == 0);
  CHECK_FALSE(lock.write_locked());
  CHECK(lock.acquire_write(0));
  lock.release_write();
}

TEST_CASE("no thread goes to sleep for an RWLock that is let go at that moment", "[rwlock][stress][spin]") {
  const bool read = GENERATE(false, true);
  thrum::RWLock lock;
  thrum::Barrier notes(2);
  const int rounds = scaled(20000);
  int slept = 0;
  Crew(2, [&](int index) {
    double hold = 0;
    for (int round = 0; round < rounds; ++round) {
      if (index == 0) lock.acquire_write();
      notes.wait();
      if (index == 0) {
        support::outlast(Clock::now(), hold);
        // Always about as long as the other one looks for it before it sleeps.
        const bool sleeps = support::parked(lock);
        hold = sleeps ? hold * 0.98 : hold * 1.02 + 1e-8;
        slept += sleeps ? 1 : 0;
        lock.release_write();
      } else if (read) {
        lock.acquire_read();
        lock.release_read();
      } else {
        lock.acquire_write();
        lock.release_write();
      }
      notes.wait();
    }
  }).join();
  CHECK(slept > 0);
  CHECK(slept < rounds);
  CHECK(lock.acquire_write(0));
  lock.release_write();
}

TEMPLATE_TEST_CASE("whoever gives up as an RWLock is handed over has it or has not", "[rwlock][stress]",
                   ALL_RWLOCKS) {
  const bool read = GENERATE(false, true);
  const bool behind_reader = GENERATE(false, true);
  if (read && behind_reader) return;
  TestType lock;
  thrum::Barrier notes(2);
  constexpr double outlasted = 5e-5;
  const int rounds = scaled(1000);
  int got = 0;
  int wrong = 0;
  Crew(2, [&](int index) {
    double patience = outlasted;
    for (int round = 0; round < rounds; ++round) {
      if (index == 0) behind_reader ? lock.acquire_read() : lock.acquire_write();
      notes.wait();
      if (index == 0) {
        // Until the other one sleeps.
        support::outlast(Clock::now(), outlasted);
        behind_reader ? lock.release_read() : lock.release_write();
      } else {
        const bool acquired = read ? lock.acquire_read(patience) : lock.acquire_write(patience);
        // Always about as long as it takes, on a busy machine soon, too: now the one, now the other.
        patience *= acquired ? 0.9 : 1.1;
        if (acquired) read ? lock.release_read() : lock.release_write();
        got += acquired ? 1 : 0;
      }
      notes.wait();
      if (index == 0 && (lock.readers() != 0 || lock.write_locked())) ++wrong;
      if (index == 0 && wrong != 0) lock.reinit_after_fork();
    }
  }).join();
  CHECK(wrong == 0);
  CHECK(got > 0);
  CHECK(got < rounds);
}

TEST_CASE("an RWLock may be freed by the thread that a release lets in", "[rwlock][stress]") {
  const auto check = [](auto take, auto wait, auto let_go) {
    const auto make = [take] {
      auto lock = std::make_unique<thrum::RWLock>();
      take(*lock);
      return lock;
    };
    CHECK(support::free_after_wait(scaled(20000), make, wait, let_go) == scaled(20000));
  };
  const auto write = [](thrum::RWLock& lock) { lock.acquire_write(); };
  const auto read = [](thrum::RWLock& lock) { lock.acquire_read(); };
  const auto release_write = [](thrum::RWLock& lock) { lock.release_write(); };
  const auto release_read = [](thrum::RWLock& lock) { lock.release_read(); };
  const auto wait_to_write = [](thrum::RWLock& lock, int round) {
    if (round % 4 == 1) {
      eventually([&] { return lock.acquire_write(0); });
    } else if (round % 4 == 2) {
      eventually([&] { return lock.acquire_write(1e-5); });
    } else {
      lock.acquire_write();
    }
    lock.release_write();
  };
  const auto wait_to_read = [](thrum::RWLock& lock, int round) {
    if (round % 4 == 1) {
      eventually([&] { return lock.acquire_read(0); });
    } else if (round % 4 == 2) {
      eventually([&] { return lock.acquire_read(1e-5); });
    } else {
      lock.acquire_read();
    }
    lock.release_read();
  };
  check(write, wait_to_write, release_write);
  check(write, wait_to_read, release_write);
  check(read, wait_to_write, release_read);
}
