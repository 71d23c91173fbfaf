// handles_test.cpp - the life of the objects behind handles: an id that names no live object is refused
// whatever happens around it.
#include <array>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include "handle/types.hpp"
#include "support/calls.hpp"
#include "support/crew.hpp"
#include "support/objects.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.h"

using support::BarrierType;
using support::Call;
using support::calls;
using support::ConditionType;
using support::Crew;
using support::EventType;
using support::FutureType;
using support::LatchType;
using support::LocalType;
using support::LockedQueueType;
using support::LockType;
using support::Objects;
using support::OnceType;
using support::PoolType;
using support::RingType;
using support::RLockType;
using support::RWLockType;
using support::scaled;
using support::SemaphoreType;
using support::ThreadType;
using support::TimerType;
using support::Type;

#define ALL_TYPES                                                                                     \
  LockType, RLockType, ConditionType, EventType, SemaphoreType, LocalType, RingType, LockedQueueType, \
      BarrierType, LatchType, OnceType, RWLockType, ThreadType, TimerType, PoolType, FutureType

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
