// handle_kinds.hpp - objects behind handles that are let go and destroyed at once, while threads that have
// waited for them are still on their way back.
#ifndef THRUM_TEST_MODEL_HANDLE_KINDS_HPP
#define THRUM_TEST_MODEL_HANDLE_KINDS_HPP

#include "core/park/lot.hpp"
#include "core/self/runtime.hpp"
#include "model/model.hpp"
#include "thrum/thrum.h"

namespace model::handles {

// Each has
//   prepare()      by the thread that opens it, before others wait
//   open(waiters)  by that thread: so many who wait may go on
//   wait(timeout)  what it is answered to one who waits; what goes wrong after that is a fault
//   destroy()

struct Lock {
  thrum_lock handle{};

  explicit Lock(unsigned /*waiters*/) {
    thrum_lock_create(&handle);
    thrum_lock_acquire(handle, 0);
  }
  void prepare() const {}
  void open(unsigned /*waiters*/) const { THRUM_SIM_ASSERT(thrum_lock_release(handle) == THRUM_OK); }
  thrum_status wait(double timeout) const {
    const thrum_status status = thrum_lock_acquire(handle, timeout);
    if (status == THRUM_OK) THRUM_SIM_ASSERT(thrum_lock_release(handle) == THRUM_OK);
    return status;
  }
  thrum_status destroy() const { return thrum_lock_destroy(handle); }
};

/// Held by a task.
struct Task {
  static constexpr std::uint64_t kTask = 7;
  thrum_rlock handle{};

  explicit Task(unsigned /*waiters*/) {
    thrum_rlock_create(&handle);
    thrum_rlock_acquire_as(handle, kTask, 0);
  }
  void prepare() const {}
  void open(unsigned /*waiters*/) const {
    THRUM_SIM_ASSERT(thrum_rlock_release_as(handle, kTask) == THRUM_OK);
  }
  thrum_status wait(double timeout) const {
    const thrum_status status = thrum_rlock_acquire(handle, timeout);
    if (status == THRUM_OK) THRUM_SIM_ASSERT(thrum_rlock_release(handle) == THRUM_OK);
    return status;
  }
  thrum_status destroy() const { return thrum_rlock_destroy(handle); }
};

struct Semaphore {
  thrum_semaphore handle{};

  explicit Semaphore(unsigned /*waiters*/) { thrum_semaphore_create(&handle, 0); }
  void prepare() const {}
  void open(unsigned waiters) const {
    THRUM_SIM_ASSERT(thrum_semaphore_release(handle, static_cast<std::int64_t>(waiters)) == THRUM_OK);
  }
  thrum_status wait(double timeout) const { return thrum_semaphore_acquire(handle, timeout); }
  thrum_status destroy() const { return thrum_semaphore_destroy(handle); }
};

struct Event {
  thrum_event handle{};

  explicit Event(unsigned /*waiters*/) { thrum_event_create(&handle); }
  void prepare() const {}
  void open(unsigned /*waiters*/) const { THRUM_SIM_ASSERT(thrum_event_set(handle) == THRUM_OK); }
  thrum_status wait(double timeout) const { return thrum_event_wait(handle, timeout); }
  thrum_status destroy() const { return thrum_event_destroy(handle); }
};

struct Latch {
  thrum_latch handle{};

  explicit Latch(unsigned /*waiters*/) { thrum_latch_create(&handle, 1); }
  void prepare() const {}
  void open(unsigned /*waiters*/) const { THRUM_SIM_ASSERT(thrum_latch_count_down(handle, 1) == THRUM_OK); }
  thrum_status wait(double timeout) const { return thrum_latch_wait(handle, timeout); }
  thrum_status destroy() const { return thrum_latch_destroy(handle); }
};

/// Held to write, waited for to read.
struct Readers {
  thrum_rwlock handle{};

