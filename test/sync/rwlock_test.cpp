// rwlock_test.cpp - thrum::RWLock and thrum_rwlock: who holds it, and who may release it.
#include "thrum/rwlock.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <type_traits>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/raised.hpp"
#include "sync/rwlocks.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::NativeCrew;
using support::others_can_read;
using support::others_can_write;
using support::raised;
using support::seconds_since;

static_assert(sizeof(thrum::RWLock) == 16);
static_assert(std::is_trivially_destructible_v<thrum::RWLock>);
static_assert(!std::is_copy_constructible_v<thrum::RWLock>);

#define ALL_RWLOCKS thrum::RWLock, handle::RWLock

namespace {

// Constructed before early_lock, which it uses.
extern thrum::RWLock early_lock;
struct EarlyUser {
  EarlyUser() {
    early_lock.acquire_read();
    early_lock.release_read();
    early_lock.acquire_write();
  }
};
EarlyUser early_user;
thrum::RWLock early_lock;

}  // namespace

TEMPLATE_TEST_CASE("a free RWLock is held to write by one thread", "[rwlock]", ALL_RWLOCKS) {
  TestType lock;
  CHECK_FALSE(lock.write_locked());
  CHECK(lock.acquire_write());
  CHECK(lock.write_locked());
  CHECK(lock.readers() == 0);
  CHECK_FALSE(others_can_read(lock));
  CHECK_FALSE(others_can_write(lock));
  lock.release_write();
  CHECK_FALSE(lock.write_locked());
  CHECK(others_can_read(lock));
  CHECK(others_can_write(lock));
}

TEMPLATE_TEST_CASE("a free RWLock is held to read by many threads", "[rwlock]", ALL_RWLOCKS) {
  TestType lock;
  std::atomic<int> reading{0};
  Crew(4, [&] {
    lock.acquire_read();
    // Nobody goes on before all are in.
    reading.fetch_add(1);
    eventually([&] { return reading == 4; });
    lock.release_read();
  }).join();
  CHECK(reading == 4);
  CHECK(lock.acquire_read());
  CHECK(lock.readers() == 1);
  CHECK_FALSE(lock.write_locked());
  CHECK(others_can_read(lock));
  CHECK_FALSE(others_can_write(lock));
  lock.release_read();
  CHECK(lock.readers() == 0);
  CHECK(others_can_write(lock));
}

TEMPLATE_TEST_CASE("a thread holds an RWLock to read as often as it likes, and is one reader", "[rwlock]",
                   ALL_RWLOCKS) {
  TestType lock;
  for (int depth = 0; depth < 100; ++depth) CHECK(lock.acquire_read(depth % 2 == 0 ? 0 : thrum::no_timeout));
  CHECK(lock.readers() == 1);
  for (int depth = 0; depth < 99; ++depth) lock.release_read();
  CHECK(lock.readers() == 1);
  CHECK_FALSE(others_can_write(lock));
  lock.release_read();
  CHECK(others_can_write(lock));
  CHECK(raised<thrum::RuntimeError>([&] { lock.release_read(); }) == THRUM_E_NOT_OWNER);
}

TEMPLATE_TEST_CASE("a thread holds many RWLocks to read, and lets them go in any order", "[rwlock]",
                   ALL_RWLOCKS) {
  constexpr std::size_t count = 100;
  std::vector<std::unique_ptr<TestType>> locks;
  for (std::size_t i = 0; i < count; ++i) locks.push_back(std::make_unique<TestType>());
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t depth = 0; depth <= i % 3; ++depth) locks[i]->acquire_read();
  }
  // 37 and 100 have no common factor: this comes to all of them.
  for (std::size_t i = 0; i < count; ++i) {
    TestType& lock = *locks[i * 37 % count];
    for (std::size_t depth = 0; depth <= i * 37 % count % 3; ++depth) {
      REQUIRE(lock.readers() == 1);
      lock.release_read();
    }
    REQUIRE(lock.readers() == 0);
    REQUIRE(lock.acquire_write(0));
    lock.release_write();
  }
}

