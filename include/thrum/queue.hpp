// queue.hpp - thrum::Queue, LifoQueue, PriorityQueue and SimpleQueue, Python's of the same names.
#ifndef THRUM_QUEUE_HPP
#define THRUM_QUEUE_HPP

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "thrum/detail/layout.hpp"
#include "thrum/detail/queue_item.hpp"
#include "thrum/error.hpp"

namespace thrum {

namespace detail {

/// No order of its own: a queue that is no PriorityQueue.
struct NoCompare {};

/// The comparison of one call of put or get, and what it has thrown.
template <class T, class Compare>
class QueueCall {
 public:
  explicit QueueCall(const Compare& compare) noexcept : compare_(compare) {}

  void* pointer() noexcept { return this; }
  static int before(void* call, std::uint64_t a, std::uint64_t b) noexcept {
    auto& self = *static_cast<QueueCall*>(call);
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
    try {
      return self.compare_(QueueItem<T>::look(a), QueueItem<T>::look(b)) ? 1 : 0;
    } catch (...) {
      self.thrown_ = std::current_exception();
      return -1;
    }
#else
    return self.compare_(QueueItem<T>::look(a), QueueItem<T>::look(b)) ? 1 : 0;
#endif
  }
  /// The status, unless the comparison has failed: then throws what it has thrown.
  thrum_status checked(thrum_status status) const {
#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
    if (status == THRUM_E_FAILED) std::rethrow_exception(thrown_);
#endif
    return status;
  }

 private:
  const Compare& compare_;
  std::exception_ptr thrown_;
};

template <class T>
class QueueCall<T, NoCompare> {
 public:
  explicit QueueCall(const NoCompare&) noexcept {}
  void* pointer() noexcept { return nullptr; }
  static constexpr QueueBefore before = nullptr;
  thrum_status checked(thrum_status status) const noexcept { return status; }
};

/// What all queues are. The kind is one of queue_fifo, queue_lifo, queue_priority.
template <class T, std::uint64_t kind, class Compare>
class BasicQueue {
  static_assert(std::is_object_v<T> && !std::is_array_v<T> && !std::is_const_v<T>, "an item is a value");
  static_assert(std::is_move_constructible_v<T>, "an item is moved into the queue and out of it");

 public:
  BasicQueue(const BasicQueue&) = delete;
  BasicQueue& operator=(const BasicQueue&) = delete;
  /// Destroys the items that are left. No thread may use the queue any more.
  ~BasicQueue() { thrum_core_queue_close(state_, QueueItem<T>::dispose, nullptr); }

  /// Puts the item into the queue, waiting for room at most `timeout` seconds; threads that wait have it in
  /// the order in which they came. Full: there was no room in time. ShutDown: the queue has been shut down,
  /// if only meanwhile. ValueError: NaN or a negative timeout. OverflowError: above timeout_max. MemoryError.
  /// Where this throws, and whatever T throws, the queue is unchanged; so is the item, unless T can only be
  /// moved and its move throws. Queue.put.
  void put(const T& item, double timeout = no_timeout) { succeed(put_copy(item, timeout)); }
  void put(T&& item, double timeout = no_timeout) { succeed(put_moved(item, timeout)); }

  /// put without waiting. Queue.put_nowait.
  void put_nowait(const T& item) { put(item, 0); }
  void put_nowait(T&& item) { put(std::move(item), 0); }

  /// put that answers false in place of Full and ShutDown. The item is then the caller's still.
  bool try_put(const T& item, double timeout = 0) { return outcome(put_copy(item, timeout)); }
  bool try_put(T&& item, double timeout = 0) { return outcome(put_moved(item, timeout)); }

  /// Takes the item whose turn it is, waiting for one at most `timeout` seconds; threads that wait are served
  /// in the order in which they came. Empty: there was none in time. ShutDown: there is none, and the queue
  /// has been shut down. ValueError: NaN or a negative timeout. OverflowError: above timeout_max. Where T's
  /// move throws, the item is still in the queue, and its turn is next. Queue.get.
  T get(double timeout = no_timeout) {
    Getting getting(*this, timeout);
    succeed(getting.status());
    return getting.template item<T>();
  }

  /// get without waiting. Queue.get_nowait.
  T get_nowait() { return get(0); }

  /// get that answers nothing in place of Empty and ShutDown.
  std::optional<T> try_get(double timeout = 0) {
    Getting getting(*this, timeout);
    if (!outcome(getting.status())) return std::nullopt;
    return getting.template item<std::optional<T>>();
  }

