// waiting_test.cpp - what several threads that are known to wait at the same moment are owed.
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/self/runtime.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/inside.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.hpp"

using support::Crew;
using support::eventually;
using support::raised;
using support::scaled;
using support::until_waiting;
using support::waiting;

TEST_CASE("every thread that waits when an Event is set returns true, though it is cleared at once",
          "[event][test_set_and_clear]") {
  thrum::Event event;
  for (int round = 0; round < scaled(200); ++round) {
    std::atomic<int> told{0};
    Crew crew(8, [&](int index) {
      if (event.wait(index % 2 == 0 ? thrum::no_timeout : 1000)) told.fetch_add(1);
    });
    until_waiting(event, 8);
    event.set();
    event.clear();
    crew.join();
    REQUIRE(told == 8);
    REQUIRE_FALSE(event.is_set());
    REQUIRE(waiting(event) == 0);
  }
}

TEST_CASE("a set tells the threads that are left when others have given up", "[event]") {
  thrum::Event event;
  std::atomic<int> told{0};
  Crew crew(9, [&](int index) {
    if (event.wait(index % 4 == 0 ? 0.002 : thrum::no_timeout)) told.fetch_add(1);
  });
  eventually([&] { return crew.finished() == 3; });
  until_waiting(event, 6);
  CHECK(told == 0);
  event.set();
  event.clear();
  crew.join();
  CHECK(told == 6);
}

TEMPLATE_TEST_CASE("a release of n lets n of the waiting threads go and leaves the others", "[semaphore]",
                   thrum::Semaphore, thrum::BoundedSemaphore) {
  TestType semaphore(6);
  for (int i = 0; i < 6; ++i) semaphore.acquire();
  Crew crew(6, [&] { semaphore.acquire(); });
  until_waiting(semaphore, 6);
  CHECK(raised<thrum::ValueError>([&] { semaphore.release(0); }) == THRUM_E_VALUE);
  CHECK(waiting(semaphore) == 6);
  semaphore.release(2);
  eventually([&] { return crew.finished() == 2; });
  CHECK(waiting(semaphore) == 4);
  CHECK(semaphore.value() == 0);
  semaphore.release(4);
  crew.join();
  CHECK(semaphore.value() == 0);
}

TEST_CASE("a refused release of a BoundedSemaphore lets no waiting thread go", "[semaphore]") {
  thrum::BoundedSemaphore semaphore(2);
  semaphore.acquire();
  semaphore.acquire();
  Crew crew(2, [&] { semaphore.acquire(); });
  until_waiting(semaphore, 2);
  CHECK(raised<thrum::ValueError>([&] { semaphore.release(3); }) == THRUM_E_VALUE);
  CHECK(waiting(semaphore) == 2);
  CHECK(crew.finished() == 0);
  semaphore.release(2);
  crew.join();
  CHECK(semaphore.value() == 0);
}

TEMPLATE_TEST_CASE("a notify moves as many threads as it wakes to the lock", "[condition]", thrum::Lock,
                   thrum::RLock) {
  TestType lock;
  thrum::Condition condition(lock);
  std::atomic<int> notified{0};
  Crew crew(5, [&] {
    lock.acquire();
    if (condition.wait()) notified.fetch_add(1);
    lock.release();
  });
  until_waiting(condition, 5);
  lock.acquire();
  condition.notify(0);
  CHECK(waiting(condition) == 5);
  condition.notify(2);
  CHECK(waiting(condition) == 3);
  CHECK(waiting(lock) == 2);
  condition.notify(1);
  CHECK(waiting(condition) == 2);
  CHECK(waiting(lock) == 3);
  CHECK(notified == 0);
  lock.release();
  eventually([&] { return notified == 3; });
  CHECK(waiting(condition) == 2);
  lock.acquire();
  condition.notify_all();
  lock.release();
  crew.join();
  CHECK(notified == 5);
  CHECK(waiting(lock) == 0);
}

TEMPLATE_TEST_CASE("threads that give up leave the queue of a lock to the others", "[lock][rlock]",
                   thrum::Lock, thrum::RLock) {
  TestType lock;
  lock.acquire();
  Crew crew(9, [&](int index) {
    if (lock.acquire(index % 4 == 0 ? 0.002 : thrum::no_timeout)) lock.release();
  });
  eventually([&] { return crew.finished() == 3; });
  until_waiting(lock, 6);
  lock.release();
  crew.join();
  CHECK(waiting(lock) == 0);
  CHECK_FALSE(lock.locked());
}

