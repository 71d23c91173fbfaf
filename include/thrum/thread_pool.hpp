// thread_pool.hpp - thrum::ThreadPool, Python's concurrent.futures.ThreadPoolExecutor.
#ifndef THRUM_THREAD_POOL_HPP
#define THRUM_THREAD_POOL_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "thrum/detail/layout.hpp"
#include "thrum/error.hpp"
#include "thrum/future.hpp"

namespace thrum {

namespace detail {

/// What a range's elements are copied to. Its references may be of a class that stands for them, which is of
/// no use once the range has gone.
template <class Iterator, class = void>
struct ValueOf {
  using Type = std::remove_cv_t<std::remove_reference_t<decltype(*std::declval<Iterator&>())>>;
};
template <class Iterator>
struct ValueOf<Iterator, std::void_t<typename Iterator::value_type>> {
  using Type = std::remove_cv_t<typename Iterator::value_type>;
};
template <class Range>
using ElementOf = typename ValueOf<decltype(std::begin(std::declval<Range&>()))>::Type;

/// An element among others: a vector of plain bools would have none that can be referred to.
template <class Element>
struct Kept {
  Element value;
};

}  // namespace detail

/// What a thread pool is created with.
struct ThreadPoolOptions {
  std::string thread_name_prefix;     ///< of "PREFIX_0", "PREFIX_1" ...; empty: "ThreadPool-N"
  std::function<void()> initializer;  ///< called by each worker first; where it throws, the pool is broken
};

/// Threads that do tasks, in the order in which they are submitted. They are started as tasks come and find
/// none of them idle, up to the number of workers. Destroying the pool waits until all tasks are done.
class ThreadPool {
 public:
  /// A pool of as many workers as there are processors and four more, at most 32. ThreadPoolExecutor().
  ThreadPool() : ThreadPool(default_workers()) {}

  /// A pool of at most `workers` threads. ValueError: it is not positive. OverflowError: above
  /// THRUM_POOL_MAX_WORKERS. ThreadPoolExecutor(max_workers).
  explicit ThreadPool(std::int64_t workers, ThreadPoolOptions options = {}) {
    if (workers < 0) detail::raise(THRUM_E_VALUE);
    // Here: a size_t of 32 bits would cut it.
    if (workers > THRUM_POOL_MAX_WORKERS) detail::raise(THRUM_E_OVERFLOW);
    auto initializer = std::make_unique<Initializer>(std::move(options.initializer));
    const bool any = static_cast<bool>(*initializer);
    detail::check_status(detail::thrum_core_pool_create(
        &handle_, static_cast<std::size_t>(workers), options.thread_name_prefix.c_str(),
        any ? initialize : nullptr, any ? initializer.get() : nullptr,
        any ? dispose_of_initializer : nullptr));
    if (any) static_cast<void>(initializer.release());
  }

  /// Moves the pool to another object, which leaves this one without: every call on it throws.
  ThreadPool(ThreadPool&& other) noexcept : handle_(std::exchange(other.handle_, thrum_pool{0})) {}
  ThreadPool& operator=(ThreadPool&& other) noexcept {
    ThreadPool moved(std::move(other));
    std::swap(handle_, moved.handle_);
    return *this;
  }
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// As shutdown(); in a task of the pool itself, as shutdown(false). Executor.__exit__.
  ~ThreadPool() {
    if (handle_.id == 0) return;
    static_cast<void>(thrum_pool_shutdown(handle_, 1, 0));
    detail::thrum_core_pool_release(handle_);
  }

  /// Has function(args...) called by a worker, with copies or what was moved in. A task may wait for those
  /// that were submitted before it. RuntimeError: the pool has been shut down (THRUM_E_SHUTDOWN), the process
  /// is (THRUM_E_EXITING), or there is no worker and the system refuses a thread (THRUM_E_AGAIN).
  /// BrokenThreadPool: an initializer has failed. ValueError: no worker, and thrum::stack_size is too small
  /// for one, as thrum_thread_start tells. Executor.submit.
  template <class Function, class... Args,
            class T = std::invoke_result_t<std::decay_t<Function>, std::decay_t<Args>...>>
  Future<T> submit(Function&& function, Args&&... args) {
    using Job = detail::Job<T, std::decay_t<Function>, std::decay_t<Args>...>;
    auto job = std::make_unique<Job>(std::forward<Function>(function), std::forward<Args>(args)...);
    const thrum_status status = detail::thrum_core_pool_submit(handle_, &Job::run, job.get(), job.get());
    if (status == THRUM_E_BROKEN) throw BrokenThreadPool(status);
    detail::check_status(status);
    return Future<T>(job.release());
  }

