// queue_handles.hpp - the C ABI's queues under the names and manners of the C++ classes, as handles.hpp has
// the other objects.
#ifndef THRUM_TEST_SUPPORT_QUEUE_HANDLES_HPP
#define THRUM_TEST_SUPPORT_QUEUE_HANDLES_HPP

#include <cstddef>
#include <cstdint>
#include <optional>

#include "thrum/error.hpp"

namespace handle {

using thrum::detail::check_status;
using thrum::detail::outcome;

/// A queue of numbers, which are the pointers.
class BaseQueue {
 public:
  BaseQueue(const BaseQueue&) = delete;
  BaseQueue& operator=(const BaseQueue&) = delete;

  void put(int item, double timeout = thrum::no_timeout) {
    succeed(thrum_queue_put(raw, pointer(item), timeout));
  }
  void put_nowait(int item) { put(item, 0); }
  bool try_put(int item, double timeout = 0) { return outcome(thrum_queue_put(raw, pointer(item), timeout)); }
  int get(double timeout = thrum::no_timeout) {
    void* item = nullptr;
    succeed(thrum_queue_get(raw, &item, timeout));
    return number(item);
  }
  int get_nowait() { return get(0); }
  std::optional<int> try_get(double timeout = 0) {
    void* item = nullptr;
    if (!outcome(thrum_queue_get(raw, &item, timeout))) return std::nullopt;
    return number(item);
  }
  void task_done() { check_status(thrum_queue_task_done(raw)); }
  bool join(double timeout = thrum::no_timeout) { return outcome(thrum_queue_join(raw, timeout)); }
  void shutdown(bool immediate = false) { check_status(thrum_queue_shutdown(raw, immediate ? 1 : 0)); }
  std::size_t qsize() const { return ask<std::size_t>(thrum_queue_qsize); }
  bool empty() const { return ask<int>(thrum_queue_empty) == 1; }
  bool full() const { return ask<int>(thrum_queue_full) == 1; }
  std::int64_t maxsize() const { return ask<std::int64_t>(thrum_queue_maxsize); }
  std::size_t unfinished_tasks() const { return ask<std::size_t>(thrum_queue_unfinished_tasks); }
  bool is_shutdown() const { return ask<int>(thrum_queue_is_shutdown) == 1; }
  void reinit_after_fork() { check_status(thrum_queue_reinit_after_fork(raw)); }

  static void* pointer(int item) { return reinterpret_cast<void*>(static_cast<std::intptr_t>(item)); }
  static int number(const void* item) { return static_cast<int>(reinterpret_cast<std::intptr_t>(item)); }

  thrum_queue raw{0};

 protected:
  BaseQueue(int kind, std::int64_t maxsize) {
    thrum_queue_options options = THRUM_QUEUE_OPTIONS_INIT;
    options.compare = [](const void* a, const void* b, void*) { return number(a) - number(b); };
    check_status(thrum_queue_create(&raw, kind, maxsize, &options));
  }
  ~BaseQueue() { static_cast<void>(thrum_queue_destroy(raw)); }

 private:
  static void succeed(thrum_status status) {
    if (status != THRUM_OK) thrum::detail::raise(status);
  }
  template <class Result>
  Result ask(thrum_status (*function)(thrum_queue, Result*) noexcept) const {
    Result result{};
    check_status(function(raw, &result));
    return result;
  }
};

class Queue : public BaseQueue {
 public:
  explicit Queue(std::int64_t maxsize = 0) : BaseQueue(THRUM_QUEUE_FIFO, maxsize) {}
};

class LifoQueue : public BaseQueue {
 public:
  explicit LifoQueue(std::int64_t maxsize = 0) : BaseQueue(THRUM_QUEUE_LIFO, maxsize) {}
};

class PriorityQueue : public BaseQueue {
 public:
  explicit PriorityQueue(std::int64_t maxsize = 0) : BaseQueue(THRUM_QUEUE_PRIORITY, maxsize) {}
};

class SimpleQueue : public BaseQueue {
 public:
  SimpleQueue() : BaseQueue(THRUM_QUEUE_SIMPLE, 0) {}
};

}  // namespace handle

#endif
