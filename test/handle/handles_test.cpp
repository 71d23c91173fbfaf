// handles_test.cpp - the life of the objects behind handles: an id that names no live object is refused
// whatever happens around it, and what is in use is not destroyed.
#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/calls.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/objects.hpp"
#include "support/scale.hpp"
#include "thrum/thread_pool.hpp"
#include "thrum/thrum.h"

using support::Call;
using support::calls;
using support::Crew;
using support::eventually;
using support::Objects;
using support::scaled;
using support::Type;

namespace {

/// How an object of each type is made, and used for a moment.
struct LockType {
  using Handle = thrum_lock;
  static thrum_status create(Handle* out) { return thrum_lock_create(out); }
  static thrum_status destroy(Handle handle) { return thrum_lock_destroy(handle); }
  static thrum_status use(Handle handle) {
    const thrum_status status = thrum_lock_acquire(handle, 0);
    return status == THRUM_OK ? thrum_lock_release(handle) : status;
  }
};
struct RLockType {
  using Handle = thrum_rlock;
  static thrum_status create(Handle* out) { return thrum_rlock_create(out); }
  static thrum_status destroy(Handle handle) { return thrum_rlock_destroy(handle); }
  static thrum_status use(Handle handle) {
    const thrum_status status = thrum_rlock_acquire(handle, 0);
    return status == THRUM_OK ? thrum_rlock_release(handle) : status;
  }
};
struct ConditionType {
  using Handle = thrum_condition;
  static thrum_status create(Handle* out) { return thrum_condition_create(out); }
  static thrum_status destroy(Handle handle) { return thrum_condition_destroy(handle); }
  static thrum_status use(Handle handle) {
    const thrum_status status = thrum_condition_acquire(handle, 0);
    return status == THRUM_OK ? thrum_condition_release(handle) : status;
  }
};
struct EventType {
  using Handle = thrum_event;
  static thrum_status create(Handle* out) { return thrum_event_create(out); }
  static thrum_status destroy(Handle handle) { return thrum_event_destroy(handle); }
  static thrum_status use(Handle handle) { return thrum_event_set(handle); }
};
struct SemaphoreType {
  using Handle = thrum_semaphore;
  static thrum_status create(Handle* out) { return thrum_semaphore_create(out, 1); }
  static thrum_status destroy(Handle handle) { return thrum_semaphore_destroy(handle); }
  static thrum_status use(Handle handle) { return thrum_semaphore_acquire(handle, 0); }
};
struct LocalType {
  using Handle = thrum_local;
  static thrum_status create(Handle* out) { return thrum_local_create(out, support::detail::do_nothing); }
  static thrum_status destroy(Handle handle) { return thrum_local_destroy(handle); }
  static thrum_status use(Handle handle) {
    static int value;
    return thrum_local_set(handle, &value);
  }
};
template <int kind, std::int64_t maxsize>
struct QueueType {
  using Handle = thrum_queue;
  static thrum_status create(Handle* out) { return thrum_queue_create(out, kind, maxsize, nullptr); }
  static thrum_status destroy(Handle handle) { return thrum_queue_destroy(handle); }
  static thrum_status use(Handle handle) { return thrum_queue_put(handle, nullptr, 0); }
};
using RingType = QueueType<THRUM_QUEUE_FIFO, 4>;
using LockedQueueType = QueueType<THRUM_QUEUE_LIFO, 0>;
struct ThreadType {
  using Handle = thrum_thread;
  static thrum_status create(Handle* out) {
    return thrum_thread_create(out, nullptr, support::detail::do_nothing, nullptr);
  }
  static thrum_status destroy(Handle handle) { return thrum_thread_destroy(handle); }
  static thrum_status use(Handle handle) { return thrum_thread_set_name(handle, "used"); }
};
struct BarrierType {
  using Handle = thrum_barrier;
  static thrum_status create(Handle* out) {
    return thrum_barrier_create(out, 1, nullptr, nullptr, THRUM_FOREVER);
  }
  static thrum_status destroy(Handle handle) { return thrum_barrier_destroy(handle); }
  static thrum_status use(Handle handle) { return thrum_barrier_wait(handle, 0, nullptr); }
};
struct LatchType {
  using Handle = thrum_latch;
  static thrum_status create(Handle* out) { return thrum_latch_create(out, 1); }
  static thrum_status destroy(Handle handle) { return thrum_latch_destroy(handle); }
  static thrum_status use(Handle handle) { return thrum_latch_count_down(handle, 1); }
};
struct OnceType {
  using Handle = thrum_once;
  static thrum_status create(Handle* out) { return thrum_once_create(out); }
  static thrum_status destroy(Handle handle) { return thrum_once_destroy(handle); }
  static thrum_status use(Handle handle) {
    return thrum_once_call(handle, support::detail::succeed, nullptr, 0);
  }
};
struct RWLockType {
  using Handle = thrum_rwlock;
  static thrum_status create(Handle* out) { return thrum_rwlock_create(out); }
  static thrum_status destroy(Handle handle) { return thrum_rwlock_destroy(handle); }
  static thrum_status use(Handle handle) {
    thrum_status status = thrum_rwlock_acquire_read(handle, 0);
    if (status == THRUM_OK) status = thrum_rwlock_release_read(handle);
    if (status == THRUM_OK) status = thrum_rwlock_acquire_write(handle, 0);
    return status == THRUM_OK ? thrum_rwlock_release_write(handle) : status;
  }
};

struct TimerType {
  using Handle = thrum_timer;
  static thrum_status create(Handle* out) {
    return thrum_timer_create(out, 1000, support::detail::do_nothing, nullptr);
  }
  static thrum_status destroy(Handle handle) { return thrum_timer_destroy(handle); }
  static thrum_status use(Handle handle) {
    const thrum_status status = thrum_timer_start(handle);
    const thrum_status cancelled = thrum_timer_cancel(handle);
    return status == THRUM_OK ? cancelled : status;
  }
};

struct PoolType {
  using Handle = thrum_pool;
  static thrum_status create(Handle* out) { return thrum_pool_create(out, 3, nullptr); }
  static thrum_status destroy(Handle handle) { return thrum_pool_destroy(handle); }
  static thrum_status use(Handle handle) { return thrum_pool_shutdown(handle, 1, 0); }
};
struct FutureType {
  using Handle = thrum_future;
  static thrum_status create(Handle* out) {
    static const thrum::ThreadPool pool(1);
    return thrum_pool_submit(pool.handle(), support::detail::do_nothing, nullptr, out);
  }
  static thrum_status destroy(Handle handle) { return thrum_future_destroy(handle); }
  static thrum_status use(Handle handle) { return thrum_future_wait(handle, THRUM_FOREVER); }
};

#define ALL_TYPES                                                                                     \
  LockType, RLockType, ConditionType, EventType, SemaphoreType, LocalType, RingType, LockedQueueType, \
      BarrierType, LatchType, OnceType, RWLockType, ThreadType, TimerType, PoolType, FutureType

}  // namespace

