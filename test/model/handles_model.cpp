// handles_model.cpp - handles: an object is destroyed while another thread uses it, and its slot goes to a
// new one. Each call by the old handle is answered rightly or with THRUM_E_HANDLE, and never reaches the new
// one.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/thrum.h"

namespace {

bool is_one_of(thrum_status status, thrum_status first, thrum_status second) {
  return status == first || status == second;
}

/// One thread uses the old object, the other destroys it and makes and uses a new one.
template <class Kind>
struct Reuse {
  Kind kind;
  bool destroyed = false;

  void work(unsigned thread) {
    if (thread == 0) return kind.use();
    kind.prepare();
    const thrum_status status = kind.destroy(kind.old);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_BUSY));
    if (status != THRUM_OK) return;
    destroyed = true;
    const auto next = kind.create();
    THRUM_SIM_ASSERT(next.id != kind.old.id &&
                     static_cast<std::uint32_t>(next.id) == static_cast<std::uint32_t>(kind.old.id));
    kind.use_next(next);
    THRUM_SIM_ASSERT(kind.destroy(next) == THRUM_OK);
  }
  void check() {
    const thrum_status status = kind.destroy(kind.old);
    THRUM_SIM_ASSERT(status == (destroyed ? THRUM_E_HANDLE : THRUM_OK));
  }
};

struct Lock {
  static thrum_lock create() {
    thrum_lock lock{};
    thrum_lock_create(&lock);
    return lock;
  }
  static thrum_status destroy(thrum_lock lock) { return thrum_lock_destroy(lock); }

  thrum_lock old = create();

  Lock() { thrum_lock_acquire(old, 0); }
  void use() const {
    const thrum_status status = thrum_lock_acquire(old, 1.0);
    if (status == THRUM_OK) {
      THRUM_SIM_ASSERT(thrum_lock_release(old) == THRUM_OK);
    } else {
      THRUM_SIM_ASSERT(is_one_of(status, THRUM_TIMEOUT, THRUM_E_HANDLE));
      // Of what it does not hold.
      if (status == THRUM_E_HANDLE) THRUM_SIM_ASSERT(thrum_lock_release(old) == THRUM_E_HANDLE);
    }
  }
  void prepare() const { THRUM_SIM_ASSERT(thrum_lock_release(old) == THRUM_OK); }
  static void use_next(thrum_lock next) {
    int locked = 0;
    THRUM_SIM_ASSERT(thrum_lock_acquire(next, 0) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_lock_locked(next, &locked) == THRUM_OK && locked == 1);
    THRUM_SIM_ASSERT(thrum_lock_release(next) == THRUM_OK);
  }
};

/// The old one is released, and perhaps destroyed before that.
struct Release : Lock {
  void use() const {
    const thrum_status status = thrum_lock_release(old);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_NOT_HELD) || status == THRUM_E_HANDLE);
  }
  void prepare() const {
    const thrum_status status = thrum_lock_release(old);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_NOT_HELD));
  }
};

struct RLock {
  static thrum_rlock create() {
    thrum_rlock lock{};
    thrum_rlock_create(&lock);
    return lock;
  }
  static thrum_status destroy(thrum_rlock lock) { return thrum_rlock_destroy(lock); }

  thrum_rlock old = create();

  void use() const {
    const thrum_status status = thrum_rlock_acquire(old, 1.0);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_HANDLE));
    THRUM_SIM_ASSERT(thrum_rlock_release(old) == status);
  }
  static void prepare() {}
  static void use_next(thrum_rlock next) {
    THRUM_SIM_ASSERT(thrum_rlock_acquire(next, 0) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_rlock_acquire(next, 0) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_rlock_release(next) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_rlock_release(next) == THRUM_OK);
  }
};

struct Event {
  static thrum_event create() {
    thrum_event event{};
    thrum_event_create(&event);
    return event;
  }
  static thrum_status destroy(thrum_event event) { return thrum_event_destroy(event); }

  thrum_event old = create();

  void use() const {
    thrum_status status = thrum_event_wait(old, 1.0);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_TIMEOUT, THRUM_E_HANDLE));
    status = thrum_event_set(old);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_HANDLE));
  }
  static void prepare() {}
  static void use_next(thrum_event next) {
    THRUM_SIM_ASSERT(thrum_event_wait(next, 0) == THRUM_TIMEOUT);
    THRUM_SIM_ASSERT(thrum_event_set(next) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_event_clear(next) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_event_wait(next, 0) == THRUM_TIMEOUT);
  }
};

struct Semaphore {
  thrum_semaphore create() {
    thrum_semaphore semaphore{};
    thrum_semaphore_create_bounded(&semaphore, ++bound);
    return semaphore;
  }
  static thrum_status destroy(thrum_semaphore semaphore) { return thrum_semaphore_destroy(semaphore); }

  int bound = 0;
  thrum_semaphore old = create();