TEMPLATE_TEST_CASE("an RWLock that is not held is not released", "[rwlock]", ALL_RWLOCKS) {
  TestType lock;
  CHECK(raised<thrum::RuntimeError>([&] { lock.release_read(); }) == THRUM_E_NOT_OWNER);
  CHECK(raised<thrum::RuntimeError>([&] { lock.release_write(); }) == THRUM_E_NOT_OWNER);
  lock.acquire_read();
  CHECK(raised<thrum::RuntimeError>([&] { lock.release_write(); }) == THRUM_E_NOT_OWNER);
  CHECK(lock.readers() == 1);
  lock.release_read();
  lock.acquire_write();
  CHECK(raised<thrum::RuntimeError>([&] { lock.release_read(); }) == THRUM_E_NOT_OWNER);
  CHECK(lock.write_locked());
  lock.release_write();
  CHECK(raised<thrum::RuntimeError>([&] { lock.release_write(); }) == THRUM_E_NOT_OWNER);
}

TEMPLATE_TEST_CASE("an RWLock that another thread holds is not released", "[rwlock]", ALL_RWLOCKS) {
  TestType lock;
  thrum_status read = THRUM_OK;
  thrum_status write = THRUM_OK;
  const auto try_both = [&] {
    read = raised<thrum::RuntimeError>([&] { lock.release_read(); });
    write = raised<thrum::RuntimeError>([&] { lock.release_write(); });
  };
  lock.acquire_read();
  Crew(1, try_both).join();
  CHECK(read == THRUM_E_NOT_OWNER);
  CHECK(write == THRUM_E_NOT_OWNER);
  CHECK(lock.readers() == 1);
  lock.release_read();
  lock.acquire_write();
  read = write = THRUM_OK;
  NativeCrew(1, try_both).join();
  CHECK(read == THRUM_E_NOT_OWNER);
  CHECK(write == THRUM_E_NOT_OWNER);
  CHECK(lock.write_locked());
  lock.release_write();
}

TEMPLATE_TEST_CASE("a thread that reads is not made a writer, nor one that writes a reader", "[rwlock]",
                   ALL_RWLOCKS) {
  TestType lock;
  const auto deadlocks = [](auto acquire) {
    for (const double timeout : {0.0, 0.001, 1e9, thrum::no_timeout}) {
      if (raised<thrum::RuntimeError>([&] { acquire(timeout); }) != THRUM_E_DEADLOCK) return false;
    }
    return true;
  };
  const auto write = [&](double timeout) { lock.acquire_write(timeout); };
  const auto read = [&](double timeout) { lock.acquire_read(timeout); };
  lock.acquire_read();
  lock.acquire_read();
  CHECK(deadlocks(write));
  lock.release_read();
  CHECK(deadlocks(write));
  CHECK(lock.readers() == 1);
  CHECK_FALSE(lock.write_locked());
  lock.release_read();
  CHECK(lock.acquire_write(0));
  CHECK(deadlocks(write));
  CHECK(deadlocks(read));
  CHECK(lock.write_locked());
  CHECK(lock.readers() == 0);
  lock.release_write();
  CHECK(lock.acquire_read(0));
  lock.release_read();
}

TEST_CASE("a thread inherits no RWLock from one that has ended", "[rwlock]") {
  thrum::RWLock read_by_ended;
  thrum::RWLock written_by_ended;
  // Threads that follow each other are likely to get each other's records.
  for (int round = 0; round < 20; ++round) {
    thrum_status read = THRUM_OK;
    thrum_status write = THRUM_OK;
    Crew(1, [&] {
      read = raised<thrum::RuntimeError>([&] { read_by_ended.release_read(); });
      write = raised<thrum::RuntimeError>([&] { written_by_ended.release_write(); });
      if (round == 0) {
        read_by_ended.acquire_read();
        written_by_ended.acquire_write();
      }
    }).join();
    CHECK(read == THRUM_E_NOT_OWNER);
    CHECK(write == THRUM_E_NOT_OWNER);
  }
  // They stay as they were.
  CHECK(read_by_ended.readers() == 1);
  CHECK(written_by_ended.write_locked());
}

// ---------------------------------------------------------------------------- the standard library --

