// future.hpp - thrum::Future, Python's concurrent.futures.Future, and waiting for several of them.
#ifndef THRUM_FUTURE_HPP
#define THRUM_FUTURE_HPP

#include <algorithm>
#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include "thrum/detail/job.hpp"
#include "thrum/detail/layout.hpp"
#include "thrum/error.hpp"
#include "thrum/thread.hpp"

namespace thrum {

template <class T>
class Future;
class ThreadPool;

namespace detail {

class Awaited;

template <class T>
std::vector<Future<T>> distinct(std::vector<Future<T>> futures);
template <class T>
Awaited watch(const std::vector<Future<T>>& futures);

}  // namespace detail

/// What becomes of a task: pending -> running -> finished, or pending -> cancelled. Copies refer to the same
/// task, as in Python; what it returned or threw goes with the last of them. concurrent.futures.Future.
template <class T>
class Future {
 public:
  /// Refers to no task; every call on it throws RuntimeError.
  Future() noexcept = default;
  Future(const Future& other) noexcept : outcome_(other.outcome_) {
    if (outcome_ != nullptr) detail::thrum_core_future_retain(*outcome_);
  }
  Future(Future&& other) noexcept : outcome_(std::exchange(other.outcome_, nullptr)) {}
  Future& operator=(Future other) noexcept {
    std::swap(outcome_, other.outcome_);
    return *this;
  }
  ~Future() {
    if (outcome_ != nullptr) detail::thrum_core_future_release(*outcome_);
  }

  /// What the task returned, waiting for it at most `timeout` seconds; a reference that is good as long as a
  /// future of the task, and may be moved from. Throws what the task threw. TimeoutError: it is not done in
  /// time. CancelledError: it was cancelled. BrokenThreadPool: an initializer of the pool failed.
  /// RuntimeError (THRUM_E_FAILED): the task left by pthread_exit. ValueError: NaN. OverflowError: above
  /// timeout_max. Future.result.
  std::add_lvalue_reference_t<T> result(double timeout = no_timeout) const& {
    require_value(timeout);
    if constexpr (std::is_reference_v<T>) {
      return **outcome_->value;
    } else if constexpr (!std::is_void_v<T>) {
      return *outcome_->value;
    }
  }

  /// The same of a future that is about to go, as in pool.submit(f).result(): moves the value out.
  T result(double timeout = no_timeout) && {
    require_value(timeout);
    if constexpr (std::is_reference_v<T>) {
      return static_cast<T>(**outcome_->value);
    } else if constexpr (!std::is_void_v<T>) {
      return std::move(*outcome_->value);
    }
  }

  /// What the task threw, or null, waiting for its end at most `timeout` seconds; a BrokenThreadPool where an
  /// initializer of the pool failed. Throws as result does otherwise. Future.exception.
  std::exception_ptr exception(double timeout = no_timeout) const {
    const thrum_status status = detail::thrum_core_future_wait(outcome(), timeout);
    if (status == THRUM_E_BROKEN) return std::make_exception_ptr(BrokenThreadPool(status));
    require_finished(status);
    return outcome_->exception;
  }

  /// Waits until the task is finished or cancelled, at most `timeout` seconds: false where it was not.
  bool wait(double timeout = no_timeout) const {
    const thrum_status status = detail::thrum_core_future_wait(outcome(), timeout);
    return status != THRUM_TIMEOUT && (status == THRUM_E_BROKEN || (detail::check_status(status), true));
  }

  /// Cancels the task unless it has begun: whether it is cancelled now. Future.cancel.
  bool cancel() { return detail::thrum_core_future_cancel(outcome()); }

  /// Future.cancelled.
  bool cancelled() const { return state() == detail::future_cancelled; }
  /// Future.running.
  bool running() const { return state() == detail::future_running; }
  /// Whether the task is finished or cancelled. Future.done.
  bool done() const { return state() >= detail::future_cancelled; }

  /// Has function(future), or function(), called when the task is finished or cancelled, by the thread that
  /// brings that about; at once where it is already. Those of one task are called in the order in which they
  /// were added. An exception that leaves one is reported on standard error. Future.add_done_callback.
  template <class Function>
  void add_done_callback(Function&& function) {
    using Decayed = std::decay_t<Function>;
    if constexpr (std::is_invocable_v<Decayed, Future>) {
      add_call([future = *this, function = Decayed(std::forward<Function>(function))]() mutable {
        function(std::move(future));
      });
    } else {
      add_call(std::forward<Function>(function));
    }
  }