  explicit Readers(unsigned /*waiters*/) { thrum_rwlock_create(&handle); }
  void prepare() const { THRUM_SIM_ASSERT(thrum_rwlock_acquire_write(handle, 0) == THRUM_OK); }
  void open(unsigned /*waiters*/) const { THRUM_SIM_ASSERT(thrum_rwlock_release_write(handle) == THRUM_OK); }
  thrum_status wait(double timeout) const {
    const thrum_status status = thrum_rwlock_acquire_read(handle, timeout);
    if (status == THRUM_OK) THRUM_SIM_ASSERT(thrum_rwlock_release_read(handle) == THRUM_OK);
    return status;
  }
  thrum_status destroy() const { return thrum_rwlock_destroy(handle); }
};

/// Held to read, waited for to write.
struct Writers {
  thrum_rwlock handle{};

  explicit Writers(unsigned /*waiters*/) { thrum_rwlock_create(&handle); }
  void prepare() const { THRUM_SIM_ASSERT(thrum_rwlock_acquire_read(handle, 0) == THRUM_OK); }
  void open(unsigned /*waiters*/) const { THRUM_SIM_ASSERT(thrum_rwlock_release_read(handle) == THRUM_OK); }
  thrum_status wait(double timeout) const {
    const thrum_status status = thrum_rwlock_acquire_write(handle, timeout);
    if (status == THRUM_OK) THRUM_SIM_ASSERT(thrum_rwlock_release_write(handle) == THRUM_OK);
    return status;
  }
  thrum_status destroy() const { return thrum_rwlock_destroy(handle); }
};

/// Whoever opens it is one of those who meet there.
struct Barrier {
  thrum_barrier handle{};

  explicit Barrier(unsigned waiters) {
    thrum_barrier_create(&handle, static_cast<int>(waiters) + 1, nullptr, nullptr, THRUM_FOREVER);
  }
  void prepare() const {}
  void open(unsigned /*waiters*/) const {
    THRUM_SIM_ASSERT(thrum_barrier_wait(handle, THRUM_FOREVER, nullptr) == THRUM_OK);
  }
  thrum_status wait(double timeout) const { return thrum_barrier_wait(handle, timeout, nullptr); }
  thrum_status destroy() const { return thrum_barrier_destroy(handle); }
};

/// A first call that fails, and others that wait for its end. It is opened in that call.
struct Once {
  thrum_once handle{};

  explicit Once(unsigned /*waiters*/) { thrum_once_create(&handle); }
  thrum_status call(int (*function)(void*), void* arg, double timeout) const {
    return thrum_once_call(handle, function, arg, timeout);
  }
  thrum_status wait(double timeout) const {
    return call([](void*) { return 0; }, nullptr, timeout);
  }
  thrum_status destroy() const { return thrum_once_destroy(handle); }
};

/// With a lock of its own.
struct Condition {
  thrum_condition handle{};
  bool told = false;

  explicit Condition(unsigned /*waiters*/) { thrum_condition_create(&handle); }
  void prepare() const {}
  void open(unsigned waiters) {
    THRUM_SIM_ASSERT(thrum_condition_acquire(handle, THRUM_FOREVER) == THRUM_OK);
    told = true;
    THRUM_SIM_ASSERT(thrum_condition_notify(handle, static_cast<int>(waiters)) == THRUM_OK);
    THRUM_SIM_ASSERT(thrum_condition_release(handle) == THRUM_OK);
  }
  thrum_status wait(double timeout) {
    thrum_status status = thrum_condition_acquire(handle, THRUM_FOREVER);
    if (status != THRUM_OK) return status;
    if (!told) status = thrum_condition_wait(handle, timeout);
    if (status != THRUM_E_HANDLE) THRUM_SIM_ASSERT(thrum_condition_release(handle) == THRUM_OK);
    return status;
  }
  thrum_status destroy() const { return thrum_condition_destroy(handle); }
};

/// One that has no bound, so that it is a lock and a list, or else a ring.
template <int kBound>
struct QueueOf {
  thrum_queue handle{};