TEST_CASE("an RWLock is handed on in the order of arrival, readers together", "[rwlock]") {
  for (const std::string letters : {"RRRR", "WWWW", "RWRW", "WRRWRRRW", "RRWWRRWR"}) {
    CAPTURE(letters);
    const std::size_t count = letters.size();
    // The readers of a group come after all before it, and wait inside until all of them are in.
    std::vector<int> group_begin(count);
    std::vector<int> group_size(count);
    for (std::size_t begin = 0; begin < count;) {
      std::size_t end = begin + 1;
      while (letters[begin] == 'R' && end < count && letters[end] == 'R') ++end;
      for (std::size_t place = begin; place < end; ++place) {
        group_begin[place] = static_cast<int>(begin);
        group_size[place] = static_cast<int>(end - begin);
      }
      begin = end;
    }
    thrum::RWLock lock;
    lock.acquire_write();
    std::atomic<std::size_t> turn{0};
    std::atomic<int> stamps{0};
    std::vector<int> stamp(count);
    Crew crew(static_cast<int>(count), [&](int index) {
      const auto place = static_cast<std::size_t>(index);
      eventually([&] { return turn == place; });
      if (letters[place] == 'R') {
        lock.acquire_read();
        stamp[place] = stamps.fetch_add(1);
        eventually([&] { return stamps >= group_begin[place] + group_size[place]; });
        lock.release_read();
      } else {
        lock.acquire_write();
        stamp[place] = stamps.fetch_add(1);
        lock.release_write();
      }
    });
    for (std::size_t place = 0; place < count; ++place) {
      turn = place;
      until_waiting(lock, static_cast<int>(place) + 1);
    }
    lock.release_write();
    crew.join();
    for (std::size_t place = 0; place < count; ++place) {
      CAPTURE(place);
      CHECK(stamp[place] >= group_begin[place]);
      CHECK(stamp[place] < group_begin[place] + group_size[place]);
    }
    CHECK(waiting(lock) == 0);
    CHECK(lock.acquire_write(0));
    lock.release_write();
  }
}

TEST_CASE("a writer that gives up lets in those that only it kept from reading", "[rwlock]") {
  // On a slow machine the time may be up before all are queued: once more then, with more time.
  bool tried = false;
  for (double timeout = 0.01; !tried; timeout *= 2) {
    thrum::RWLock lock;
    lock.acquire_read();
    Crew impatient(1, [&] {
      if (lock.acquire_write(timeout)) lock.release_write();
    });
    eventually([&] { return waiting(lock) == 1 || impatient.finished() == 1; });
    std::atomic<bool> may_go{false};
    const auto read = [&] {
      lock.acquire_read();
      eventually([&] { return may_go.load(); });
      lock.release_read();
    };
    Crew readers(3, read);
    eventually([&] { return waiting(lock) == 4 || impatient.finished() == 1; });
    tried = impatient.finished() == 0;
    if (!tried) {
      may_go = true;
      readers.join();
      lock.release_read();
      continue;
    }
    std::atomic<bool> written{false};
    Crew writer(1, [&] {
      lock.acquire_write();
      written = true;
      lock.release_write();
    });
    impatient.join();
    // Those in front of the other writer, and nobody else.
    eventually([&] { return lock.readers() == 4; });
    CHECK_FALSE(written);
    CHECK(waiting(lock) <= 1);
    may_go = true;
    readers.join();
    CHECK_FALSE(written);
    lock.release_read();
    writer.join();
    CHECK(written);
    CHECK(waiting(lock) == 0);
    CHECK_FALSE(support::parked(lock));
  }
}

TEST_CASE("a writer that gives up while another writes lets nobody in", "[rwlock]") {
  thrum::RWLock lock;
  lock.acquire_write();
  std::atomic<int> read{0};
  Crew crew(4, [&](int index) {
    if (index == 0) {
      if (lock.acquire_write(0.002)) lock.release_write();
    } else {
      lock.acquire_read();
      read.fetch_add(1);
      lock.release_read();
    }
  });
  eventually([&] { return crew.finished() == 1; });
  until_waiting(lock, 3);
  CHECK(lock.write_locked());
  CHECK(read == 0);
  lock.release_write();
  crew.join();
  CHECK(read == 3);
  CHECK_FALSE(support::parked(lock));
}