TEMPLATE_TEST_CASE("a handle is stale once its object has been destroyed", "[handles]", ALL_TYPES) {
  typename TestType::Handle handle{0};
  REQUIRE(TestType::create(&handle) == THRUM_OK);
  CHECK(handle.id != 0);
  CHECK(TestType::use(handle) == THRUM_OK);
  CHECK(TestType::destroy(handle) == THRUM_OK);
  CHECK(TestType::use(handle) == THRUM_E_HANDLE);
  CHECK(TestType::destroy(handle) == THRUM_E_HANDLE);
}

TEMPLATE_TEST_CASE("no id is ever given out again", "[handles]", ALL_TYPES) {
  std::set<std::uint64_t> ids;
  typename TestType::Handle first{0};
  REQUIRE(TestType::create(&first) == THRUM_OK);
  REQUIRE(TestType::destroy(first) == THRUM_OK);
  for (int i = 0; i < 2000; ++i) {
    typename TestType::Handle handle{0};
    REQUIRE(TestType::create(&handle) == THRUM_OK);
    REQUIRE(ids.insert(handle.id).second);
    REQUIRE(TestType::use(first) == THRUM_E_HANDLE);
    REQUIRE(TestType::destroy(first) == THRUM_E_HANDLE);
    REQUIRE(TestType::use(handle) == THRUM_OK);
    REQUIRE(TestType::destroy(handle) == THRUM_OK);
  }
  CHECK(ids.count(first.id) == 0);
}

