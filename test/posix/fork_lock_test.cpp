// fork_lock_test.cpp - locks that were held or waited for at a fork.
#include <unistd.h>

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/crew.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "thrum/thrum.hpp"

using support::children_start_threads;
using support::Crew;
using support::Ending;
using support::NativeCrew;
using support::raised;
using support::run_forked;
using support::until_parked;

TEMPLATE_TEST_CASE("a lock that another thread holds stays held in the child", "[fork][lock][rlock]",
                   thrum::Lock, handle::Lock, thrum::RLock, handle::RLock) {
  TestType lock;
  thrum::Event entered;
  thrum::Event open;
  Crew holder(1, [&] {
    lock.acquire();
    entered.set();
    open.wait();
    lock.release();
  });
  entered.wait();
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(lock.locked());
    CHILD_REQUIRE(!lock.acquire(0));
    CHILD_REQUIRE(!lock.acquire(0.001));
    lock.reinit_after_fork();
    CHILD_REQUIRE(!lock.locked());
    CHILD_REQUIRE(lock.acquire(0));
    CHILD_REQUIRE(lock.locked());
    lock.release();
    if (!children_start_threads) return;
    std::atomic<int> successes{0};
    NativeCrew(3, [&] {
      lock.acquire();
      ++successes;
      lock.release();
    }).join();
    CHILD_REQUIRE(successes == 3);
  });
  CHECK(ending.how == "exit 0");
  CHECK(lock.locked());
  open.set();
  holder.join();
  CHECK(lock.acquire(0));
  lock.release();
}

TEST_CASE("a Lock that a lost thread held is released by the child", "[fork][lock]") {
  thrum::Lock lock;
  Crew(1, [&] { lock.acquire(); }).join();
  const Ending ending = run_forked([&] {
    lock.release();
    CHILD_REQUIRE(lock.acquire(0));
  });
  CHECK(ending.how == "exit 0");
  lock.release();
}

TEMPLATE_TEST_CASE("an RLock stays with the thread that forks", "[fork][rlock]", thrum::RLock,
                   handle::RLock) {
  TestType lock;
  const auto child = [&] {
    CHILD_REQUIRE(lock.is_owned());
    CHILD_REQUIRE(lock.recursion_count() == 2);
    bool acquired = false;
    if (children_start_threads) NativeCrew(1, [&] { acquired = lock.acquire(0); }).join();
    CHILD_REQUIRE(!acquired);
    lock.release();
    lock.release();
    CHILD_REQUIRE(!lock.locked());
    CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_OWNER);
  };
  const auto fork_holding = [&] {
    lock.acquire();
    lock.acquire();
    Ending ending = run_forked(child);
    lock.release();
    lock.release();
    return ending;
  };
  const Ending from_main = fork_holding();
  Ending from_native;
  Ending from_foreign;
  NativeCrew(1, [&] { from_native = fork_holding(); }).join();
  Crew(1, [&] { from_foreign = fork_holding(); }).join();
  CHECK(from_main.how == "exit 0");
  CHECK(from_native.how == "exit 0");
  CHECK(from_foreign.how == "exit 0");
}

TEST_CASE("an RLock of a lost thread is not the child's", "[fork][rlock]") {
  thrum::RLock lock;
  Crew(1, [&] { lock.acquire(); }).join();
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(!lock.is_owned());
    CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { lock.release(); }) == THRUM_E_NOT_OWNER);
    CHILD_REQUIRE(lock.locked());
  });
  CHECK(ending.how == "exit 0");
}

TEMPLATE_TEST_CASE("those who waited for a lock before the fork get in nobody's way after it",
                   "[fork][lock][rlock]", thrum::Lock, thrum::RLock) {
  TestType lock;
  lock.acquire();
  Crew waiters(3, [&] {
    lock.acquire();
    lock.release();
  });
  until_parked(lock);
  const Ending ending = run_forked([&] {
    for (int round = 0; round < 3; ++round) {
      lock.release();
      CHILD_REQUIRE(!lock.locked());
      CHILD_REQUIRE(lock.acquire(0));
    }
    if (!children_start_threads) return;
    std::atomic<int> successes{0};
    NativeCrew crew(3, [&] {
      lock.acquire();
      ++successes;
      lock.release();
    });
    lock.release();
    crew.join();
    CHILD_REQUIRE(successes == 3);
  });
  lock.release();
  waiters.join();
  CHECK(ending.how == "exit 0");
}

