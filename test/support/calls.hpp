// calls.hpp - every function of the C ABI that takes an argument which can be wrong, in one table, so that
// a test can throw the same faults at all of them.
#ifndef THRUM_TEST_SUPPORT_CALLS_HPP
#define THRUM_TEST_SUPPORT_CALLS_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "thrum/thrum.h"

namespace support {

/// The type of the handle that a function takes.
enum class Type {
  none,
  thread,
  lock,
  rlock,
  condition,
  event,
  semaphore,
  local,
  timer,
  barrier,
  latch,
  once,
  rwlock,
  queue,
  pool,
  future,
};

inline constexpr std::array types{
    Type::thread,     //
    Type::lock,       //
    Type::rlock,      //
    Type::condition,  //
    Type::event,      //
    Type::semaphore,  //
    Type::local,      //
    Type::timer,      //
    Type::barrier,    //
    Type::latch,      //
    Type::once,       //
    Type::rwlock,     //
    Type::queue,      //
    Type::pool,       //
    Type::future,     //
};

/// What a function does with its timeout.
enum class Timeout {
  none,           ///< it has none
  not_negative,   ///< refuses a negative one
  from_zero,      ///< takes a negative one as 0
  always_passes,  ///< as from_zero, and waits even where nothing is to be waited for
};

/// The memory behind a call's pointers, which shows whether it has been written to.
class Memory {
 public:
  static constexpr int pointers = 2;

  Memory() {
    for (auto& bytes : bytes_) bytes.fill(untouched_byte);
  }

  /// Makes the pointer with this index NULL.
  void leave_out(int index) { left_out_ = index; }

  /// Where a function may store a result.
  template <class Result>
  Result* output(int index) {
    return index == left_out_ ? nullptr
                              : reinterpret_cast<Result*>(bytes_[static_cast<std::size_t>(index)].data());
  }

  /// What a function may read or call.
  template <class Argument>
  Argument input(int index, Argument argument) const {
    return index == left_out_ ? nullptr : argument;
  }

  bool untouched() const {
    return std::all_of(bytes_.begin(), bytes_.end(), [](const auto& bytes) {
      return std::all_of(bytes.begin(), bytes.end(),
                         [](unsigned char found) { return found == untouched_byte; });
    });
  }

 private:
  static constexpr unsigned char untouched_byte = 0xA5;
  static constexpr std::size_t capacity = 64;

  alignas(16) std::array<std::array<unsigned char, capacity>, pointers> bytes_;
  int left_out_ = -1;
};

/// The arguments of a call that a test varies; the others are good.
struct Arguments {
  std::uint64_t id;
  double timeout;
  Memory& memory;

  template <class Result>
  Result* output(int index) const {
    return memory.output<Result>(index);
  }
  template <class Argument>
  Argument input(int index, Argument argument) const {
    return memory.input(index, argument);
  }
};

struct Call {
  Type type;  ///< of the handle
  const char* name;
  Timeout timeout;
  int pointers;  ///< that must not be NULL
  thrum_status (*function)(const Arguments&);

