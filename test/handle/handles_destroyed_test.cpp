// handles_destroyed_test.cpp - objects that are destroyed while other threads call.
#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <thread>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.h"

using support::Crew;
using support::eventually;
using support::scaled;

TEST_CASE("a Lock is destroyed under threads that use it, and never while one holds it",
          "[handles][stress]") {
  struct Cell {
    thrum_lock lock{0};
    long uses = 0;
  };
  const int rounds = scaled(5000);
  constexpr int none = -1;
  std::vector<Cell> cells(static_cast<std::size_t>(rounds));
  std::atomic<int> current{none};
  std::atomic<long> uses{0};
  std::atomic<int> wrong{0};
  Crew crew(3, [&](int index) {
    const double timeouts[] = {0, 1e-5, THRUM_FOREVER};
    for (;;) {
      eventually([&] { return current != none; });
      const int published = current;
      if (published == rounds) break;
      if (published == none) continue;
      Cell& cell = cells[static_cast<std::size_t>(published)];
      switch (thrum_lock_acquire(cell.lock, timeouts[index])) {
        case THRUM_OK:
          ++cell.uses;
          uses.fetch_add(1);
          if (thrum_lock_release(cell.lock) != THRUM_OK) wrong.fetch_add(1);
          break;
        case THRUM_TIMEOUT:
        case THRUM_E_HANDLE: std::this_thread::yield(); break;
        default: wrong.fetch_add(1);
      }
    }
  });
  long counted = 0;
  for (int round = 0; round < rounds; ++round) {
    Cell& cell = cells[static_cast<std::size_t>(round)];
    if (thrum_lock_create(&cell.lock) != THRUM_OK) wrong.fetch_add(1);
    current = round;
    if (round == 0) eventually([&] { return uses > 0; });
    if (round % 2 == 0) std::this_thread::yield();
    int attempts = 0;
    eventually([&] {
      // While three threads keep it busy there is seldom a moment for this one: no more of them come.
      if (++attempts == 4) current = none;
      return thrum_lock_destroy(cell.lock) != THRUM_E_BUSY;
    });
    counted += cell.uses;
    if (thrum_lock_acquire(cell.lock, 0) != THRUM_E_HANDLE) wrong.fetch_add(1);
  }
  current = rounds;
  crew.join();
  CHECK(wrong == 0);
  CHECK(counted == uses);
  CHECK(counted > 0);
}

TEST_CASE("no thread is left waiting for an object that is destroyed", "[handles][stress]") {
  const int rounds = scaled(2000);
  std::atomic<std::uint64_t> event_id{0};
  std::atomic<std::uint64_t> semaphore_id{0};
  std::atomic<std::uint64_t> condition_id{0};
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  std::atomic<long> released{0};
  const auto expect = [&](thrum_status status, std::initializer_list<thrum_status> good) {
    if (std::find(good.begin(), good.end(), status) == good.end()) wrong.fetch_add(1);
  };
  Crew crew(4, [&](int index) {
    for (; !over; std::this_thread::yield()) {
      if (index < 2) {
        expect(thrum_event_wait({event_id}, THRUM_FOREVER), {THRUM_OK, THRUM_E_HANDLE});
        expect(thrum_semaphore_acquire({semaphore_id}, THRUM_FOREVER), {THRUM_OK, THRUM_E_HANDLE});
        released.fetch_add(1);
        continue;
      }
      const thrum_condition condition{condition_id};
      const thrum_status acquired = thrum_condition_acquire(condition, THRUM_FOREVER);
      expect(acquired, {THRUM_OK, THRUM_E_HANDLE});
      if (acquired != THRUM_OK) continue;
      expect(thrum_condition_notify_all(condition), {THRUM_OK});
      const thrum_status waited = thrum_condition_wait(condition, 1e-5);
      expect(waited, {THRUM_OK, THRUM_TIMEOUT, THRUM_E_HANDLE});
      if (waited >= 0) expect(thrum_condition_release(condition), {THRUM_OK});
    }
  });
  for (int round = 0; round < rounds || released == 0; ++round) {
    thrum_event event{0};
    thrum_semaphore semaphore{0};
    thrum_condition condition{0};
    expect(thrum_event_create(&event), {THRUM_OK});
    expect(thrum_semaphore_create(&semaphore, 1), {THRUM_OK});
    expect(thrum_condition_create(&condition), {THRUM_OK});
    event_id = event.id;
    semaphore_id = semaphore.id;
    condition_id = condition.id;
    std::this_thread::yield();
    eventually([&] {
      expect(thrum_event_set(event), {THRUM_OK});
      return thrum_event_destroy(event) == THRUM_OK;
    });
    eventually([&] {
      expect(thrum_semaphore_release(semaphore, 1), {THRUM_OK});
      return thrum_semaphore_destroy(semaphore) == THRUM_OK;
    });
    // Two threads that wait in turn could keep it busy for ever: no more of them come.
    condition_id = 0;
    eventually([&] { return thrum_condition_destroy(condition) == THRUM_OK; });
  }
  over = true;
  crew.join();
  CHECK(wrong == 0);
  CHECK(released > 0);
}