  /// Says that the work on one item that was got is done. ValueError: as often as items have been put.
  /// Queue.task_done.
  void task_done() { check_status(thrum_core_queue_task_done(state_, 0)); }

  /// Waits until the work on every item that was put is done, at most `timeout` seconds: false where it was
  /// not. ValueError, OverflowError: as for put. Queue.join.
  bool join(double timeout = no_timeout) { return outcome(thrum_core_queue_join(state_, 0, timeout)); }

  /// From now on put throws ShutDown, and so does get once the queue is empty, those that wait already
  /// included. `immediate`: the items in the queue are destroyed at once and count as done. May be called
  /// again. Queue.shutdown.
  // In parentheses, as a library of sockets may have a macro of that name with two parameters.
  void(shutdown)(bool immediate = false) {
    check_status(thrum_core_queue_shutdown(state_, 0));
    std::uint64_t bits = 0;
    while (immediate && outcome(thrum_core_queue_drain(state_, 0, bits))) {
      QueueItem<T>::dispose(nullptr, bits);
    }
  }

  /// How many items are in the queue; whether there is none; whether there is no room. Another thread may
  /// have changed it when the call returns. Queue.qsize, .empty, .full.
  std::size_t qsize() const noexcept {
    std::size_t size = 0;
    static_cast<void>(thrum_core_queue_size(state_, 0, size));
    return size;
  }
  bool empty() const noexcept { return qsize() == 0; }
  bool full() const noexcept {
    const std::int64_t bound = maxsize();
    return bound > 0 && qsize() >= static_cast<std::uint64_t>(bound);
  }

  /// The bound that the queue was made with. Queue.maxsize.
  std::int64_t maxsize() const noexcept { return static_cast<std::int64_t>(load(state_.limit)); }

  /// For how many of the items that were put the work is not done. Queue.unfinished_tasks.
  std::size_t unfinished_tasks() const noexcept {
    std::size_t tasks = 0;
    static_cast<void>(thrum_core_queue_unfinished(state_, 0, tasks));
    return tasks;
  }

  /// Whether the queue has been shut down. Queue.is_shutdown.
  bool is_shutdown() const noexcept {
    bool shut_down = false;
    static_cast<void>(thrum_core_queue_is_shutdown(state_, 0, shut_down));
    return shut_down;
  }

  /// Makes the queue as new, empty and open, in a forked child. The items in it are destroyed, but for those
  /// that another thread was about to put or take, or all where it was about to change a queue without a ring
  /// (any but a Queue with a bound): these are abandoned. A queue that no thread was using at the fork is as
  /// it was and needs this not.
  void reinit_after_fork() {
    check_status(thrum_core_queue_reinit(state_, 0, QueueItem<T>::dispose, nullptr));
  }

 protected:
  constexpr BasicQueue() noexcept : state_(kind | peeks, Call::before) {}
  explicit BasicQueue(std::int64_t maxsize, const Compare& compare = Compare())
      : state_(kind | peeks, Call::before), compare_(compare) {
    check_status(thrum_core_queue_open(state_, maxsize));
  }

 private:
  using Call = QueueCall<T, Compare>;

  // An item whose move may throw is looked at first, with the queue locked, and taken when it has been moved.
  static constexpr bool looks_first = !std::is_nothrow_move_constructible_v<T>;
  static constexpr std::uint64_t peeks = looks_first ? queue_peeks : 0;

  /// A get that is under way.
  class Getting {
   public:
    Getting(BasicQueue& queue, double timeout) : queue_(queue), call_(queue.compare_) {
      if constexpr (looks_first) {
        status_ = thrum_core_queue_peek(queue.state_, entry_, timeout, call_.pointer());
      } else {
        status_ = thrum_core_queue_get(queue.state_, 0, entry_.item, timeout, call_.pointer());
      }
      status_ = call_.checked(status_);
    }
    Getting(const Getting&) = delete;
    Getting& operator=(const Getting&) = delete;
    ~Getting() {
      if constexpr (looks_first) {
        if (status_ == THRUM_OK) thrum_core_queue_take(queue_.state_, entry_, moved_, call_.pointer());
        if (moved_) QueueItem<T>::dispose(nullptr, entry_.item);
      }
    }

    thrum_status status() const noexcept { return status_; }