  friend bool operator==(const Future& a, const Future& b) noexcept { return a.outcome_ == b.outcome_; }
  friend bool operator!=(const Future& a, const Future& b) noexcept { return !(a == b); }

 private:
  friend class ThreadPool;
  template <class U>
  friend std::vector<Future<U>> detail::distinct(std::vector<Future<U>> futures);
  template <class U>
  friend detail::Awaited detail::watch(const std::vector<Future<U>>& futures);
  explicit Future(detail::Outcome<T>* outcome) noexcept : outcome_(outcome) {}

  detail::Outcome<T>& outcome() const {
    if (outcome_ == nullptr) detail::raise(THRUM_E_HANDLE);
    return *outcome_;
  }

  std::uint64_t state() const { return detail::load(outcome().word) & detail::future_states; }

  static void require_finished(thrum_status status) {
    switch (status) {
      case THRUM_OK: return;
      case THRUM_TIMEOUT: throw TimeoutError(status);
      case THRUM_CANCELLED: throw CancelledError(status);
      case THRUM_E_BROKEN: throw BrokenThreadPool(status);
      default: detail::raise(status);
    }
  }

  void require_value(double timeout) const {
    require_finished(detail::thrum_core_future_wait(outcome(), timeout));
    if (outcome_->exception != nullptr) std::rethrow_exception(outcome_->exception);
    if (!outcome_->value) detail::raise(THRUM_E_FAILED);
  }

  template <class Function>
  void add_call(Function&& function) {
    auto call = detail::make_call(std::forward<Function>(function));
    using Call = typename decltype(call)::element_type;
    detail::check_status(detail::thrum_core_future_add_call(
        outcome(), [](thrum_future /*none*/, void* arg) { Call::run(arg); }, call.get(), &Call::dispose));
    static_cast<void>(call.release());
  }

  detail::Outcome<T>* outcome_ = nullptr;
};

namespace detail {

/// The futures, each of them once.
template <class T>
std::vector<Future<T>> distinct(std::vector<Future<T>> futures) {
  std::unordered_set<const void*> seen;
  const auto is_seen = [&seen](const Future<T>& future) { return !seen.insert(future.outcome_).second; };
  futures.erase(std::remove_if(futures.begin(), futures.end(), is_seen), futures.end());
  return futures;
}

/// The places of several futures in the order in which they are done, for one thread that asks for them.
class Awaited {
 public:
  explicit Awaited(std::size_t count) : arrivals_(thrum_core_arrivals_create(count)) {
    if (arrivals_ == nullptr) raise(THRUM_E_NOMEM);
  }

  void watch(std::size_t place, FutureState& future) noexcept {
    thrum_core_arrivals_watch(*arrivals_, place, future);
  }

  /// The next one; none where it does not come in time.
  std::optional<std::size_t> next(double timeout) {
    std::size_t place = 0;
    const thrum_status status = thrum_core_arrivals_next(*arrivals_, timeout, place);
    if (status == THRUM_TIMEOUT) return std::nullopt;
    check_status(status);
    return place;
  }

 private:
  struct End {
    void operator()(Arrivals* arrivals) const noexcept { thrum_core_arrivals_end(*arrivals); }
  };
  std::unique_ptr<Arrivals, End> arrivals_;
};

template <class T>
Awaited watch(const std::vector<Future<T>>& futures) {
  Awaited arrivals(futures.size());
  for (std::size_t place = 0; place < futures.size(); ++place)
    arrivals.watch(place, futures[place].outcome());
  return arrivals;
}

/// The time that is left until a number of seconds from now.
class Countdown {
 public:
  explicit Countdown(double seconds) : seconds_(seconds), start_(thrum_core_now()) { check_timeout(seconds); }
  double left() const {
    if (seconds_ == no_timeout) return no_timeout;
    const double left = seconds_ - static_cast<double>(thrum_core_now() - start_) * 1e-9;
    return left > 0 ? left : 0;
  }