TEST_CASE("an RWLock is destroyed under threads that use it, and never while one holds it",
          "[handles][stress]") {
  const int rounds = scaled(3000);
  std::atomic<std::uint64_t> id{0};
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  std::atomic<long> uses{0};
  Crew crew(3, [&](int index) {
    const double timeouts[] = {0, 1e-5, THRUM_FOREVER};
    for (int turn = 0; !over; ++turn) {
      const thrum_rwlock lock{id};
      const bool read = (turn + index) % 2 == 0;
      const auto acquire = read ? thrum_rwlock_acquire_read : thrum_rwlock_acquire_write;
      switch (acquire(lock, timeouts[index])) {
        case THRUM_OK:
          if (thrum_rwlock_destroy(lock) != THRUM_E_BUSY) wrong.fetch_add(1);
          if ((read ? thrum_rwlock_release_read : thrum_rwlock_release_write)(lock) != THRUM_OK) {
            wrong.fetch_add(1);
          }
          uses.fetch_add(1);
          break;
        case THRUM_TIMEOUT:
        case THRUM_E_HANDLE: std::this_thread::yield(); break;
        default: wrong.fetch_add(1);
      }
    }
  });
  for (int round = 0; round < rounds || uses == 0; ++round) {
    thrum_rwlock lock{0};
    if (thrum_rwlock_create(&lock) != THRUM_OK) wrong.fetch_add(1);
    id = lock.id;
    if (round % 2 == 0) std::this_thread::yield();
    int attempts = 0;
    eventually([&] {
      // While three threads keep it busy there is seldom a moment for this one: no more of them come.
      if (++attempts == 4) id = 0;
      return thrum_rwlock_destroy(lock) != THRUM_E_BUSY;
    });
    if (thrum_rwlock_acquire_read(lock, 0) != THRUM_E_HANDLE) wrong.fetch_add(1);
  }
  over = true;
  crew.join();
  CHECK(wrong == 0);
  CHECK(uses > 0);
}

TEST_CASE("no thread is left at a Barrier, a Latch or a Once that is destroyed", "[handles][stress]") {
  const int rounds = scaled(2000);
  std::atomic<std::uint64_t> barrier_id{0};
  std::atomic<std::uint64_t> latch_id{0};
  std::atomic<std::uint64_t> once_id{0};
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  std::atomic<long> passed{0};
  const auto expect = [&](thrum_status status, std::initializer_list<thrum_status> good) {
    if (std::find(good.begin(), good.end(), status) == good.end()) wrong.fetch_add(1);
  };
  const auto yield = [](void*) { return std::this_thread::yield(), 1; };
  Crew crew(3, [&](int index) {
    for (int turn = 0; !over; ++turn) {
      int place = -1;
      const double timeout = index == 0 ? 1e-5 : THRUM_FOREVER;
      const thrum_status met = thrum_barrier_wait({barrier_id}, timeout, &place);
      expect(met, {THRUM_OK, THRUM_E_BROKEN, THRUM_E_HANDLE});
      if ((place == -1) == (met == THRUM_OK) || place > 1) wrong.fetch_add(1);
      if (met == THRUM_OK) passed.fetch_add(1);
      expect(thrum_latch_wait({latch_id}, THRUM_FOREVER), {THRUM_OK, THRUM_E_HANDLE});
      expect(thrum_once_call({once_id}, yield, nullptr, THRUM_FOREVER), {THRUM_E_FAILED, THRUM_E_HANDLE});
      std::this_thread::yield();
    }
  });
  for (int round = 0; round < rounds || passed == 0; ++round) {
    thrum_barrier barrier{0};
    thrum_latch latch{0};
    thrum_once once{0};
    expect(thrum_barrier_create(&barrier, 2, nullptr, nullptr, THRUM_FOREVER), {THRUM_OK});
    expect(thrum_latch_create(&latch, 2), {THRUM_OK});
    expect(thrum_once_create(&once), {THRUM_OK});
    barrier_id = barrier.id;
    latch_id = latch.id;
    once_id = once.id;
    std::this_thread::yield();
    expect(thrum_latch_count_down(latch, 1), {THRUM_OK});
    std::this_thread::yield();
    expect(thrum_latch_count_down(latch, 1), {THRUM_OK});
    eventually([&] { return thrum_latch_destroy(latch) == THRUM_OK; });
    eventually([&] {
      expect(thrum_barrier_reset(barrier), {THRUM_OK});
      return thrum_barrier_destroy(barrier) == THRUM_OK;
    });
    // Threads that try in turn could keep it busy for ever: no more of them come.
    once_id = 0;
    eventually([&] { return thrum_once_destroy(once) == THRUM_OK; });
  }
  over = true;
  crew.join();
  CHECK(wrong == 0);
  CHECK(passed > 0);
}
