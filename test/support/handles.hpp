// handles.hpp - the C ABI's objects but its queues under the names and manners of the C++ classes, so that
// one test can hold both to the same behaviour: TEMPLATE_TEST_CASE("...", "[lock]", thrum::Lock,
// handle::Lock).
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

using thrum::detail::check_status;
using thrum::detail::outcome;

class Lock {
 public:
  Lock() { check_status(thrum_lock_create(&raw)); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
  ~Lock() { static_cast<void>(thrum_lock_destroy(raw)); }

  bool acquire(double timeout = thrum::no_timeout) { return outcome(thrum_lock_acquire(raw, timeout)); }
  void release() { check_status(thrum_lock_release(raw)); }
  bool locked() const {
    int out = -1;
    check_status(thrum_lock_locked(raw, &out));
    return out == 1;
  }
  void reinit_after_fork() { check_status(thrum_lock_reinit_after_fork(raw)); }

  thrum_lock raw{0};
};

class RLock {
 public:
  RLock() { check_status(thrum_rlock_create(&raw)); }
  RLock(const RLock&) = delete;
  RLock& operator=(const RLock&) = delete;
  ~RLock() { static_cast<void>(thrum_rlock_destroy(raw)); }

  bool acquire(double timeout = thrum::no_timeout) { return outcome(thrum_rlock_acquire(raw, timeout)); }
  void release() { check_status(thrum_rlock_release(raw)); }
  bool acquire_as(std::uint64_t owner, double timeout = thrum::no_timeout) {
    return outcome(thrum_rlock_acquire_as(raw, owner, timeout));
  }
  void release_as(std::uint64_t owner) { check_status(thrum_rlock_release_as(raw, owner)); }
  bool locked() const {
    int out = -1;
    check_status(thrum_rlock_locked(raw, &out));
    return out == 1;
  }
  bool is_owned() const {
    int out = -1;
    check_status(thrum_rlock_is_owned(raw, &out));
    return out == 1;
  }
  std::size_t recursion_count() const {
    std::size_t out = SIZE_MAX;
    check_status(thrum_rlock_recursion_count(raw, &out));
    return out;
  }
  void reinit_after_fork() { check_status(thrum_rlock_reinit_after_fork(raw)); }

  thrum_rlock raw{0};
};

class Condition {
 public:
  Condition() { check_status(thrum_condition_create(&raw)); }
  explicit Condition(Lock& lock) { check_status(thrum_condition_create_with_lock(&raw, lock.raw)); }
  explicit Condition(RLock& lock) { check_status(thrum_condition_create_with_rlock(&raw, lock.raw)); }
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;
  ~Condition() { static_cast<void>(thrum_condition_destroy(raw)); }

  bool acquire(double timeout = thrum::no_timeout) { return outcome(thrum_condition_acquire(raw, timeout)); }
  void release() { check_status(thrum_condition_release(raw)); }
  bool wait(double timeout = thrum::no_timeout) { return outcome(thrum_condition_wait(raw, timeout)); }
  template <class Predicate>
  bool wait_for(Predicate predicate, double timeout = thrum::no_timeout) {
    const auto call = [](void* arg) { return (*static_cast<Predicate*>(arg))() ? 1 : 0; };
    return outcome(thrum_condition_wait_for(raw, call, &predicate, timeout));
  }
  void notify(int n = 1) { check_status(thrum_condition_notify(raw, n)); }
  void notify_all() { check_status(thrum_condition_notify_all(raw)); }
  bool locked() const {
    int out = -1;
    check_status(thrum_condition_locked(raw, &out));
    return out == 1;
  }
  void reinit_after_fork() { check_status(thrum_condition_reinit_after_fork(raw)); }