  void use() const {
    thrum_status status = thrum_semaphore_release(old, 1);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_E_VALUE, THRUM_E_HANDLE));
    status = thrum_semaphore_acquire(old, 1.0);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_HANDLE));
  }
  static void prepare() {}
  static void use_next(thrum_semaphore next) {
    std::int64_t value = 0;
    THRUM_SIM_ASSERT(thrum_semaphore_acquire(next, 0) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_semaphore_value(next, &value) == THRUM_OK && value == 1);
    THRUM_SIM_ASSERT(thrum_semaphore_release(next, 1) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_semaphore_value(next, &value) == THRUM_OK && value == 2);
  }
};

struct Barrier {
  thrum_barrier create() {
    thrum_barrier barrier{};
    thrum_barrier_create(&barrier, parties--, act, this, THRUM_FOREVER);
    return barrier;
  }
  static thrum_status destroy(thrum_barrier barrier) { return thrum_barrier_destroy(barrier); }
  static int act(void* arg) {
    ++static_cast<Barrier*>(arg)->actions;
    return 0;
  }

  int parties = 2;
  int actions = 0;
  thrum_barrier old = create();

  void use() const {
    thrum_status status = thrum_barrier_wait(old, 1.0, nullptr);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_E_BROKEN, THRUM_E_HANDLE));
    status = thrum_barrier_abort(old);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_HANDLE));
  }
  static void prepare() {}
  void use_next(thrum_barrier next) const {
    int index = -1;
    THRUM_SIM_ASSERT(thrum_barrier_wait(next, THRUM_FOREVER, &index) == THRUM_OK && index == 0);
    THRUM_SIM_ASSERT(actions == 1);
  }
};

struct Latch {
  static thrum_latch create() {
    thrum_latch latch{};
    thrum_latch_create(&latch, 1);
    return latch;
  }
  static thrum_status destroy(thrum_latch latch) { return thrum_latch_destroy(latch); }

  thrum_latch old = create();

  void use() const {
    thrum_status status = thrum_latch_wait(old, 1.0);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_TIMEOUT, THRUM_E_HANDLE));
    status = thrum_latch_arrive_and_wait(old, 1, THRUM_FOREVER);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_HANDLE));
  }
  static void prepare() {}
  static void use_next(thrum_latch next) {
    std::int64_t count = 0;
    THRUM_SIM_ASSERT(thrum_latch_wait(next, 0) == THRUM_TIMEOUT);
    THRUM_SIM_ASSERT(thrum_latch_count(next, &count) == THRUM_OK && count == 1);
    THRUM_SIM_ASSERT(thrum_latch_count_down(next, 1) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_latch_wait(next, 0) == THRUM_OK);
  }
};

struct Once {
  static thrum_once create() {
    thrum_once once{};
    thrum_once_create(&once);
    return once;
  }
  static thrum_status destroy(thrum_once once) { return thrum_once_destroy(once); }
  static int run(void* calls) {
    ++*static_cast<int*>(calls);
    return 0;
  }

  thrum_once old = create();

  void use() const {
    int calls = 0;
    const thrum_status status = thrum_once_call(old, run, &calls, THRUM_FOREVER);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_HANDLE) && calls == (status == THRUM_OK ? 1 : 0));
  }
  static void prepare() {}
  static void use_next(thrum_once next) {
    int done = 0;
    int calls = 0;
    THRUM_SIM_ASSERT(thrum_once_done(next, &done) == THRUM_OK && done == 0);
    THRUM_SIM_ASSERT(thrum_once_call(next, run, &calls, THRUM_FOREVER) == THRUM_OK && calls == 1);
  }
};

struct RWLock {
  static thrum_rwlock create() {
    thrum_rwlock lock{};
    thrum_rwlock_create(&lock);
    return lock;
  }
  static thrum_status destroy(thrum_rwlock lock) { return thrum_rwlock_destroy(lock); }

  thrum_rwlock old = create();

  void use() const {
    thrum_status status = thrum_rwlock_acquire_write(old, 1.0);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_HANDLE));
    THRUM_SIM_ASSERT(thrum_rwlock_release_write(old) == status);
    status = thrum_rwlock_acquire_read(old, 1.0);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_HANDLE));
    THRUM_SIM_ASSERT(thrum_rwlock_release_read(old) == status);
  }
  static void prepare() {}
  static void use_next(thrum_rwlock next) {
    size_t readers = 0;
    THRUM_SIM_ASSERT(thrum_rwlock_acquire_read(next, 0) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_rwlock_readers(next, &readers) == THRUM_OK && readers == 1);
    THRUM_SIM_ASSERT(thrum_rwlock_release_read(next) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_rwlock_acquire_write(next, 0) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_rwlock_release_write(next) == THRUM_OK);
  }
};

/// With a lock of its own, which ends with it.
struct Condition {
  static thrum_condition create() {
    thrum_condition condition{};
    thrum_condition_create(&condition);
    return condition;
  }
  static thrum_status destroy(thrum_condition condition) { return thrum_condition_destroy(condition); }

  thrum_condition old = create();

