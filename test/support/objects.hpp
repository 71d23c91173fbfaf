// objects.hpp - one object of every type of the C ABI, whose handles a test throws at the functions.
#ifndef THRUM_TEST_SUPPORT_OBJECTS_HPP
#define THRUM_TEST_SUPPORT_OBJECTS_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "support/calls.hpp"
#include "thrum/error.hpp"

namespace support {

/// A live object of every type, in a state in which no call has to wait: free locks, the condition's
/// excepted, which the thread that made the objects holds; a set event; a unit; a thread, a timer and a task
/// that have ended; a barrier for one thread; an open latch; a once that is not done yet; an item whose task
/// is done already; a pool that has been shut down.
class Objects {
 public:
  Objects() {
    using thrum::detail::check_status;
    check_status(thrum_thread_create(&thread_, nullptr, detail::do_nothing, nullptr));
    check_status(thrum_thread_start(thread_));
    check_status(thrum_thread_join(thread_, THRUM_FOREVER));
    check_status(thrum_lock_create(&lock_));
    check_status(thrum_rlock_create(&rlock_));
    check_status(thrum_condition_create(&condition_));
    check_status(thrum_condition_acquire(condition_, THRUM_FOREVER));
    check_status(thrum_event_create(&event_));
    check_status(thrum_event_set(event_));
    check_status(thrum_semaphore_create(&semaphore_, 1));
    check_status(thrum_local_create(&local_, nullptr));
    check_status(thrum_local_set(local_, this));
    check_status(thrum_timer_create(&timer_, 0, detail::do_nothing, nullptr));
    check_status(thrum_timer_cancel(timer_));
    check_status(thrum_timer_start(timer_));
    check_status(thrum_barrier_create(&barrier_, 1, nullptr, nullptr, THRUM_FOREVER));
    check_status(thrum_latch_create(&latch_, 0));
    check_status(thrum_once_create(&once_));
    check_status(thrum_rwlock_create(&rwlock_));
    check_status(thrum_queue_create(&queue_, THRUM_QUEUE_FIFO, 5, nullptr));
    check_status(thrum_queue_put(queue_, nullptr, 0));
    check_status(thrum_queue_task_done(queue_));
    check_status(thrum_pool_create(&pool_, 1, nullptr));
    check_status(thrum_pool_submit(pool_, detail::do_nothing, nullptr, &future_));
    check_status(thrum_pool_shutdown(pool_, 1, 0));
  }
  Objects(const Objects&) = delete;
  Objects& operator=(const Objects&) = delete;
  ~Objects() { static_cast<void>(destroy()); }

  /// Ends all objects. Says whether each was still there and could be ended.
  bool destroy() {
    if (destroyed_) return true;
    destroyed_ = true;
    return thrum_thread_destroy(thread_) == THRUM_OK && thrum_lock_destroy(lock_) == THRUM_OK &&
           thrum_rlock_destroy(rlock_) == THRUM_OK && thrum_condition_release(condition_) == THRUM_OK &&
           thrum_condition_destroy(condition_) == THRUM_OK && thrum_event_destroy(event_) == THRUM_OK &&
           thrum_semaphore_destroy(semaphore_) == THRUM_OK && thrum_local_destroy(local_) == THRUM_OK &&
           thrum_timer_destroy(timer_) == THRUM_OK && thrum_barrier_destroy(barrier_) == THRUM_OK &&
           thrum_latch_destroy(latch_) == THRUM_OK && thrum_once_destroy(once_) == THRUM_OK &&
           thrum_rwlock_destroy(rwlock_) == THRUM_OK && thrum_queue_destroy(queue_) == THRUM_OK &&
           thrum_pool_destroy(pool_) == THRUM_OK && thrum_future_destroy(future_) == THRUM_OK;
  }