TEMPLATE_TEST_CASE("as many objects as are wanted live at the same time", "[handles]", ALL_TYPES) {
  const int count = scaled(100000);
  std::set<std::uint64_t> ids;
  for (int time = 0; time < 2; ++time) {
    std::vector<typename TestType::Handle> handles(static_cast<std::size_t>(count));
    int failed = 0;
    for (auto& handle : handles) {
      if (TestType::create(&handle) != THRUM_OK) ++failed;
      ids.insert(handle.id);
    }
    for (const auto handle : handles) {
      if (TestType::use(handle) != THRUM_OK) ++failed;
    }
    // Every other one first, so that the rest is alive among free slots.
    for (const std::size_t start : {std::size_t{0}, std::size_t{1}}) {
      for (std::size_t i = start; i < handles.size(); i += 2) {
        if (TestType::destroy(handles[i]) != THRUM_OK) ++failed;
      }
    }
    for (const auto handle : handles) {
      if (TestType::use(handle) != THRUM_E_HANDLE) ++failed;
    }
    CHECK(failed == 0);
  }
  CHECK(ids.size() == 2 * static_cast<std::size_t>(count));
}

TEST_CASE("a Lock that is held is not destroyed", "[handles]") {
  thrum_lock lock{0};
  REQUIRE(thrum_lock_create(&lock) == THRUM_OK);
  REQUIRE(thrum_lock_acquire(lock, 0) == THRUM_OK);
  CHECK(thrum_lock_destroy(lock) == THRUM_E_BUSY);
  CHECK(thrum_lock_acquire(lock, 0) == THRUM_TIMEOUT);
  CHECK(thrum_lock_release(lock) == THRUM_OK);
  CHECK(thrum_lock_destroy(lock) == THRUM_OK);
}

TEST_CASE("an RLock that is held, by a thread or an owner, is not destroyed", "[handles]") {
  thrum_rlock lock{0};
  REQUIRE(thrum_rlock_create(&lock) == THRUM_OK);
  REQUIRE(thrum_rlock_acquire(lock, 0) == THRUM_OK);
  REQUIRE(thrum_rlock_acquire(lock, 0) == THRUM_OK);
  thrum_status by_another = THRUM_OK;
  Crew(1, [&] { by_another = thrum_rlock_destroy(lock); }).join();
  CHECK(by_another == THRUM_E_BUSY);
  CHECK(thrum_rlock_destroy(lock) == THRUM_E_BUSY);
  CHECK(thrum_rlock_release(lock) == THRUM_OK);
  CHECK(thrum_rlock_destroy(lock) == THRUM_E_BUSY);
  std::size_t count = 0;
  CHECK(thrum_rlock_recursion_count(lock, &count) == THRUM_OK);
  CHECK(count == 1);
  CHECK(thrum_rlock_release(lock) == THRUM_OK);

  REQUIRE(thrum_rlock_acquire_as(lock, 5, 0) == THRUM_OK);
  CHECK(thrum_rlock_destroy(lock) == THRUM_E_BUSY);
  CHECK(thrum_rlock_release_as(lock, 5) == THRUM_OK);
  CHECK(thrum_rlock_destroy(lock) == THRUM_OK);
}

TEST_CASE("a Condition whose own lock is held is not destroyed", "[handles]") {
  thrum_condition condition{0};
  REQUIRE(thrum_condition_create(&condition) == THRUM_OK);
  REQUIRE(thrum_condition_acquire(condition, 0) == THRUM_OK);
  CHECK(thrum_condition_destroy(condition) == THRUM_E_BUSY);
  CHECK(thrum_condition_notify_all(condition) == THRUM_OK);
  CHECK(thrum_condition_release(condition) == THRUM_OK);
  CHECK(thrum_condition_destroy(condition) == THRUM_OK);
}

TEST_CASE("a Condition leaves the lock that it was given alone", "[handles]") {
  thrum_lock lock{0};
  thrum_condition condition{0};
  REQUIRE(thrum_lock_create(&lock) == THRUM_OK);
  REQUIRE(thrum_condition_create_with_lock(&condition, lock) == THRUM_OK);
  REQUIRE(thrum_lock_acquire(lock, 0) == THRUM_OK);
  CHECK(thrum_condition_destroy(condition) == THRUM_OK);
  CHECK(thrum_lock_release(lock) == THRUM_OK);
  CHECK(thrum_lock_destroy(lock) == THRUM_OK);
}

