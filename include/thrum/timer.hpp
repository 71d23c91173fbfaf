// timer.hpp - thrum::Timer, Python's threading.Timer.
#ifndef THRUM_TIMER_HPP
#define THRUM_TIMER_HPP

#include <type_traits>
#include <utility>

#include "thrum/detail/layout.hpp"
#include "thrum/error.hpp"
#include "thrum/thread.hpp"

namespace thrum {

/// Calls a function after some time, in a thread of its own, unless it is cancelled before: created, then
/// started, then ended. A timer that waits for its time costs no thread.
///
/// It runs a callable, moved in with its arguments as by Thread. An exception that leaves it is reported as
/// a thread's is. The callable is destroyed once it has been called, or by the cancel that comes before.
///
/// Destroying the object does not cancel the timer: it goes on without it, as a Thread does.
class Timer {
 public:
  /// A timer that will call function(args...) `interval` seconds after its start; a negative interval is 0.
  /// It is a daemon if the calling thread is one. ValueError: NaN. OverflowError: above timeout_max.
  /// threading.Timer(interval, function, args).
  template <class Function, class... Args,
            class = std::enable_if_t<std::is_invocable_v<std::decay_t<Function>, std::decay_t<Args>...>>>
  Timer(double interval, Function&& function, Args&&... args) {
    auto call = detail::make_call(std::forward<Function>(function), std::forward<Args>(args)...);
    using Call = typename decltype(call)::element_type;
    detail::check_status(
        detail::thrum_core_timer_create(&handle_, interval, &Call::run, call.get(), &Call::dispose));
    static_cast<void>(call.release());
  }

  /// Moves the timer to another object, which leaves this one without: every call on it throws.
  Timer(Timer&& other) noexcept : handle_(std::exchange(other.handle_, thrum_timer{0})) {}
  Timer& operator=(Timer&& other) noexcept {
    Timer moved(std::move(other));
    std::swap(handle_, moved.handle_);
    return *this;
  }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() {
    if (handle_.id != 0) detail::thrum_core_timer_release(handle_);
  }

  /// Starts the timer; one that was cancelled before ends at once and calls nothing. RuntimeError: started
  /// before, refused by the system (start may then be tried again), or the process is past waiting for its
  /// threads. Timer.start.
  void start() { detail::check_status(thrum_timer_start(handle_)); }

  /// Unless the function has been called already, it never will be. At any time, any number of times, and
  /// in the function itself, for which it does not wait. Timer.cancel.
  void cancel() { detail::check_status(thrum_timer_cancel(handle_)); }

  /// Waits until the timer has ended, at most `timeout` seconds: false where it had not. RuntimeError: the
  /// calling thread is the timer's, or it was not started. ValueError: NaN. OverflowError: above
  /// timeout_max. Timer.join.
  bool join(double timeout = no_timeout) const { return detail::outcome(thrum_timer_join(handle_, timeout)); }

  /// Whether the timer has been started and has not ended. Timer.is_alive.
  bool is_alive() const { return flag(thrum_timer_is_alive); }

  /// Whether the process may end while the timer is alive. Timer.daemon.
  bool daemon() const { return flag(thrum_timer_daemon); }
  /// RuntimeError: the timer has been started. Timer.daemon = daemon.
  void set_daemon(bool daemon) { detail::check_status(thrum_timer_set_daemon(handle_, daemon ? 1 : 0)); }

  /// The thread that the function runs in, or ran in. RuntimeError: there is none, since the timer's time
  /// has not come, or it was cancelled before.
  ThreadRef thread() const {
    thrum_thread thread{0};
    detail::check_status(thrum_timer_thread(handle_, &thread));
    return ThreadRef(thread);
  }

  /// The timer's handle in the C ABI, good as long as this object.
  thrum_timer handle() const noexcept { return handle_; }

 private:
  bool flag(thrum_status (*get)(thrum_timer, int*) noexcept) const {
    int value = 0;
    detail::check_status(get(handle_, &value));
    return value != 0;
  }

  thrum_timer handle_{0};
};

}  // namespace thrum

#endif