  /// The id of the object of this type; 0 for none.
  std::uint64_t id(Type type) const {
    switch (type) {
      case Type::thread: return thread_.id;
      case Type::lock: return lock_.id;
      case Type::rlock: return rlock_.id;
      case Type::condition: return condition_.id;
      case Type::event: return event_.id;
      case Type::semaphore: return semaphore_.id;
      case Type::local: return local_.id;
      case Type::timer: return timer_.id;
      case Type::barrier: return barrier_.id;
      case Type::latch: return latch_.id;
      case Type::once: return once_.id;
      case Type::rwlock: return rwlock_.id;
      case Type::queue: return queue_.id;
      case Type::pool: return pool_.id;
      case Type::future: return future_.id;
      case Type::none: break;
    }
    return 0;
  }

  /// All that can be asked about the objects.
  std::vector<std::string> state() const {
    int number = -1;
    std::size_t size = 0;
    std::uint64_t ident = 0;
    std::int64_t value = -1;
    char name[32] = "";
    void* own = nullptr;
    std::vector<std::string> state;
    const auto add = [&](const char* what, thrum_status status, auto answer) {
      state.push_back(std::string(what) + " " + thrum_status_name(status) + " " + std::to_string(answer()));
    };
    const auto a_number = [&] { return number; };
    add("lock locked", thrum_lock_locked(lock_, &number), a_number);
    add("rlock locked", thrum_rlock_locked(rlock_, &number), a_number);
    add("rlock owned", thrum_rlock_is_owned(rlock_, &number), a_number);
    add("rlock count", thrum_rlock_recursion_count(rlock_, &size), [&] { return size; });
    add("condition locked", thrum_condition_locked(condition_, &number), a_number);
    add("event set", thrum_event_is_set(event_, &number), a_number);
    add("semaphore value", thrum_semaphore_value(semaphore_, &value), [&] { return value; });
    add("local value", thrum_local_get(local_, &own), [&] { return own == this ? 1 : 0; });
    add("timer alive", thrum_timer_is_alive(timer_, &number), a_number);
    add("timer daemon", thrum_timer_daemon(timer_, &number), a_number);
    add("barrier broken", thrum_barrier_broken(barrier_, &number), a_number);
    add("barrier waiting", thrum_barrier_n_waiting(barrier_, &number), a_number);
    add("latch count", thrum_latch_count(latch_, &value), [&] { return value; });
    add("once done", thrum_once_done(once_, &number), a_number);
    add("rwlock readers", thrum_rwlock_readers(rwlock_, &size), [&] { return size; });
    add("rwlock write locked", thrum_rwlock_write_locked(rwlock_, &number), a_number);
    add("queue size", thrum_queue_qsize(queue_, &size), [&] { return size; });
    add("queue bound", thrum_queue_maxsize(queue_, &value), [&] { return value; });
    add("queue unfinished", thrum_queue_unfinished_tasks(queue_, &size), [&] { return size; });
    add("queue shut down", thrum_queue_is_shutdown(queue_, &number), a_number);
    add("future done", thrum_future_done(future_, &number), a_number);
    add("future cancelled", thrum_future_cancelled(future_, &number), a_number);
    add("pool shut down", thrum_pool_shutdown(pool_, 1, 1), [] { return 0; });
    add("thread alive", thrum_thread_is_alive(thread_, &number), a_number);
    add("thread daemon", thrum_thread_daemon(thread_, &number), a_number);
    add("thread ident", thrum_thread_ident(thread_, &ident), [&] { return ident; });
    add("thread name", thrum_thread_name(thread_, name, sizeof name, &size), [&] { return size; });
    state.push_back(name);
    add("threads", thrum_active_count(&size), [&] { return size; });
    add("stack size", thrum_stack_size(THRUM_STACK_SIZE_KEEP, &size), [&] { return size; });
    return state;
  }

 private:
  thrum_thread thread_{0};
  thrum_lock lock_{0};
  thrum_rlock rlock_{0};
  thrum_condition condition_{0};
  thrum_event event_{0};
  thrum_semaphore semaphore_{0};
  thrum_local local_{0};
  thrum_timer timer_{0};
  thrum_barrier barrier_{0};
  thrum_latch latch_{0};
  thrum_once once_{0};
  thrum_rwlock rwlock_{0};
  thrum_queue queue_{0};
  thrum_pool pool_{0};
  thrum_future future_{0};
  bool destroyed_ = false;
};

}  // namespace support

#endif