TEST_CASE("a Condition that threads wait on is not destroyed", "[handles]") {
  thrum_condition condition{0};
  REQUIRE(thrum_condition_create(&condition) == THRUM_OK);
  std::atomic<bool> acquired{false};
  thrum_status waited = THRUM_TIMEOUT;
  Crew crew(1, [&] {
    if (thrum_condition_acquire(condition, THRUM_FOREVER) != THRUM_OK) return;
    acquired = true;
    waited = thrum_condition_wait(condition, THRUM_FOREVER);
    if (thrum_condition_release(condition) != THRUM_OK) waited = THRUM_TIMEOUT;
  });
  eventually([&] { return acquired.load(); });
  // With the lock, the other one is known to wait.
  CHECK(thrum_condition_acquire(condition, THRUM_FOREVER) == THRUM_OK);
  CHECK(thrum_condition_release(condition) == THRUM_OK);
  CHECK(thrum_condition_destroy(condition) == THRUM_E_BUSY);
  CHECK(thrum_condition_acquire(condition, THRUM_FOREVER) == THRUM_OK);
  CHECK(thrum_condition_notify(condition, 1) == THRUM_OK);
  CHECK(thrum_condition_destroy(condition) == THRUM_E_BUSY);
  CHECK(thrum_condition_release(condition) == THRUM_OK);
  crew.join();
  CHECK(waited == THRUM_OK);
  CHECK(thrum_condition_destroy(condition) == THRUM_OK);
}

namespace {

/// Destroys objects under a thread that is about to wait for them, until one is found busy: the thread
/// waited. Then lets it go. Says what its wait answered.
template <class Object, class Create, class Wait, class Destroy, class LetGo>
thrum_status wait_until_busy(Create create, Wait wait, Destroy destroy, LetGo let_go) {
  for (;;) {
    Object object{0};
    if (create(&object) != THRUM_OK) return THRUM_E_NOMEM;
    std::atomic<bool> about_to_wait{false};
    thrum_status answer = THRUM_TIMEOUT;
    Crew crew(1, [&] {
      about_to_wait = true;
      answer = wait(object);
    });
    eventually([&] { return about_to_wait.load(); });
    for (int i = 0; i < 100; ++i) std::this_thread::yield();
    const thrum_status destroyed = destroy(object);
    if (destroyed == THRUM_E_BUSY) let_go(object);
    crew.join();
    if (destroyed == THRUM_E_BUSY) return destroy(object) == THRUM_OK ? answer : THRUM_E_BUSY;
    if (destroyed != THRUM_OK || answer != THRUM_E_HANDLE) return destroyed;
  }
}

}  // namespace

TEST_CASE("an Event that threads wait for is not destroyed", "[handles]") {
  const auto wait = [](thrum_event event) { return thrum_event_wait(event, THRUM_FOREVER); };
  CHECK(wait_until_busy<thrum_event>(thrum_event_create, wait, thrum_event_destroy, thrum_event_set) ==
        THRUM_OK);
}

TEST_CASE("a semaphore that threads wait for is not destroyed", "[handles]") {
  const auto create = [](thrum_semaphore* out) { return thrum_semaphore_create(out, 0); };
  const auto wait = [](thrum_semaphore semaphore) {
    return thrum_semaphore_acquire(semaphore, THRUM_FOREVER);
  };
  const auto let_go = [](thrum_semaphore semaphore) { return thrum_semaphore_release(semaphore, 1); };
  CHECK(wait_until_busy<thrum_semaphore>(create, wait, thrum_semaphore_destroy, let_go) == THRUM_OK);
}

TEST_CASE("a Barrier that threads wait at is not destroyed", "[handles]") {
  const auto create = [](thrum_barrier* out) {
    return thrum_barrier_create(out, 2, nullptr, nullptr, THRUM_FOREVER);
  };
  const auto wait = [](thrum_barrier barrier) { return thrum_barrier_wait(barrier, THRUM_FOREVER, nullptr); };
  const auto let_go = [&](thrum_barrier barrier) { static_cast<void>(wait(barrier)); };
  CHECK(wait_until_busy<thrum_barrier>(create, wait, thrum_barrier_destroy, let_go) == THRUM_OK);
}

TEST_CASE("a Barrier whose action runs is not destroyed", "[handles]") {
  struct Tried {
    thrum_barrier barrier{0};
    thrum_status status = THRUM_OK;
    static int destroy(void* arg) {
      auto* tried = static_cast<Tried*>(arg);
      tried->status = thrum_barrier_destroy(tried->barrier);
      return 0;
    }
  } tried;
  REQUIRE(thrum_barrier_create(&tried.barrier, 1, Tried::destroy, &tried, THRUM_FOREVER) == THRUM_OK);
  CHECK(thrum_barrier_wait(tried.barrier, 0, nullptr) == THRUM_OK);
  CHECK(tried.status == THRUM_E_BUSY);
  CHECK(thrum_barrier_destroy(tried.barrier) == THRUM_OK);
}

