// handles_busy_test.cpp - what is in use, held or waited for, is not destroyed.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstddef>
#include <string>
#include <thread>

#include "support/calls.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "thrum/thrum.h"

using support::Call;
using support::calls;
using support::Crew;
using support::eventually;
using support::Type;

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