  thrum_condition raw{0};
};

class Event {
 public:
  Event() { check_status(thrum_event_create(&raw)); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() { static_cast<void>(thrum_event_destroy(raw)); }

  void set() { check_status(thrum_event_set(raw)); }
  void clear() { check_status(thrum_event_clear(raw)); }
  bool is_set() const {
    int out = -1;
    check_status(thrum_event_is_set(raw, &out));
    return out == 1;
  }
  bool wait(double timeout = thrum::no_timeout) { return outcome(thrum_event_wait(raw, timeout)); }
  void reinit_after_fork() { check_status(thrum_event_reinit_after_fork(raw)); }

  thrum_event raw{0};
};

class BaseSemaphore {
 public:
  BaseSemaphore(const BaseSemaphore&) = delete;
  BaseSemaphore& operator=(const BaseSemaphore&) = delete;

  bool acquire(double timeout = thrum::no_timeout) { return outcome(thrum_semaphore_acquire(raw, timeout)); }
  void release(std::int64_t n = 1) { check_status(thrum_semaphore_release(raw, n)); }
  std::int64_t value() const {
    std::int64_t out = -1;
    check_status(thrum_semaphore_value(raw, &out));
    return out;
  }

  thrum_semaphore raw{0};

 protected:
  BaseSemaphore() = default;
  ~BaseSemaphore() { static_cast<void>(thrum_semaphore_destroy(raw)); }
};

class Semaphore : public BaseSemaphore {
 public:
  explicit Semaphore(std::int64_t value = 1) { check_status(thrum_semaphore_create(&raw, value)); }
  void reinit_after_fork() { check_status(thrum_semaphore_reinit_after_fork(raw)); }
};

class BoundedSemaphore : public BaseSemaphore {
 public:
  explicit BoundedSemaphore(std::int64_t value = 1) {
    check_status(thrum_semaphore_create_bounded(&raw, value));
  }
  void reinit_after_fork() { check_status(thrum_semaphore_reinit_after_fork(raw)); }
};

/// Ends the timer: what it calls is a member.
class Timer {
 public:
  template <class Function>
  Timer(double interval, Function function) : function_(std::move(function)) {
    check_status(thrum_timer_create(
        &raw, interval, [](void* self) { static_cast<Timer*>(self)->function_(); }, this));
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() {
    static_cast<void>(thrum_timer_cancel(raw));
    static_cast<void>(thrum_timer_join(raw, THRUM_FOREVER));
    static_cast<void>(thrum_timer_destroy(raw));
  }

  void start() { check_status(thrum_timer_start(raw)); }
  void cancel() { check_status(thrum_timer_cancel(raw)); }
  bool join(double timeout = thrum::no_timeout) const { return outcome(thrum_timer_join(raw, timeout)); }
  bool is_alive() const {
    int out = -1;
    check_status(thrum_timer_is_alive(raw, &out));
    return out == 1;
  }
  bool daemon() const {
    int out = -1;
    check_status(thrum_timer_daemon(raw, &out));
    return out == 1;
  }
  void set_daemon(bool daemon) { check_status(thrum_timer_set_daemon(raw, daemon ? 1 : 0)); }
  thrum::ThreadRef thread() const {
    thrum_thread out{0};
    check_status(thrum_timer_thread(raw, &out));
    return thrum::ThreadRef(out);
  }

  thrum_timer raw{0};

 private:
  std::function<void()> function_;
};

namespace detail {
/// Calls the function behind the pointer; an exception, which C cannot pass on, is a failure.
template <class Function>
int succeeded(void* function) {
  try {
    (*static_cast<Function*>(function))();
  } catch (const thrum::Error&) {
    return 1;
  }
  return 0;
}
}  // namespace detail

/// What the action throws as a thrum::Error is the RuntimeError of THRUM_E_FAILED.
class Barrier {
 public:
  explicit Barrier(int parties, double timeout = thrum::no_timeout) {
    check_status(thrum_barrier_create(&raw, parties, nullptr, nullptr, timeout));
  }
  Barrier(int parties, std::function<void()> action, double timeout = thrum::no_timeout)
      : action_(std::move(action)) {
    check_status(
        thrum_barrier_create(&raw, parties, detail::succeeded<std::function<void()>>, &action_, timeout));
  }
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;
  ~Barrier() { static_cast<void>(thrum_barrier_destroy(raw)); }