TEST_CASE("a Latch that threads wait for is not destroyed", "[handles]") {
  const auto create = [](thrum_latch* out) { return thrum_latch_create(out, 1); };
  const auto wait = [](thrum_latch latch) { return thrum_latch_wait(latch, THRUM_FOREVER); };
  const auto let_go = [](thrum_latch latch) { return thrum_latch_count_down(latch, 1); };
  CHECK(wait_until_busy<thrum_latch>(create, wait, thrum_latch_destroy, let_go) == THRUM_OK);
}

TEST_CASE("a Once whose function runs is not destroyed", "[handles]") {
  struct Tried {
    thrum_once once{0};
    thrum_status status = THRUM_OK;
    static int destroy(void* arg) {
      auto* tried = static_cast<Tried*>(arg);
      tried->status = thrum_once_destroy(tried->once);
      return 0;
    }
  } tried;
  REQUIRE(thrum_once_create(&tried.once) == THRUM_OK);
  CHECK(thrum_once_call(tried.once, Tried::destroy, &tried, 0) == THRUM_OK);
  CHECK(tried.status == THRUM_E_BUSY);
  CHECK(thrum_once_destroy(tried.once) == THRUM_OK);
}

TEST_CASE("an RWLock that is held is not destroyed", "[handles]") {
  thrum_rwlock lock{0};
  REQUIRE(thrum_rwlock_create(&lock) == THRUM_OK);
  REQUIRE(thrum_rwlock_acquire_read(lock, 0) == THRUM_OK);
  REQUIRE(thrum_rwlock_acquire_read(lock, 0) == THRUM_OK);
  CHECK(thrum_rwlock_destroy(lock) == THRUM_E_BUSY);
  CHECK(thrum_rwlock_release_read(lock) == THRUM_OK);
  CHECK(thrum_rwlock_destroy(lock) == THRUM_E_BUSY);
  CHECK(thrum_rwlock_release_read(lock) == THRUM_OK);
  REQUIRE(thrum_rwlock_acquire_write(lock, 0) == THRUM_OK);
  CHECK(thrum_rwlock_destroy(lock) == THRUM_E_BUSY);
  CHECK(thrum_rwlock_release_write(lock) == THRUM_OK);
  CHECK(thrum_rwlock_destroy(lock) == THRUM_OK);
  // Nobody holds the next one to have its slot.
  thrum_rwlock next{0};
  REQUIRE(thrum_rwlock_create(&next) == THRUM_OK);
  CHECK(thrum_rwlock_release_read(next) == THRUM_E_NOT_OWNER);
  CHECK(thrum_rwlock_release_write(next) == THRUM_E_NOT_OWNER);
  CHECK(thrum_rwlock_destroy(next) == THRUM_OK);
}