  void use() const {
    thrum_status status = thrum_condition_acquire(old, 1.0);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_HANDLE));
    THRUM_SIM_ASSERT(thrum_condition_notify(old, 1) == status);
    if (status != THRUM_OK) return;
    status = thrum_condition_wait(old, 1.0);
    // With its time up it is in no queue any more, and not yet the holder.
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_TIMEOUT, THRUM_E_HANDLE));
    THRUM_SIM_ASSERT(thrum_condition_release(old) == (status == THRUM_TIMEOUT ? THRUM_OK : THRUM_E_HANDLE));
  }
  static void prepare() {}
  static void use_next(thrum_condition next) {
    THRUM_SIM_ASSERT(thrum_condition_acquire(next, 0) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_condition_notify_all(next) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_condition_release(next) == THRUM_OK);
  }
};

/// Two destroy what a third waits for: at most one of them does.
struct TwoDestroy {
  thrum_event event{};
  model::Word destroyed;

  TwoDestroy() { thrum_event_create(&event); }
  void work(unsigned thread) {
    if (thread == 2) {
      const thrum_status status = thrum_event_wait(event, 1.0);
      THRUM_SIM_ASSERT(is_one_of(status, THRUM_TIMEOUT, THRUM_E_HANDLE));
      return;
    }
    const thrum_status status = thrum_event_destroy(event);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_BUSY) || status == THRUM_E_HANDLE);
    if (status == THRUM_OK) destroyed.add(1);
  }
  void check() {
    const thrum_status status = thrum_event_destroy(event);
    THRUM_SIM_ASSERT(destroyed.plain() <= 1 &&
                     status == (destroyed.plain() == 1 ? THRUM_E_HANDLE : THRUM_OK));
  }
};

/// A condition whose lock is destroyed under it, and whose lock's slot goes to another.
struct LockOfCondition {
  thrum_lock lock{};
  thrum_condition condition{};
  bool destroyed = false;

  LockOfCondition() {
    thrum_lock_create(&lock);
    thrum_condition_create_with_lock(&condition, lock);
  }
  void work(unsigned thread) {
    if (thread == 0) {
      const thrum_status status = thrum_condition_acquire(condition, 1.0);
      THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_HANDLE));
      THRUM_SIM_ASSERT(thrum_condition_notify(condition, 1) == status);
      THRUM_SIM_ASSERT(thrum_condition_release(condition) == status);
      return;
    }
    const thrum_status status = thrum_lock_destroy(lock);
    THRUM_SIM_ASSERT(is_one_of(status, THRUM_OK, THRUM_E_BUSY));
    if (status != THRUM_OK) return;
    destroyed = true;
    const thrum_lock next = Lock::create();
    Lock::use_next(next);
    THRUM_SIM_ASSERT(thrum_lock_destroy(next) == THRUM_OK);
  }
  void check() {
    THRUM_SIM_ASSERT(thrum_condition_destroy(condition) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_lock_destroy(lock) == (destroyed ? THRUM_E_HANDLE : THRUM_OK));
  }
};

/// Two threads, in any number of preemptions.
template <class Model>
void explore_pair(const char* name) {
  model::explore<Model>(name, 2, {model::kAny, model::kAny, model::kAny}, model::Misuse::expected);
}

}  // namespace

TEST_CASE("Handles: a lock that is acquired", "[handles]") { explore_pair<Reuse<Lock>>("handle of a Lock"); }

TEST_CASE("Handles: a lock that is released", "[handles]") {
  explore_pair<Reuse<Release>>("handle of a Lock that is released");
}

TEST_CASE("Handles: a re-entrant lock", "[handles]") { explore_pair<Reuse<RLock>>("handle of an RLock"); }

TEST_CASE("Handles: an event", "[handles]") { explore_pair<Reuse<Event>>("handle of an Event"); }

TEST_CASE("Handles: a semaphore", "[handles]") { explore_pair<Reuse<Semaphore>>("handle of a Semaphore"); }

TEST_CASE("Handles: a barrier", "[handles]") { explore_pair<Reuse<Barrier>>("handle of a Barrier"); }

TEST_CASE("Handles: a latch", "[handles]") { explore_pair<Reuse<Latch>>("handle of a Latch"); }

TEST_CASE("Handles: a once", "[handles]") { explore_pair<Reuse<Once>>("handle of a Once"); }

TEST_CASE("Handles: a read-write lock", "[handles]") { explore_pair<Reuse<RWLock>>("handle of an RWLock"); }

TEST_CASE("Handles: a condition", "[handles]") { explore_pair<Reuse<Condition>>("handle of a Condition"); }

TEST_CASE("Handles: a condition whose lock ends", "[handles]") {
  explore_pair<LockOfCondition>("handle of a Condition's lock");
}

TEST_CASE("Handles: two destroy what a third waits for", "[handles]") {
  model::explore<TwoDestroy>("handle of an Event, 3 threads", 3, {model::kAny, model::kAny, model::kAny},
                             model::Misuse::expected);
}