  explicit QueueOf(unsigned /*waiters*/) { thrum_queue_create(&handle, THRUM_QUEUE_FIFO, kBound, nullptr); }
  void prepare() const {}
  void open(unsigned waiters) const {
    for (unsigned i = 0; i != waiters; ++i) {
      THRUM_SIM_ASSERT(thrum_queue_put(handle, nullptr, 0) == THRUM_OK);
    }
  }
  thrum_status wait(double timeout) const {
    void* item = nullptr;
    return thrum_queue_get(handle, &item, timeout);
  }
  thrum_status destroy() const { return thrum_queue_destroy(handle); }
};

/// What a kind of object has of another kind in it that a waiter may first sleep for.
template <class Kind>
inline constexpr thrum::Kind inside = thrum::Kind::none;
template <int kBound>
inline constexpr thrum::Kind inside<QueueOf<kBound>> = thrum::Kind::lock;

/// Which of the waiters sleep, and so are in a queue of the lot. The look is a step that concerns all.
template <unsigned kWaiters>
class Sleepers {
 public:
  /// By a waiter, before it waits.
  void enter(unsigned waiter) {
    waiters_[waiter] = &thrum::runtime::current()->waiter;
    threads_[waiter] = thrum::platform::current_thread();
  }
  /// One that sleeps for an object of the kind `part`, which is a part of the one that it asked for, has not
  /// come to that yet.
  void look(thrum::Kind part = thrum::Kind::none) {
    touch_all();
    for (unsigned i = 0; i != kWaiters; ++i) {
      asleep_[i] = threads_[i] != nullptr && threads_[i]->wait == thrum::sim::Wait::parker &&
                   (part == thrum::Kind::none || thrum::lot::look(*waiters_[i]).kind != part);
    }
  }
  bool had(unsigned waiter) const { return asleep_[waiter]; }

 private:
  thrum::sim::Thread* threads_[kWaiters] = {};
  const thrum::Waiter* waiters_[kWaiters] = {};
  bool asleep_[kWaiters] = {};
};

/// The last thread opens the object and destroys it at once; the others wait for it, the first of them with a
/// time-out where kTimes. Who slept when it was opened is not told that the handle is stale; who comes too
/// late may be.
template <class Kind, unsigned kWaiters, bool kTimes = false>
struct LetGo {
  Kind kind{kWaiters};
  Sleepers<kWaiters> sleepers;
  Word prepared;
  thrum_status answers[kWaiters] = {};
  thrum_status destroyed = THRUM_OK;

  void work(unsigned thread) {
    if (thread == kWaiters) {
      kind.prepare();
      prepared.store(1);
      sleepers.look(inside<Kind>);
      kind.open(kWaiters);
      destroyed = kind.destroy();
    } else {
      prepared.await(1);
      sleepers.enter(thread);
      answers[thread] = kind.wait(kTimes && thread == 0 ? 1.0 : THRUM_FOREVER);
    }
  }
  void check() {
    THRUM_SIM_ASSERT(destroyed == THRUM_OK || destroyed == THRUM_E_BUSY);
    THRUM_SIM_ASSERT(kind.destroy() == (destroyed == THRUM_OK ? THRUM_E_HANDLE : THRUM_OK));
    for (unsigned i = 0; i != kWaiters; ++i) {
      const bool late = answers[i] == THRUM_E_HANDLE && destroyed == THRUM_OK && !sleepers.had(i);
      const bool timed_out = answers[i] == THRUM_TIMEOUT && kTimes && i == 0;
      THRUM_SIM_ASSERT(answers[i] == THRUM_OK || late || timed_out);
    }
  }
};

template <class Model>
void explore_letting_go(const char* name, unsigned threads, const Bounds& bounds) {
  explore<Model>(name, threads, bounds, Misuse::expected);
}

}  // namespace model::handles

#endif