TEST_CASE("a Condition whose lock has been destroyed can only be destroyed", "[handles]") {
  thrum_lock lock{0};
  thrum_rlock rlock{0};
  thrum_condition condition{0};
  const bool re_entrant = GENERATE(false, true);
  if (re_entrant) {
    REQUIRE(thrum_rlock_create(&rlock) == THRUM_OK);
    REQUIRE(thrum_condition_create_with_rlock(&condition, rlock) == THRUM_OK);
  } else {
    REQUIRE(thrum_lock_create(&lock) == THRUM_OK);
    REQUIRE(thrum_condition_create_with_lock(&condition, lock) == THRUM_OK);
  }
  std::atomic<bool> acquired{false};
  thrum_status waited = THRUM_OK;
  Crew crew(1, [&] {
    if (thrum_condition_acquire(condition, THRUM_FOREVER) != THRUM_OK) return;
    acquired = true;
    do {
      waited = thrum_condition_wait(condition, 0.005);
    } while (waited == THRUM_TIMEOUT);
  });
  eventually([&] { return acquired.load(); });
  // The lock is free as soon as the other thread waits.
  eventually(
      [&] { return (re_entrant ? thrum_rlock_destroy(rlock) : thrum_lock_destroy(lock)) == THRUM_OK; });
  crew.join();
  CHECK(waited == THRUM_E_HANDLE);

  // The slot of the lock is likely to be used again; the new lock is no business of this condition.
  REQUIRE(thrum_lock_create(&lock) == THRUM_OK);
  REQUIRE(thrum_rlock_create(&rlock) == THRUM_OK);
  REQUIRE(thrum_lock_acquire(lock, 0) == THRUM_OK);
  REQUIRE(thrum_rlock_acquire(rlock, 0) == THRUM_OK);
  for (const Call& call : calls) {
    if (call.type != Type::condition) continue;
    if (std::string(call.name) == "thrum_condition_destroy") continue;
    // Its predicate is true at once, so that it may return without a look at the lock.
    if (std::string(call.name) == "thrum_condition_wait_for") continue;
    CAPTURE(call.name);
    support::Memory memory;
    CHECK(call({condition.id, 0, memory}) == THRUM_E_HANDLE);
    CHECK(memory.untouched());
  }
  const auto never = [](void*) { return 0; };
  CHECK(thrum_condition_wait_for(condition, never, nullptr, 0) == THRUM_E_HANDLE);
  CHECK(thrum_condition_destroy(condition) == THRUM_OK);
  CHECK(thrum_lock_release(lock) == THRUM_OK);
  CHECK(thrum_rlock_release(rlock) == THRUM_OK);
  CHECK(thrum_lock_destroy(lock) == THRUM_OK);
  CHECK(thrum_rlock_destroy(rlock) == THRUM_OK);
}

// ------------------------------------------------------------------- destroyed while others call --

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

// -------------------------------------------------------------------------------------- the storm --

namespace {

/// Ids whose objects have been destroyed, by type; written and read by all threads.
class StaleIds {
 public:
  void add(Type type, std::uint64_t id) { slot(type, count_.fetch_add(1)).store(id); }
  std::uint64_t any(Type type, std::uint64_t random) { return slot(type, random).load(); }

 private:
  static constexpr std::size_t kept = 64;

  std::atomic<std::uint64_t>& slot(Type type, std::uint64_t number) {
    return ids_[static_cast<std::size_t>(type)][number % kept];
  }

  std::array<std::array<std::atomic<std::uint64_t>, kept>, support::types.size() + 1> ids_{};
  std::atomic<std::uint64_t> count_{0};
};

/// Makes an object of every type, uses it and destroys it. Says how many of the calls failed.
int churn(StaleIds& stale) {
  int failed = 0;
  const auto live_and_die = [&](auto kind, Type type) {
    using Kind = decltype(kind);
    typename Kind::Handle handle{0};
    if (Kind::create(&handle) != THRUM_OK || Kind::use(handle) != THRUM_OK ||
        Kind::destroy(handle) != THRUM_OK) {
      ++failed;
    }
    stale.add(type, handle.id);
  };
  live_and_die(LockType{}, Type::lock);
  live_and_die(RLockType{}, Type::rlock);
  live_and_die(ConditionType{}, Type::condition);
  live_and_die(EventType{}, Type::event);
  live_and_die(SemaphoreType{}, Type::semaphore);
  live_and_die(LocalType{}, Type::local);
  live_and_die(RingType{}, Type::queue);
  live_and_die(LockedQueueType{}, Type::queue);
  live_and_die(BarrierType{}, Type::barrier);
  live_and_die(LatchType{}, Type::latch);
  live_and_die(OnceType{}, Type::once);
  live_and_die(RWLockType{}, Type::rwlock);
  live_and_die(ThreadType{}, Type::thread);
  live_and_die(TimerType{}, Type::timer);
  live_and_die(PoolType{}, Type::pool);
  live_and_die(FutureType{}, Type::future);
  return failed;
}

/// Objects that two threads use while the storm goes on, and what their use comes to.
class InUse {
 public:
  InUse() {
    expect(thrum_lock_create(&lock_) == THRUM_OK);
    expect(thrum_condition_create(&condition_) == THRUM_OK);
    expect(thrum_semaphore_create_bounded(&semaphore_, 1) == THRUM_OK);
    for (auto& gate : gates_) expect(thrum_event_create(&gate) == THRUM_OK);
  }