    /// The item, or an optional with it: moved once, to where the caller has it.
    template <class Result>
    Result item() {
      if constexpr (looks_first) {
        const Moved moved(*this);
        return Result(std::move(QueueItem<T>::look(entry_.item)));
      } else {
        return Result(QueueItem<T>::take(entry_.item));
      }
    }

   private:
    /// Notes, as it goes, whether the move went well.
    class Moved {
     public:
      explicit Moved(Getting& getting) noexcept : getting_(getting) {}
      Moved(const Moved&) = delete;
      Moved& operator=(const Moved&) = delete;
      ~Moved() { getting_.moved_ = std::uncaught_exceptions() == exceptions_; }

     private:
      Getting& getting_;
      const int exceptions_ = std::uncaught_exceptions();
    };

    BasicQueue& queue_;
    Call call_;
    QueueEntry entry_{};
    thrum_status status_;
    bool moved_ = false;
  };

  thrum_status put_item(QueueItem<T>& item, double timeout) {
    Call call(compare_);
    const thrum_status status = thrum_core_queue_put(state_, 0, item.bits(), timeout, call.pointer());
    if (status == THRUM_OK) item.release();
    return call.checked(status);
  }

  thrum_status put_copy(const T& value, double timeout) {
    QueueItem<T> item(value);
    return put_item(item, timeout);
  }

  thrum_status put_moved(T& value, double timeout) {
    QueueItem<T> item(std::move_if_noexcept(value));
    bool put = false;
    const Restoring restoring{item, value, put};
    const thrum_status status = put_item(item, timeout);
    put = status == THRUM_OK;
    return status;
  }

  /// Gives back the value that could not be put.
  struct Restoring {
    QueueItem<T>& item;
    T& value;
    const bool& put;
    ~Restoring() {
      if (!put) item.restore(value);
    }
  };

  /// Throws for any other status than THRUM_OK.
  static void succeed(thrum_status status) {
    if (status != THRUM_OK) raise(status);
  }

  QueueState state_;
  Compare compare_{};
};

}  // namespace detail

/// Items that threads put in and take out, the first that came in first. T is any type that can be moved.
///
/// Queue() has no bound; as a static it needs no initialiser. A Queue with a bound has its memory from the
/// start and never waits for a lock; it is best for items whose move throws nothing, and quickest for such as
/// have at most eight bytes and are trivially copyable: others are kept in memory of their own. The
/// destructor destroys the items that are left: a static queue must outlive the threads that use it.
/// Blocking, exit and fork are as thrum.h says.
///
/// T's move, where it may throw, runs with the queue locked and must not use the queue.
template <class T>
class Queue : public detail::BasicQueue<T, detail::queue_fifo, detail::NoCompare> {
 public:
  constexpr Queue() noexcept = default;
  /// At most `maxsize` items; 0 or below: any number. MemoryError. queue.Queue(maxsize).
  explicit Queue(std::int64_t maxsize)
      : detail::BasicQueue<T, detail::queue_fifo, detail::NoCompare>(maxsize) {}
};

/// As Queue, but the last that came in is the first to go out.
template <class T>
class LifoQueue : public detail::BasicQueue<T, detail::queue_lifo, detail::NoCompare> {
 public:
  constexpr LifoQueue() noexcept = default;
  /// queue.LifoQueue(maxsize).
  explicit LifoQueue(std::int64_t maxsize)
      : detail::BasicQueue<T, detail::queue_lifo, detail::NoCompare>(maxsize) {}
};

/// As Queue, but the least item is the first to go out, and of equal ones the first that came in.
///
/// compare(a, b) says whether a comes before b. It runs in the threads that put and get, while others that
/// use the queue wait: it must not use the queue. Where it throws, put and get do so and the queue is
/// unchanged.
template <class T, class Compare = std::less<T>>
class PriorityQueue : public detail::BasicQueue<T, detail::queue_priority, Compare> {
 public:
  constexpr PriorityQueue() noexcept = default;
  /// queue.PriorityQueue(maxsize).
  explicit PriorityQueue(std::int64_t maxsize, const Compare& compare = Compare())
      : detail::BasicQueue<T, detail::queue_priority, Compare>(maxsize, compare) {}
};

/// A Queue that never has a bound.
template <class T>
class SimpleQueue : public detail::BasicQueue<T, detail::queue_fifo, detail::NoCompare> {
 public:
  /// queue.SimpleQueue().
  constexpr SimpleQueue() noexcept = default;
};

}  // namespace thrum

#endif
