// handles.hpp - the C ABI's objects under the names and manners of the C++ classes, so that one test can
// hold both to the same behaviour: TEMPLATE_TEST_CASE("...", "[lock]", thrum::Lock, handle::Lock).
//
// A destructor ignores the status of its destroy: what a test leaves held stays behind.
#ifndef THRUM_TEST_SUPPORT_HANDLES_HPP
#define THRUM_TEST_SUPPORT_HANDLES_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

#include "thrum/error.hpp"
#include "thrum/thread.hpp"

namespace handle {

using thrum::detail::check;
using thrum::detail::outcome;

class Lock {
 public:
  Lock() { check(thrum_lock_create(&raw)); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { static_cast<void>(thrum_lock_destroy(raw)); }

  bool acquire(double timeout = thrum::forever) { return outcome(thrum_lock_acquire(raw, timeout)); }
  void release() { check(thrum_lock_release(raw)); }
  bool locked() const {
    int out = -1;
    check(thrum_lock_locked(raw, &out));
    return out == 1;
  }
  void reinit_after_fork() { check(thrum_lock_reinit_after_fork(raw)); }

  thrum_lock raw{0};
};

class RLock {
 public:
  RLock() { check(thrum_rlock_create(&raw)); }
  RLock(const RLock&) = delete;
  RLock& operator=(const RLock&) = delete;
  ~RLock() { static_cast<void>(thrum_rlock_destroy(raw)); }

  bool acquire(double timeout = thrum::forever) { return outcome(thrum_rlock_acquire(raw, timeout)); }
  void release() { check(thrum_rlock_release(raw)); }
  bool acquire_as(std::uint64_t owner, double timeout = thrum::forever) {
    return outcome(thrum_rlock_acquire_as(raw, owner, timeout));
  }
  void release_as(std::uint64_t owner) { check(thrum_rlock_release_as(raw, owner)); }
  bool locked() const {
    int out = -1;
    check(thrum_rlock_locked(raw, &out));
    return out == 1;
  }
  bool is_owned() const {
    int out = -1;
    check(thrum_rlock_is_owned(raw, &out));
    return out == 1;
  }
  std::size_t recursion_count() const {
    std::size_t out = SIZE_MAX;
    check(thrum_rlock_recursion_count(raw, &out));
    return out;
  }
  void reinit_after_fork() { check(thrum_rlock_reinit_after_fork(raw)); }

  thrum_rlock raw{0};
};

class Condition {
 public:
  Condition() { check(thrum_condition_create(&raw)); }
  explicit Condition(Lock& lock) { check(thrum_condition_create_with_lock(&raw, lock.raw)); }
  explicit Condition(RLock& lock) { check(thrum_condition_create_with_rlock(&raw, lock.raw)); }
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;
  ~Condition() { static_cast<void>(thrum_condition_destroy(raw)); }

  bool acquire(double timeout = thrum::forever) { return outcome(thrum_condition_acquire(raw, timeout)); }
  void release() { check(thrum_condition_release(raw)); }
  bool wait(double timeout = thrum::forever) { return outcome(thrum_condition_wait(raw, timeout)); }
  template <class Predicate>
  bool wait_for(Predicate predicate, double timeout = thrum::forever) {
    const auto call = [](void* arg) { return (*static_cast<Predicate*>(arg))() ? 1 : 0; };
    return outcome(thrum_condition_wait_for(raw, call, &predicate, timeout));
  }
  void notify(int n = 1) { check(thrum_condition_notify(raw, n)); }
  void notify_all() { check(thrum_condition_notify_all(raw)); }
  bool locked() const {
    int out = -1;
    check(thrum_condition_locked(raw, &out));
    return out == 1;
  }
  void reinit_after_fork() { check(thrum_condition_reinit_after_fork(raw)); }

  thrum_condition raw{0};
};

class Event {
 public:
  Event() { check(thrum_event_create(&raw)); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { static_cast<void>(thrum_event_destroy(raw)); }

  void set() { check(thrum_event_set(raw)); }
  void clear() { check(thrum_event_clear(raw)); }
  bool is_set() const {
    int out = -1;
    check(thrum_event_is_set(raw, &out));
    return out == 1;
  }
  bool wait(double timeout = thrum::forever) { return outcome(thrum_event_wait(raw, timeout)); }
  void reinit_after_fork() { check(thrum_event_reinit_after_fork(raw)); }

  thrum_event raw{0};
};

class BaseSemaphore {
 public:
  BaseSemaphore(const BaseSemaphore&) = delete;
  BaseSemaphore& operator=(const BaseSemaphore&) = delete;

  bool acquire(double timeout = thrum::forever) { return outcome(thrum_semaphore_acquire(raw, timeout)); }
  void release(std::int64_t n = 1) { check(thrum_semaphore_release(raw, n)); }
  std::int64_t value() const {
    std::int64_t out = -1;
    check(thrum_semaphore_value(raw, &out));
    return out;
  }

  thrum_semaphore raw{0};

 protected:
  BaseSemaphore() = default;
  ~BaseSemaphore() { static_cast<void>(thrum_semaphore_destroy(raw)); }
};

class Semaphore : public BaseSemaphore {
 public:
  explicit Semaphore(std::int64_t value = 1) { check(thrum_semaphore_create(&raw, value)); }
  void reinit_after_fork() { check(thrum_semaphore_reinit_after_fork(raw)); }
};

class BoundedSemaphore : public BaseSemaphore {
 public:
  explicit BoundedSemaphore(std::int64_t value = 1) { check(thrum_semaphore_create_bounded(&raw, value)); }
  void reinit_after_fork() { check(thrum_semaphore_reinit_after_fork(raw)); }
};

/// Ends the timer: what it calls is a member.
class Timer {
 public:
  template <class Function>
  Timer(double interval, Function function) : function_(std::move(function)) {
    check(thrum_timer_create(
        &raw, interval, [](void* self) { static_cast<Timer*>(self)->function_(); }, this));
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() {
    static_cast<void>(thrum_timer_cancel(raw));
    static_cast<void>(thrum_timer_join(raw, THRUM_FOREVER));
    static_cast<void>(thrum_timer_destroy(raw));
  }

  void start() { check(thrum_timer_start(raw)); }
  void cancel() { check(thrum_timer_cancel(raw)); }
  bool join(double timeout = thrum::forever) const { return outcome(thrum_timer_join(raw, timeout)); }
  bool is_alive() const {
    int out = -1;
    check(thrum_timer_is_alive(raw, &out));
    return out == 1;
  }
  bool daemon() const {
    int out = -1;
    check(thrum_timer_daemon(raw, &out));
    return out == 1;
  }
  void set_daemon(bool daemon) { check(thrum_timer_set_daemon(raw, daemon ? 1 : 0)); }
  thrum::ThreadRef thread() const {
    thrum_thread out{0};
    check(thrum_timer_thread(raw, &out));
    return thrum::ThreadRef(out);
  }

  thrum_timer raw{0};

 private:
  std::function<void()> function_;
};

}  // namespace handle

#endif