  /// Thread 0 or 1 uses everything, round after round: as often as the other one, as long as go_on().
  template <class GoOn>
  void use(int index, GoOn go_on) {
    for (bool more = true; more;) {
      expect(thrum_lock_acquire(lock_, THRUM_FOREVER) == THRUM_OK);
      ++rounds_;
      expect(thrum_lock_release(lock_) == THRUM_OK);

      expect(thrum_semaphore_acquire(semaphore_, 1000) == THRUM_OK);
      expect(inside_.fetch_add(1) == 0);
      inside_.fetch_sub(1);
      expect(thrum_semaphore_release(semaphore_, 1) == THRUM_OK);

      if (index == 1) pass(gates_[1]);
      expect(thrum_condition_acquire(condition_, THRUM_FOREVER) == THRUM_OK);
      while (turns_ % 2 != index) expect(thrum_condition_wait(condition_, THRUM_FOREVER) == THRUM_OK);
      ++turns_;
      if (index == 0) go_on_ = go_on();
      more = go_on_;
      expect(thrum_condition_notify(condition_, 1) == THRUM_OK);
      expect(thrum_condition_release(condition_) == THRUM_OK);
      expect(thrum_event_set(gates_[1 - index]) == THRUM_OK);
      if (index == 0) pass(gates_[0]);
    }
  }

  /// After the threads: whether everything was as it should be, and can be destroyed.
  bool sound() {
    expect(rounds_ > 0 && rounds_ == turns_);
    expect(thrum_lock_destroy(lock_) == THRUM_OK);
    expect(thrum_condition_destroy(condition_) == THRUM_OK);
    expect(thrum_semaphore_destroy(semaphore_) == THRUM_OK);
    for (const auto gate : gates_) expect(thrum_event_destroy(gate) == THRUM_OK);
    return wrong_ == 0;
  }

 private:
  void expect(bool good) {
    if (!good) wrong_.fetch_add(1);
  }

  void pass(thrum_event gate) {
    expect(thrum_event_wait(gate, THRUM_FOREVER) == THRUM_OK);
    expect(thrum_event_clear(gate) == THRUM_OK);
  }

  std::atomic<int> wrong_{0};
  thrum_lock lock_{0};
  long rounds_ = 0;  // guarded by lock_
  thrum_semaphore semaphore_{0};
  std::atomic<int> inside_{0};
  thrum_condition condition_{0};
  long turns_ = 0;  // guarded by the condition's lock, as the next
  bool go_on_ = true;
  thrum_event gates_[2] = {{0}, {0}};
};

}  // namespace

TEST_CASE("a million stale and made-up ids at every function reach no live object", "[handles][stress]") {
  constexpr int attackers = 2;
  const int attacks = scaled(1000000) / attackers;
  Objects bystanders;
  const auto before = bystanders.state();
  InUse in_use;
  StaleIds stale;
  std::atomic<int> attackers_left{attackers};
  std::atomic<long> accepted{0};
  std::atomic<int> failed{0};
  Crew crew(attackers + 1 + 2, [&](int index) {
    if (index < attackers) {
      std::mt19937_64 random(static_cast<std::uint64_t>(index));
      support::Memory memory;
      long taken = 0;
      for (int attack = 0; attack < attacks; ++attack) {
        const std::uint64_t chance = random();
        const auto other = support::types[static_cast<std::size_t>(chance / 8 % support::types.size())];
        for (const Call& call : calls) {
          if (call.type == Type::none) continue;
          std::uint64_t id = chance;
          switch (chance % 4) {
            case 0: id = stale.any(call.type, chance >> 32); break;
            case 1: id = other == call.type ? 0 : bystanders.id(other); break;
            // A live object's slot in a generation that it will not come to.
            case 2: id = bystanders.id(call.type) ^ std::uint64_t{1} << (56 + chance / 8 % 8); break;
            default: break;
          }
          // Were one of these accepted, it would hang here or take what is not its own.
          if (call({id, THRUM_FOREVER, memory}) != THRUM_E_HANDLE) ++taken;
        }
      }
      if (!memory.untouched()) ++taken;
      accepted.fetch_add(taken);
      attackers_left.fetch_sub(1);
    } else if (index == attackers) {
      while (attackers_left > 0) failed.fetch_add(churn(stale));
    } else {
      in_use.use(index - attackers - 1, [&] { return attackers_left > 0; });
    }
  });
  crew.join();
  CHECK(accepted == 0);
  CHECK(failed == 0);
  CHECK(in_use.sound());
  CHECK(bystanders.state() == before);
  CHECK(bystanders.destroy());
}