  thrum_status operator()(const Arguments& arguments) const { return function(arguments); }
};

namespace detail {
inline void do_nothing(void*) {}
inline int always_true(void*) { return 1; }
inline const thrum_except_info no_info{0, {0}, nullptr, nullptr};
inline int succeed(void*) { return 0; }
inline thrum_once_flag flag = THRUM_ONCE_FLAG_INIT;  // done with the first call that is made
inline void ignore_future(thrum_future, void*) {}
}  // namespace detail

// A row: name, type of the handle, what it does with a timeout, pointers, and the arguments out of `given`.
#define THRUM_CALL(name, type, timeout, pointers, ...)                                                      \
  Call {                                                                                                    \
    Type::type, #name, Timeout::timeout, pointers, [](const Arguments& given) { return name(__VA_ARGS__); } \
  }

inline const std::vector<Call> calls{
    THRUM_CALL(thrum_lock_create, none, none, 1, given.output<thrum_lock>(0)),
    THRUM_CALL(thrum_lock_destroy, lock, none, 0, {given.id}),
    THRUM_CALL(thrum_lock_acquire, lock, not_negative, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_lock_release, lock, none, 0, {given.id}),
    THRUM_CALL(thrum_lock_locked, lock, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_lock_reinit_after_fork, lock, none, 0, {given.id}),

    THRUM_CALL(thrum_rlock_create, none, none, 1, given.output<thrum_rlock>(0)),
    THRUM_CALL(thrum_rlock_destroy, rlock, none, 0, {given.id}),
    THRUM_CALL(thrum_rlock_acquire, rlock, not_negative, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_rlock_release, rlock, none, 0, {given.id}),
    THRUM_CALL(thrum_rlock_acquire_as, rlock, not_negative, 0, {given.id}, 7, given.timeout),
    THRUM_CALL(thrum_rlock_release_as, rlock, none, 0, {given.id}, 7),
    THRUM_CALL(thrum_rlock_locked, rlock, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_rlock_is_owned, rlock, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_rlock_recursion_count, rlock, none, 1, {given.id}, given.output<std::size_t>(0)),
    THRUM_CALL(thrum_rlock_reinit_after_fork, rlock, none, 0, {given.id}),

    THRUM_CALL(thrum_condition_create, none, none, 1, given.output<thrum_condition>(0)),
    THRUM_CALL(thrum_condition_create_with_lock, lock, none, 1, given.output<thrum_condition>(0), {given.id}),
    THRUM_CALL(thrum_condition_create_with_rlock, rlock, none, 1, given.output<thrum_condition>(0),
               {given.id}),
    THRUM_CALL(thrum_condition_destroy, condition, none, 0, {given.id}),
    THRUM_CALL(thrum_condition_acquire, condition, not_negative, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_condition_release, condition, none, 0, {given.id}),
    THRUM_CALL(thrum_condition_wait, condition, always_passes, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_condition_wait_for, condition, from_zero, 1, {given.id},
               given.input(0, detail::always_true), nullptr, given.timeout),
    THRUM_CALL(thrum_condition_notify, condition, none, 0, {given.id}, 1),
    THRUM_CALL(thrum_condition_notify_all, condition, none, 0, {given.id}),
    THRUM_CALL(thrum_condition_locked, condition, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_condition_reinit_after_fork, condition, none, 0, {given.id}),

    THRUM_CALL(thrum_event_create, none, none, 1, given.output<thrum_event>(0)),
    THRUM_CALL(thrum_event_destroy, event, none, 0, {given.id}),
    THRUM_CALL(thrum_event_set, event, none, 0, {given.id}),
    THRUM_CALL(thrum_event_clear, event, none, 0, {given.id}),
    THRUM_CALL(thrum_event_is_set, event, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_event_wait, event, from_zero, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_event_reinit_after_fork, event, none, 0, {given.id}),

    THRUM_CALL(thrum_semaphore_create, none, none, 1, given.output<thrum_semaphore>(0), 1),
    THRUM_CALL(thrum_semaphore_create_bounded, none, none, 1, given.output<thrum_semaphore>(0), 1),
    THRUM_CALL(thrum_semaphore_destroy, semaphore, none, 0, {given.id}),
    THRUM_CALL(thrum_semaphore_acquire, semaphore, from_zero, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_semaphore_release, semaphore, none, 0, {given.id}, 1),
    THRUM_CALL(thrum_semaphore_value, semaphore, none, 1, {given.id}, given.output<std::int64_t>(0)),
    THRUM_CALL(thrum_semaphore_reinit_after_fork, semaphore, none, 0, {given.id}),

    THRUM_CALL(thrum_local_create, none, none, 1, given.output<thrum_local>(0), nullptr),
    THRUM_CALL(thrum_local_destroy, local, none, 0, {given.id}),
    THRUM_CALL(thrum_local_get, local, none, 1, {given.id}, given.output<void*>(0)),
    THRUM_CALL(thrum_local_set, local, none, 0, {given.id}, nullptr),

    THRUM_CALL(thrum_timer_create, none, from_zero, 2, given.output<thrum_timer>(0), given.timeout,
               given.input(1, detail::do_nothing), nullptr),
    THRUM_CALL(thrum_timer_start, timer, none, 0, {given.id}),
    THRUM_CALL(thrum_timer_cancel, timer, none, 0, {given.id}),
    THRUM_CALL(thrum_timer_join, timer, from_zero, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_timer_is_alive, timer, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_timer_daemon, timer, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_timer_set_daemon, timer, none, 0, {given.id}, 1),
    THRUM_CALL(thrum_timer_thread, timer, none, 1, {given.id}, given.output<thrum_thread>(0)),
    THRUM_CALL(thrum_timer_destroy, timer, none, 0, {given.id}),
    THRUM_CALL(thrum_timer_detach, timer, none, 0, {given.id}),

    THRUM_CALL(thrum_pool_create, none, none, 1, given.output<thrum_pool>(0), 1, nullptr),
    THRUM_CALL(thrum_pool_submit, pool, none, 1, {given.id}, given.input(0, detail::do_nothing), nullptr,
               given.output<thrum_future>(1)),
    THRUM_CALL(thrum_pool_shutdown, pool, none, 0, {given.id}, 1, 1),
    THRUM_CALL(thrum_pool_destroy, pool, none, 0, {given.id}),

    THRUM_CALL(thrum_future_wait, future, from_zero, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_future_cancel, future, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_future_cancelled, future, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_future_running, future, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_future_done, future, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_future_add_done_callback, future, none, 1, {given.id},
               given.input(0, detail::ignore_future), nullptr),
    THRUM_CALL(thrum_future_destroy, future, none, 0, {given.id}),

    THRUM_CALL(thrum_register_atexit, none, none, 1, given.input(0, detail::do_nothing), nullptr),

    THRUM_CALL(thrum_barrier_create, none, from_zero, 1, given.output<thrum_barrier>(0), 1, nullptr, nullptr,
               given.timeout),
    THRUM_CALL(thrum_barrier_destroy, barrier, none, 0, {given.id}),
    THRUM_CALL(thrum_barrier_wait, barrier, from_zero, 0, {given.id}, given.timeout, given.output<int>(0)),
    THRUM_CALL(thrum_barrier_reset, barrier, none, 0, {given.id}),
    THRUM_CALL(thrum_barrier_abort, barrier, none, 0, {given.id}),
    THRUM_CALL(thrum_barrier_parties, barrier, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_barrier_n_waiting, barrier, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_barrier_broken, barrier, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_barrier_reinit_after_fork, barrier, none, 0, {given.id}),

    THRUM_CALL(thrum_latch_create, none, none, 1, given.output<thrum_latch>(0), 1),
    THRUM_CALL(thrum_latch_destroy, latch, none, 0, {given.id}),
    THRUM_CALL(thrum_latch_count_down, latch, none, 0, {given.id}, 0),
    THRUM_CALL(thrum_latch_wait, latch, from_zero, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_latch_arrive_and_wait, latch, from_zero, 0, {given.id}, 0, given.timeout),
    THRUM_CALL(thrum_latch_count, latch, none, 1, {given.id}, given.output<std::int64_t>(0)),
    THRUM_CALL(thrum_latch_reinit_after_fork, latch, none, 0, {given.id}),

    THRUM_CALL(thrum_once_create, none, none, 1, given.output<thrum_once>(0)),
    THRUM_CALL(thrum_once_destroy, once, none, 0, {given.id}),
    THRUM_CALL(thrum_once_call, once, from_zero, 1, {given.id}, given.input(0, detail::succeed), nullptr,
               given.timeout),
    THRUM_CALL(thrum_once_done, once, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_call_once, none, from_zero, 2, given.input(0, &detail::flag),
               given.input(1, detail::succeed), nullptr, given.timeout),

    THRUM_CALL(thrum_rwlock_create, none, none, 1, given.output<thrum_rwlock>(0)),
    THRUM_CALL(thrum_rwlock_destroy, rwlock, none, 0, {given.id}),
    THRUM_CALL(thrum_rwlock_acquire_read, rwlock, not_negative, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_rwlock_release_read, rwlock, none, 0, {given.id}),
    THRUM_CALL(thrum_rwlock_acquire_write, rwlock, not_negative, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_rwlock_release_write, rwlock, none, 0, {given.id}),
    THRUM_CALL(thrum_rwlock_readers, rwlock, none, 1, {given.id}, given.output<std::size_t>(0)),
    THRUM_CALL(thrum_rwlock_write_locked, rwlock, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_rwlock_reinit_after_fork, rwlock, none, 0, {given.id}),

    THRUM_CALL(thrum_queue_create, none, none, 1, given.output<thrum_queue>(0), THRUM_QUEUE_FIFO, 5, nullptr),
    THRUM_CALL(thrum_queue_destroy, queue, none, 0, {given.id}),
    THRUM_CALL(thrum_queue_put, queue, not_negative, 0, {given.id}, nullptr, given.timeout),
    THRUM_CALL(thrum_queue_get, queue, not_negative, 1, {given.id}, given.output<void*>(0), given.timeout),
    THRUM_CALL(thrum_queue_task_done, queue, none, 0, {given.id}),
    THRUM_CALL(thrum_queue_join, queue, not_negative, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_queue_shutdown, queue, none, 0, {given.id}, 1),
    THRUM_CALL(thrum_queue_qsize, queue, none, 1, {given.id}, given.output<std::size_t>(0)),
    THRUM_CALL(thrum_queue_empty, queue, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_queue_full, queue, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_queue_maxsize, queue, none, 1, {given.id}, given.output<std::int64_t>(0)),
    THRUM_CALL(thrum_queue_unfinished_tasks, queue, none, 1, {given.id}, given.output<std::size_t>(0)),
    THRUM_CALL(thrum_queue_is_shutdown, queue, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_queue_reinit_after_fork, queue, none, 0, {given.id}),

    THRUM_CALL(thrum_thread_create, none, none, 2, given.output<thrum_thread>(0), nullptr,
               given.input(1, detail::do_nothing), nullptr),
    THRUM_CALL(thrum_thread_start, thread, none, 0, {given.id}),
    THRUM_CALL(thrum_thread_join, thread, from_zero, 0, {given.id}, given.timeout),
    THRUM_CALL(thrum_thread_is_alive, thread, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_thread_destroy, thread, none, 0, {given.id}),
    THRUM_CALL(thrum_thread_detach, thread, none, 0, {given.id}),
    THRUM_CALL(thrum_thread_name, thread, none, 1, {given.id}, given.output<char>(0), 8,
               given.output<std::size_t>(1)),
    THRUM_CALL(thrum_thread_set_name, thread, none, 1, {given.id}, given.input(0, "renamed")),
    THRUM_CALL(thrum_thread_daemon, thread, none, 1, {given.id}, given.output<int>(0)),
    THRUM_CALL(thrum_thread_set_daemon, thread, none, 0, {given.id}, 1),
    THRUM_CALL(thrum_thread_ident, thread, none, 1, {given.id}, given.output<std::uint64_t>(0)),
    THRUM_CALL(thrum_thread_native_id, thread, none, 1, {given.id}, given.output<std::uint64_t>(0)),
    THRUM_CALL(thrum_current_thread, none, none, 1, given.output<thrum_thread>(0)),
    THRUM_CALL(thrum_main_thread, none, none, 1, given.output<thrum_thread>(0)),
    THRUM_CALL(thrum_enumerate, none, none, 2, given.output<thrum_thread>(0), 1,
               given.output<std::size_t>(1)),
    THRUM_CALL(thrum_active_count, none, none, 1, given.output<std::size_t>(0)),
    THRUM_CALL(thrum_excepthook, none, none, 1, given.input<const thrum_except_info*>(0, &detail::no_info)),
    THRUM_CALL(thrum_get_thread_hooks, none, none, 1, given.output<thrum_thread_hooks>(0)),
    THRUM_CALL(thrum_stack_size, none, none, 0, THRUM_STACK_SIZE_KEEP, given.output<std::size_t>(0)),
};

#undef THRUM_CALL

/// The functions that no argument can be wrong for.
inline const std::vector<const char*> calls_without_faults{
    "thrum_version",        "thrum_status_name",        "thrum_strerror",
    "thrum_shutdown",       "thrum_get_ident",          "thrum_get_native_id",
    "thrum_set_excepthook", "thrum_default_excepthook", "thrum_set_thread_hooks",
};

}  // namespace support

#endif
