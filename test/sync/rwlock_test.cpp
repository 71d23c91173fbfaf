// rwlock_test.cpp - thrum::RWLock and thrum_rwlock.
#include "thrum/rwlock.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <thread>
#include <type_traits>
#include <vector>

#include "support/contend.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/freed.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"
#include "thrum/barrier.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::NativeCrew;
using support::raised;
using support::scaled;
using support::seconds_since;
using support::until_parked;

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

/// What another thread is told about the lock: whether it can have it at once. It gives it back.
template <class Lock>
bool others_can_read(Lock& lock) {
  bool acquired = false;
  Crew(1, [&] {
    acquired = lock.acquire_read(0);
    if (acquired) lock.release_read();
  }).join();
  return acquired;
}
template <class Lock>
bool others_can_write(Lock& lock) {
  bool acquired = false;
  Crew(1, [&] {
    acquired = lock.acquire_write(0);
    if (acquired) lock.release_write();
  }).join();
  return acquired;
}

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
  for (int depth = 0; depth < 100; ++depth) CHECK(lock.acquire_read(depth % 2 == 0 ? 0 : thrum::forever));
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
    for (const double timeout : {0.0, 0.001, 1e9, thrum::forever}) {
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

// ----------------------------------------------------------------------------------------- timeouts --

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

// ------------------------------------------------------------------------------------------- stress --

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
      const double timeout = chance % 3 == 0 ? thrum::forever : chance % 3 == 1 ? 1e-6 * (round % 50) : 0;
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
        const bool again = chance % 5 == 0 && lock.acquire_read(round % 2 == 0 ? 0 : thrum::forever);
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
  const int rounds = scaled(1000);
  int got = 0;
  int wrong = 0;
  Crew(2, [&](int index) {
    double patience = 0;
    for (int round = 0; round < rounds; ++round) {
      if (index == 0) behind_reader ? lock.acquire_read() : lock.acquire_write();
      notes.wait();
      if (index == 0) {
        // Until the other one sleeps.
        support::outlast(Clock::now(), 5e-5);
        behind_reader ? lock.release_read() : lock.release_write();
      } else {
        const bool acquired = read ? lock.acquire_read(patience) : lock.acquire_write(patience);
        // Always about as long as it takes: now the one, now the other.
        patience = acquired ? patience * 0.97 : patience * 1.03 + 1e-7;
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