TEMPLATE_TEST_CASE("an RWLock that another thread holds stays held in the child", "[fork][rwlock]",
                   thrum::RWLock, handle::RWLock) {
  TestType read_locked;
  TestType write_locked;
  Crew(1, [&] {
    read_locked.acquire_read();
    write_locked.acquire_write();
  }).join();
  const Ending ending = run_forked([&] {
    CHILD_REQUIRE(read_locked.readers() == 1);
    CHILD_REQUIRE(write_locked.write_locked());
    CHILD_REQUIRE(read_locked.acquire_read(0));
    CHILD_REQUIRE(read_locked.readers() == 2);
    read_locked.release_read();
    CHILD_REQUIRE(!read_locked.acquire_write(0.001));
    CHILD_REQUIRE(!write_locked.acquire_read(0.001));
    CHILD_REQUIRE(!write_locked.acquire_write(0));
    CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { write_locked.release_write(); }) == THRUM_E_NOT_OWNER);
    for (TestType* lock : {&read_locked, &write_locked}) {
      lock->reinit_after_fork();
      CHILD_REQUIRE(lock->readers() == 0 && !lock->write_locked());
      CHILD_REQUIRE(lock->acquire_write(0));
      lock->release_write();
      CHILD_REQUIRE(lock->acquire_read(0));
      lock->release_read();
    }
    if (!children_start_threads) return;
    // New threads, which have the records of lost ones, hold nothing of theirs.
    NativeCrew(4, [&] {
      CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { read_locked.release_read(); }) == THRUM_E_NOT_OWNER);
      read_locked.acquire_write();
      read_locked.release_write();
    }).join();
  });
  CHECK(ending.how == "exit 0");
  CHECK(read_locked.readers() == 1);
  CHECK(write_locked.write_locked());
}

TEMPLATE_TEST_CASE("an RWLock stays with the thread that forks", "[fork][rwlock]", thrum::RWLock,
                   handle::RWLock) {
  TestType read_locked;
  TestType write_locked;
  const auto fork_holding = [&] {
    read_locked.acquire_read();
    read_locked.acquire_read();
    write_locked.acquire_write();
    Ending ending = run_forked([&] {
      CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { read_locked.acquire_write(); }) == THRUM_E_DEADLOCK);
      CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { write_locked.acquire_read(); }) == THRUM_E_DEADLOCK);
      read_locked.release_read();
      read_locked.release_read();
      write_locked.release_write();
      CHILD_REQUIRE(read_locked.acquire_write(0));
      CHILD_REQUIRE(write_locked.acquire_read(0));
    });
    write_locked.release_write();
    read_locked.release_read();
    read_locked.release_read();
    return ending;
  };
  const Ending from_main = fork_holding();
  Ending from_native;
  NativeCrew(1, [&] { from_native = fork_holding(); }).join();
  CHECK(from_main.how == "exit 0");
  CHECK(from_native.how == "exit 0");
}

TEST_CASE("those who waited for an RWLock before the fork get in nobody's way after it", "[fork][rwlock]") {
  for (const bool to_write : {false, true}) {
    thrum::RWLock lock;
    to_write ? lock.acquire_write() : lock.acquire_read();
    Crew waiters(3, [&](int index) {
      if (index < 2) {
        lock.acquire_write();
        lock.release_write();
      } else {
        lock.acquire_read();
        lock.release_read();
      }
    });
    until_parked(lock);
    const Ending ending = run_forked([&] {
      to_write ? lock.release_write() : lock.release_read();
      CHILD_REQUIRE(lock.readers() == 0 && !lock.write_locked());
      CHILD_REQUIRE(lock.acquire_read(0));
      lock.release_read();
      CHILD_REQUIRE(lock.acquire_write(0));
      lock.release_write();
      if (!children_start_threads) return;
      lock.acquire_write();
      NativeCrew crew(3, [&] {
        lock.acquire_read();
        lock.release_read();
      });
      lock.release_write();
      crew.join();
    });
    CHECK(ending.how == "exit 0");
    to_write ? lock.release_write() : lock.release_read();
    waiters.join();
  }
}
