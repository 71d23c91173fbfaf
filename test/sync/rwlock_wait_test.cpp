// rwlock_wait_test.cpp - waits for an RWLock: their timeouts, and who gets it first.
#include "thrum/rwlock.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <thread>

#include "support/contend.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "support/timeouts.hpp"
#include "sync/rwlocks.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::others_can_read;
using support::others_can_write;
using support::raised;
using support::seconds_since;
using support::until_parked;

#define ALL_RWLOCKS thrum::RWLock, handle::RWLock

TEMPLATE_TEST_CASE("an RWLock checks its timeout first", "[rwlock]", ALL_RWLOCKS) {
  TestType lock;
  const auto check = [&] {
    for (const double timeout : support::no_number) {
      CHECK(raised<thrum::ValueError>([&] { lock.acquire_read(timeout); }) == THRUM_E_VALUE);
      CHECK(raised<thrum::ValueError>([&] { lock.acquire_write(timeout); }) == THRUM_E_VALUE);
    }
    for (const double timeout : support::negative) {
      CAPTURE(timeout);
      CHECK(raised<thrum::ValueError>([&] { lock.acquire_read(timeout); }) == THRUM_E_VALUE);
      CHECK(raised<thrum::ValueError>([&] { lock.acquire_write(timeout); }) == THRUM_E_VALUE);
    }
    for (const double timeout : support::too_large) {
      CAPTURE(timeout);
      CHECK(raised<thrum::OverflowError>([&] { lock.acquire_read(timeout); }) == THRUM_E_OVERFLOW);
      CHECK(raised<thrum::OverflowError>([&] { lock.acquire_write(timeout); }) == THRUM_E_OVERFLOW);
    }
  };
  check();
  CHECK(lock.readers() == 0);
  CHECK_FALSE(lock.write_locked());
  lock.acquire_read();
  check();
  CHECK(lock.readers() == 1);
  lock.release_read();
  lock.acquire_write();
  check();
  lock.release_write();
  CHECK(others_can_write(lock));
}

TEMPLATE_TEST_CASE("a free RWLock is acquired whatever the timeout", "[rwlock]", ALL_RWLOCKS) {
  TestType lock;
  const auto acquires = [&](double timeout) {
    if (!lock.acquire_read(timeout)) return false;
    lock.release_read();
    if (!lock.acquire_write(timeout)) return false;
    lock.release_write();
    return true;
  };
  for (const double timeout : support::polls) CHECK(acquires(timeout));
  for (const double timeout : support::brief) CHECK(acquires(timeout));
  for (const double timeout : support::huge) CHECK(acquires(timeout));
}

TEMPLATE_TEST_CASE("a wait for an RWLock never ends early", "[rwlock]", ALL_RWLOCKS) {
  TestType read_locked;
  TestType write_locked;
  read_locked.acquire_read();
  write_locked.acquire_write();
  int good = 0;
  Crew(1, [&] {
    const auto check = [&](double timeout, auto acquire) {
      const auto start = Clock::now();
      if (!acquire(timeout) && seconds_since(start) >= timeout) ++good;
    };
    for (const double timeout : support::brief) {
      check(timeout, [&](double seconds) { return read_locked.acquire_write(seconds); });
      check(timeout, [&](double seconds) { return write_locked.acquire_write(seconds); });
      check(timeout, [&](double seconds) { return write_locked.acquire_read(seconds); });
    }
  }).join();
  CHECK(good == static_cast<int>(3 * support::brief.size()));
  CHECK(read_locked.readers() == 1);
  read_locked.release_read();
  write_locked.release_write();
  CHECK(others_can_write(read_locked));
  CHECK(others_can_write(write_locked));
}

TEST_CASE("the longest waits for an RWLock end with its release", "[rwlock]") {
  for (const double timeout : support::huge) {
    thrum::RWLock lock;
    int acquired = 0;
    lock.acquire_write();
    Crew reader(1, [&] {
      acquired += lock.acquire_read(timeout) ? 1 : 0;
      lock.release_read();
    });
    until_parked(lock);
    CHECK(reader.finished() == 0);
    lock.release_write();
    reader.join();
    lock.acquire_read();
    Crew writer(1, [&] {
      acquired += lock.acquire_write(timeout) ? 1 : 0;
      lock.release_write();
    });
    until_parked(lock);
    CHECK(writer.finished() == 0);
    lock.release_read();
    writer.join();
    CAPTURE(timeout);
    CHECK(acquired == 2);
    CHECK_FALSE(support::parked(lock));
  }
}

// ----------------------------------------------------------------------------------------- the queue --

TEST_CASE("behind a writer that waits no other thread reads, but those that do may read again", "[rwlock]") {
  thrum::RWLock lock;
  lock.acquire_read();
  Crew writer(1, [&] {
    lock.acquire_write();
    lock.release_write();
  });
  until_parked(lock);
  CHECK_FALSE(others_can_read(lock));
  CHECK(lock.acquire_read());
  CHECK(lock.acquire_read(0));
  lock.release_read();
  lock.release_read();
  CHECK(writer.finished() == 0);
  CHECK(lock.readers() == 1);
  lock.release_read();
  writer.join();
  CHECK(others_can_read(lock));
}

TEST_CASE("a writer that gives up lets those in that read behind it", "[rwlock]") {
  thrum::RWLock lock;
  lock.acquire_read();
  const bool alone = GENERATE(false, true);
  std::atomic<bool> gave_up{false};
  Crew writer(1, [&] {
    // Long enough that the readers queue behind it; where the machine is too slow for that, they find the
    // lock to be had, and the test says less.
    gave_up = !lock.acquire_write(0.05);
  });
  until_parked(lock);
  std::atomic<int> reading{0};
  std::unique_ptr<Crew> readers;
  if (!alone) {
    readers = std::make_unique<Crew>(3, [&] {
      lock.acquire_read();
      reading.fetch_add(1);
      eventually([&] { return reading == 3; });
      lock.release_read();
    });
  }
  writer.join();
  CHECK(gave_up);
  if (readers) readers->join();
  CHECK(reading == (alone ? 0 : 3));
  CHECK(lock.readers() == 1);
  CHECK_FALSE(support::parked(lock));
  CHECK(others_can_read(lock));
  lock.release_read();
  CHECK(others_can_write(lock));
}

TEST_CASE("an RWLock's readers and writers all get their turn", "[rwlock][stress]") {
  // Readers that never leave it free between them would keep a writer out for ever, and writers readers.
  thrum::RWLock lock;
  std::atomic<int> turns{0};
  const auto shares = support::contend(4, [&] {
    if (turns.fetch_add(1) % 2 == 0) {
      lock.acquire_read();
      lock.release_read();
    } else {
      lock.acquire_write();
      lock.release_write();
    }
  });
  CHECK(shares.least >= 100);

  std::atomic<bool> over{false};
  std::atomic<int> reading{0};
  Crew readers(3, [&] {
    while (!over) {
      lock.acquire_read();
      reading.fetch_add(1);
      // Not before another one reads too: there is always one, were it for the readers alone.
      for (int turn = 0; reading < 2 && turn < 1000 && !over; ++turn) std::this_thread::yield();
      reading.fetch_sub(1);
      lock.release_read();
    }
  });
  int writes = 0;
  for (int round = 0; round < 100; ++round) writes += lock.acquire_write() ? (lock.release_write(), 1) : 0;
  over = true;
  readers.join();
  CHECK(writes == 100);
}