TEST_CASE("an RWLock is held to read 2^32 - 1 times and no more", "[rwlock]") {
  thrum::RWLock lock;
  lock.acquire_read();
  thrum::Read* const read = thrum::runtime::current()->reads.find(&lock, 0);
  REQUIRE(read != nullptr);
  read->count = UINT32_MAX;
  CHECK(raised<thrum::OverflowError>([&] { lock.acquire_read(); }) == THRUM_E_OVERFLOW);
  CHECK(read->count == UINT32_MAX);
  lock.release_read();
  CHECK(lock.acquire_read(0));
  CHECK(read->count == UINT32_MAX);
  read->count = 1;
  lock.release_read();
  CHECK(lock.readers() == 0);
}

TEST_CASE("a Latch lets all go who wait when its last count is taken", "[latch]") {
  for (int round = 0; round < scaled(200); ++round) {
    thrum::Latch latch(2);
    std::atomic<int> passed{0};
    Crew crew(6, [&](int index) {
      if (latch.wait(index % 2 == 0 ? thrum::no_timeout : 1000)) passed.fetch_add(1);
    });
    until_waiting(latch, 6);
    latch.count_down();
    REQUIRE(waiting(latch) == 6);
    latch.count_down();
    REQUIRE(waiting(latch) == 0);
    crew.join();
    REQUIRE(passed == 6);
  }
}

TEST_CASE("those who wait for a Once try one after the other, in the order in which they came", "[once]") {
  thrum::Once once;
  std::atomic<int> turn{0};
  std::atomic<bool> may_fail{false};
  std::vector<int> order;  // guarded by the once
  Crew crew(5, [&](int index) {
    eventually([&] { return turn == index; });
    try {
      once.call([&] {
        if (index == 0) {
          turn = 1;
          eventually([&] { return may_fail.load(); });
        }
        order.push_back(index);
        if (index != 3) throw thrum::ValueError(THRUM_E_VALUE);
      });
    } catch (const thrum::ValueError&) {
    }
  });
  for (int queued = 1; queued < 5; ++queued) {
    until_waiting(once, queued);
    turn = queued + 1;
  }
  may_fail = true;
  crew.join();
  // The last one finds it done.
  CHECK(order == std::vector<int>{0, 1, 2, 3});
  CHECK(waiting(once) == 0);
}

TEST_CASE("who comes to a Barrier while its action runs is queued, and let go on by the end of it",
          "[barrier]") {
  std::atomic<bool> may_end{false};
  std::atomic<int> actions{0};
  thrum::Barrier barrier(2, [&] {
    actions.fetch_add(1);
    eventually([&] { return may_end.load(); });
  });
  std::atomic<int> passed{0};
  const auto pass = [&] {
    barrier.wait();
    passed.fetch_add(1);
  };
  Crew first(2, pass);
  eventually([&] { return actions == 1; });
  CHECK(waiting(barrier) == 0);
  Crew second(2, pass);
  until_waiting(barrier, 2);
  CHECK(barrier.n_waiting() == 2);
  CHECK(actions == 1);
  barrier.reset();
  until_waiting(barrier, 2);
  CHECK(passed == 0);
  may_end = true;
  first.join();
  second.join();
  CHECK(passed == 4);
  CHECK(actions == 2);
}

TEST_CASE("whoever gives up at a Barrier breaks it for all who wait", "[barrier]") {
  thrum::Barrier barrier(9);
  std::atomic<int> broken{0};
  const auto wait = [&](double timeout) {
    if (raised<thrum::BrokenBarrierError>([&] { barrier.wait(timeout); }) != THRUM_OK) broken.fetch_add(1);
  };
  Crew crew(7, [&](int) { wait(thrum::no_timeout); });
  until_waiting(barrier, 7);
  wait(0.001);
  CHECK(waiting(barrier) == 0);
  crew.join();
  CHECK(broken == 8);
}