  /// What function(element) returns for copies of all elements of the range, in their order; nothing where it
  /// returns nothing. Each task takes `chunksize` elements. Throws what the first call threw that did, or
  /// TimeoutError where not all were done in `timeout` seconds; what has not begun is then cancelled.
  /// ValueError: chunksize is 0, or NaN. Executor.map.
  template <class Function, class Range>
  auto map(Function&& function, Range&& range, double timeout = no_timeout, std::size_t chunksize = 1) {
    using Element = detail::ElementOf<Range>;
    static_assert(!std::is_array_v<Element>, "an element is copied, as arrays cannot be");
    using Shared = std::decay_t<Function>;
    using T = std::invoke_result_t<Shared&, Element&>;
    if (chunksize == 0) detail::raise(THRUM_E_VALUE);
    const detail::Countdown countdown(timeout);
    // One copy for all tasks, which may outlive this call.
    const auto shared = std::make_shared<Shared>(std::forward<Function>(function));
    if constexpr (std::is_void_v<T>) {
      Batch<void> batch;
      for_each_chunk<Element>(range, chunksize, [&](Chunk<Element> chunk) {
        batch.futures.push_back(submit([shared, chunk = std::move(chunk)]() mutable {
          for (auto& element : chunk) std::invoke(*shared, element.value);
        }));
      });
      for (const auto& future : batch.futures) future.result(countdown.left());
    } else {
      using Values = std::vector<std::decay_t<T>>;
      Batch<Values> batch;
      for_each_chunk<Element>(range, chunksize, [&](Chunk<Element> chunk) {
        batch.futures.push_back(submit([shared, chunk = std::move(chunk)]() mutable {
          Values values;
          values.reserve(chunk.size());
          for (auto& element : chunk) values.push_back(std::invoke(*shared, element.value));
          return values;
        }));
      });
      Values results;
      for (const auto& future : batch.futures) {
        Values& values = future.result(countdown.left());
        results.insert(results.end(), std::make_move_iterator(values.begin()),
                       std::make_move_iterator(values.end()));
      }
      return results;
    }
  }

  /// Has the pool take no more tasks; those that have not begun are cancelled where `cancel_futures` is set.
  /// Waits until the rest is done and the workers have ended unless `wait` is not set. RuntimeError: a worker
  /// of the pool would wait for itself. Executor.shutdown.
  // In parentheses, as a library of sockets may have a macro of that name with two parameters.
  void(shutdown)(bool wait = true, bool cancel_futures = false) {
    detail::check_status(thrum_pool_shutdown(handle_, wait ? 1 : 0, cancel_futures ? 1 : 0));
  }

  /// The pool's handle in the C ABI, good as long as this object.
  thrum_pool handle() const noexcept { return handle_; }

 private:
  /// Futures of which those that are left behind are cancelled.
  template <class T>
  struct Batch {
    Batch() = default;
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    ~Batch() {
      for (auto& future : futures) future.cancel();
    }
    std::vector<Future<T>> futures;
  };

  template <class Element>
  using Chunk = std::vector<detail::Kept<Element>>;

  template <class Element, class Range, class Use>
  static void for_each_chunk(Range& range, std::size_t chunksize, Use use) {
    Chunk<Element> chunk;
    for (auto&& element : range) {
      chunk.push_back({static_cast<Element>(std::forward<decltype(element)>(element))});
      if (chunk.size() == chunksize) use(std::exchange(chunk, {}));
    }
    if (!chunk.empty()) use(std::move(chunk));
  }

  static std::int64_t default_workers() {
    const auto processors = static_cast<std::int64_t>(std::thread::hardware_concurrency());
    // In brackets, as these may be macros.
    return (std::min<std::int64_t>)(32, (std::max<std::int64_t>)(1, processors) + 4);
  }

  using Initializer = std::function<void()>;

  static int initialize(void* arg) {
    bool done = false;
    detail::guard([&] {
      (*static_cast<Initializer*>(arg))();
      done = true;
    });
    return done ? 0 : 1;
  }

  static void dispose_of_initializer(void* arg) { delete static_cast<Initializer*>(arg); }

  thrum_pool handle_{0};
};

}  // namespace thrum

#endif