TEST_CASE("the standard library's locks take an RWLock", "[rwlock]") {
  thrum::RWLock lock;
  {
    const std::unique_lock writing(lock);
    CHECK(writing.owns_lock());
    CHECK(lock.write_locked());
    CHECK_FALSE(others_can_read(lock));
  }
  {
    const std::shared_lock reading(lock);
    CHECK(reading.owns_lock());
    CHECK(lock.readers() == 1);
    CHECK(others_can_read(lock));
    CHECK_FALSE(others_can_write(lock));
    const std::shared_lock again(lock, std::try_to_lock);
    CHECK(again.owns_lock());
  }
  {
    const std::lock_guard writing(lock);
    CHECK(lock.write_locked());
  }
  thrum::RWLock other;
  {
    const std::scoped_lock both(lock, other);
    CHECK(lock.write_locked());
    CHECK(other.write_locked());
  }
  CHECK_FALSE(lock.write_locked());
  CHECK(lock.readers() == 0);
}

TEST_CASE("the standard library's timed locks take an RWLock", "[rwlock]") {
  using namespace std::chrono_literals;
  thrum::RWLock lock;
  CHECK(std::unique_lock(lock, 1h).owns_lock());
  CHECK(std::shared_lock(lock, 1h).owns_lock());
  CHECK(std::unique_lock(lock, std::chrono::steady_clock::now() + 1h).owns_lock());
  CHECK(std::shared_lock(lock, std::chrono::system_clock::now() + 1h).owns_lock());
  CHECK(std::shared_lock(lock, std::chrono::hours::max()).owns_lock());
  CHECK(std::shared_lock(lock, -1h).owns_lock());
  lock.acquire_write();
  int acquired = 0;
  double waited = 0;
  Crew(1, [&] {
    const auto start = Clock::now();
    acquired += std::shared_lock(lock, 5ms).owns_lock() ? 1 : 0;
    acquired += std::unique_lock(lock, 5ms).owns_lock() ? 1 : 0;
    acquired += std::shared_lock(lock, std::chrono::system_clock::now() + 5ms).owns_lock() ? 1 : 0;
    acquired += std::unique_lock(lock, std::chrono::steady_clock::now() + 5ms).owns_lock() ? 1 : 0;
    waited = seconds_since(start);
    acquired += std::shared_lock(lock, -1h).owns_lock() ? 1 : 0;
    acquired += std::shared_lock(lock, std::try_to_lock).owns_lock() ? 1 : 0;
    acquired += std::unique_lock(lock, std::try_to_lock).owns_lock() ? 1 : 0;
  }).join();
  CHECK(acquired == 0);
  CHECK(waited >= 0.015);
  lock.release_write();
}

TEST_CASE("a std::shared_lock that another thread gives back is refused", "[rwlock]") {
  thrum::RWLock lock;
  std::shared_lock reading(lock);
  thrum_status refused = THRUM_OK;
  Crew(1, [&] { refused = raised<thrum::RuntimeError>([&] { reading.unlock(); }); }).join();
  CHECK(refused == THRUM_E_NOT_OWNER);
  CHECK(lock.readers() == 1);
}

TEMPLATE_TEST_CASE("an RWLock is made new for a forked child", "[rwlock]", ALL_RWLOCKS) {
  TestType lock;
  lock.acquire_write();
  lock.reinit_after_fork();
  CHECK_FALSE(lock.write_locked());
  CHECK(raised<thrum::RuntimeError>([&] { lock.release_write(); }) == THRUM_E_NOT_OWNER);
  lock.acquire_read();
  lock.acquire_read();
  lock.reinit_after_fork();
  CHECK(lock.readers() == 0);
  CHECK(raised<thrum::RuntimeError>([&] { lock.release_read(); }) == THRUM_E_NOT_OWNER);
  CHECK(lock.acquire_write(0));
  lock.release_write();
}

TEST_CASE("an RWLock works before its constructor could have run", "[rwlock]") {
  static_cast<void>(early_user);
  CHECK(early_lock.write_locked());
  CHECK(raised<thrum::RuntimeError>([] { early_lock.acquire_write(); }) == THRUM_E_DEADLOCK);
  early_lock.release_write();
  CHECK(early_lock.acquire_write(0));
}
