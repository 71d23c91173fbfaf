// types.hpp - how an object of each type is made, and used for a moment.
#ifndef THRUM_TEST_HANDLE_TYPES_HPP
#define THRUM_TEST_HANDLE_TYPES_HPP

#include <cstdint>

#include "support/calls.hpp"
#include "thrum/thread_pool.hpp"
#include "thrum/thrum.h"

namespace support {

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
/// The worker behind the first of them lives on; who counts threads makes one before.
struct FutureType {
  using Handle = thrum_future;
  static thrum_status create(Handle* out) {
    static const thrum::ThreadPool pool(1);
    return thrum_pool_submit(pool.handle(), support::detail::do_nothing, nullptr, out);
  }
  static thrum_status destroy(Handle handle) { return thrum_future_destroy(handle); }
  static thrum_status use(Handle handle) { return thrum_future_wait(handle, THRUM_FOREVER); }
};

}  // namespace support

#endif