  int wait(double timeout = thrum::no_timeout) {
    int index = -1;
    check_status(thrum_barrier_wait(raw, timeout, &index));
    return index;
  }
  void reset() { check_status(thrum_barrier_reset(raw)); }
  void abort() { check_status(thrum_barrier_abort(raw)); }
  int parties() const { return ask(thrum_barrier_parties); }
  int n_waiting() const { return ask(thrum_barrier_n_waiting); }
  bool broken() const { return ask(thrum_barrier_broken) == 1; }
  void reinit_after_fork() { check_status(thrum_barrier_reinit_after_fork(raw)); }

  thrum_barrier raw{0};

 private:
  int ask(thrum_status (*function)(thrum_barrier, int*)) const {
    int out = -1;
    check_status(function(raw, &out));
    return out;
  }

  std::function<void()> action_;
};

class Latch {
 public:
  explicit Latch(std::int64_t count) { check_status(thrum_latch_create(&raw, count)); }
  Latch(const Latch&) = delete;
  Latch& operator=(const Latch&) = delete;
  ~Latch() { static_cast<void>(thrum_latch_destroy(raw)); }

  void count_down(std::int64_t n = 1) { check_status(thrum_latch_count_down(raw, n)); }
  bool wait(double timeout = thrum::no_timeout) { return outcome(thrum_latch_wait(raw, timeout)); }
  bool try_wait() const { return count() == 0; }
  bool arrive_and_wait(std::int64_t n = 1, double timeout = thrum::no_timeout) {
    return outcome(thrum_latch_arrive_and_wait(raw, n, timeout));
  }
  std::int64_t count() const {
    std::int64_t out = -1;
    check_status(thrum_latch_count(raw, &out));
    return out;
  }
  void reinit_after_fork() { check_status(thrum_latch_reinit_after_fork(raw)); }

  thrum_latch raw{0};
};

/// What the function throws as a thrum::Error is the RuntimeError of THRUM_E_FAILED.
class Once {
 public:
  Once() { check_status(thrum_once_create(&raw)); }
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;
  ~Once() { static_cast<void>(thrum_once_destroy(raw)); }

  template <class Function>
  bool call(Function function, double timeout = thrum::no_timeout) {
    return outcome(thrum_once_call(raw, detail::succeeded<Function>, &function, timeout));
  }
  bool done() const {
    int out = -1;
    check_status(thrum_once_done(raw, &out));
    return out == 1;
  }

  thrum_once raw{0};
};

/// The same by a flag.
class OnceFlag {
 public:
  template <class Function>
  bool call(Function function, double timeout = thrum::no_timeout) {
    return outcome(thrum_call_once(&raw, detail::succeeded<Function>, &function, timeout));
  }
  bool done() {
    const auto fail = [](void*) { return 1; };
    return thrum_call_once(&raw, fail, nullptr, 0) == THRUM_OK;
  }

  thrum_once_flag raw = THRUM_ONCE_FLAG_INIT;
};

class RWLock {
 public:
  RWLock() { check_status(thrum_rwlock_create(&raw)); }
  RWLock(const RWLock&) = delete;
  RWLock& operator=(const RWLock&) = delete;
  ~RWLock() { static_cast<void>(thrum_rwlock_destroy(raw)); }

  bool acquire_read(double timeout = thrum::no_timeout) {
    return outcome(thrum_rwlock_acquire_read(raw, timeout));
  }
  void release_read() { check_status(thrum_rwlock_release_read(raw)); }
  bool acquire_write(double timeout = thrum::no_timeout) {
    return outcome(thrum_rwlock_acquire_write(raw, timeout));
  }
  void release_write() { check_status(thrum_rwlock_release_write(raw)); }
  std::size_t readers() const {
    std::size_t out = SIZE_MAX;
    check_status(thrum_rwlock_readers(raw, &out));
    return out;
  }
  bool write_locked() const {
    int out = -1;
    check_status(thrum_rwlock_write_locked(raw, &out));
    return out == 1;
  }
  void reinit_after_fork() { check_status(thrum_rwlock_reinit_after_fork(raw)); }

  thrum_rwlock raw{0};
};

}  // namespace handle

#endif
