// once.hpp - thrum::Once: something that is done once.
#ifndef THRUM_ONCE_HPP
#define THRUM_ONCE_HPP

#include <functional>
#include <utility>

#include "thrum/detail/layout.hpp"
#include "thrum/error.hpp"

namespace thrum {

/// What the first caller does and the others wait for. Sixteen bytes, no destructor; `static thrum::Once
/// once;` needs no initialiser.
class Once {
 public:
  constexpr Once() noexcept = default;
  Once(const Once&) = delete;
  Once& operator=(const Once&) = delete;

  /// Calls function() unless a call by this object has returned before; where another thread is at it, waits
  /// for the end of that first, at most `timeout` seconds: false where it was still at it then. After an
  /// exception, which leaves this call, the next caller tries again. RuntimeError: called from within the
  /// function. ValueError: NaN. OverflowError: above timeout_max. std::call_once, with a timeout.
  template <class Function>
  bool call(Function&& function, double timeout = no_timeout) {
    const bool valid = !(timeout != timeout) && (timeout <= timeout_max || timeout == no_timeout);
    if (detail::in_line() && done() && valid) return true;
    const thrum_status status = detail::thrum_core_once_begin(state_, 0, timeout);
    if (status != detail::once_run) return detail::outcome(status);
    Run run(state_);
    static_cast<void>(std::invoke(std::forward<Function>(function)));
    run.succeeded = true;
    return true;
  }

  /// Whether it has been done; all the effects of it are visible then.
  bool done() const noexcept { return (detail::load(state_.word) & detail::once_done) != 0; }

 private:
  /// Says how the call ended, also where pthread_exit or an exception ended it.
  struct Run {
    explicit Run(detail::OnceState& once) noexcept : state(once) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() { detail::thrum_core_once_end(state, 0, succeeded); }

    detail::OnceState& state;
    bool succeeded = false;
  };

  detail::OnceState state_;
};

}  // namespace thrum

#endif