 private:
  double seconds_;
  std::uint64_t start_;
};

}  // namespace detail

/// When wait returns.
enum class ReturnWhen {
  all_completed,    ///< ALL_COMPLETED: all are finished or cancelled
  first_completed,  ///< FIRST_COMPLETED: one is
  first_exception,  ///< FIRST_EXCEPTION: one has thrown, or all are finished or cancelled
};

/// What wait found, in the order of its argument, each future once.
template <class T>
struct DoneAndNotDone {
  std::vector<Future<T>> done;
  std::vector<Future<T>> not_done;
};

/// Waits for the futures, at most `timeout` seconds; not for their call-backs. ValueError: NaN.
/// OverflowError: above timeout_max. MemoryError. concurrent.futures.wait.
template <class T>
DoneAndNotDone<T> wait(const std::vector<Future<T>>& some, double timeout = no_timeout,
                       ReturnWhen return_when = ReturnWhen::all_completed) {
  const detail::Countdown countdown(timeout);
  const std::vector<Future<T>> futures = detail::distinct(some);
  if (return_when == ReturnWhen::all_completed) {
    for (const Future<T>& future : futures) {
      if (!future.wait(countdown.left())) break;
    }
  } else {
    detail::Awaited arrivals = detail::watch(futures);
    for (std::size_t count = 0; count < futures.size(); ++count) {
      const std::optional<std::size_t> place = arrivals.next(countdown.left());
      if (!place || return_when == ReturnWhen::first_completed) break;
      const Future<T>& future = futures[*place];
      if (!future.cancelled() && future.exception() != nullptr) break;
    }
  }
  DoneAndNotDone<T> found;
  for (const Future<T>& future : futures) (future.done() ? found.done : found.not_done).push_back(future);
  return found;
}

/// The futures as they are done: for (Future<T> future : as_completed(futures)). A future that is there twice
/// comes once. Like a generator it can be moved and not copied, and goes on where it was left when it is
/// begun again. An input range of C++20, which waits when an iterator is dereferenced: who takes two of it
/// does not wait for a third.
template <class T>
class AsCompleted {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Future<T>;
    using difference_type = std::ptrdiff_t;
    using pointer = const Future<T>*;
    using reference = const Future<T>&;

    Iterator() noexcept = default;

    /// Waits for the future whose turn it is. TimeoutError: it was not done in time.
    reference operator*() const { return owner_->current(); }
    pointer operator->() const { return std::addressof(owner_->current()); }
    Iterator& operator++() {
      owner_->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.end() == b.end(); }
    friend bool operator!=(const Iterator& a, const Iterator& b) noexcept { return !(a == b); }

   private:
    friend class AsCompleted;
    explicit Iterator(AsCompleted* owner) noexcept : owner_(owner) {}
    bool end() const noexcept { return owner_ == nullptr || owner_->end_reached(); }

    AsCompleted* owner_ = nullptr;
  };

  AsCompleted(AsCompleted&&) noexcept = default;
  AsCompleted& operator=(AsCompleted&&) noexcept = default;
  AsCompleted(const AsCompleted&) = delete;
  AsCompleted& operator=(const AsCompleted&) = delete;
  ~AsCompleted() = default;

  Iterator begin() {
    if (has_current_) advance();
    return Iterator(this);
  }
  Iterator end() noexcept { return Iterator(); }

 private:
  template <class U>
  friend AsCompleted<U> as_completed(std::vector<Future<U>> futures, double timeout);
  AsCompleted(std::vector<Future<T>> futures, double timeout)
      : countdown_(timeout),
        futures_(detail::distinct(std::move(futures))),
        arrivals_(detail::watch(futures_)) {}

  const Future<T>& current() {
    if (!has_current_) {
      const std::optional<std::size_t> place = arrivals_.next(countdown_.left());
      if (!place) throw TimeoutError(THRUM_TIMEOUT);
      // Nothing here keeps it longer than the loop has it.
      current_ = std::move(futures_[*place]);
      has_current_ = true;
      ++given_;
    }
    return current_;
  }

  /// Goes on to the next; where nobody has looked at the one before, that is left out.
  void advance() {
    static_cast<void>(current());
    current_ = Future<T>();
    has_current_ = false;
  }

  bool end_reached() const noexcept { return given_ >= futures_.size() && !has_current_; }

  detail::Countdown countdown_;
  std::vector<Future<T>> futures_;
  detail::Awaited arrivals_;
  std::size_t given_ = 0;
  Future<T> current_;
  bool has_current_ = false;
};

/// The futures in the order in which they are done, those that are already first, for at most `timeout`
/// seconds in all; each comes whether its call-backs have been called or not. ValueError: NaN. OverflowError:
/// above timeout_max. MemoryError. concurrent.futures.as_completed.
template <class T>
AsCompleted<T> as_completed(std::vector<Future<T>> futures, double timeout = no_timeout) {
  return AsCompleted<T>(std::move(futures), timeout);
}

}  // namespace thrum

#endif
