// event.hpp - thrum::Event, Python's threading.Event.
#ifndef THRUM_EVENT_HPP
#define THRUM_EVENT_HPP

#include "thrum/detail/layout.hpp"
#include "thrum/error.hpp"

namespace thrum {

/// A flag that threads can wait for. Eight bytes, no destructor; as a static it needs no initialiser.
/// set and is_set may be called in signal handlers, as thrum.h says.
class Event {
 public:
  constexpr Event() noexcept = default;
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  /// Sets the flag. Every thread that waits at this moment returns true, even if clear() follows at once.
  /// Event.set.
  void set() {
    if (detail::try_change(word_, detail::event_clear, detail::event_set)) return;
    detail::check_status(detail::thrum_core_event_set(word_, 0));
  }

  /// Clears the flag. Event.clear.
  void clear() {
    if (detail::try_change(word_, detail::event_set, detail::event_clear)) return;
    detail::check_status(detail::thrum_core_event_clear(word_, 0));
  }

  /// Event.is_set.
  bool is_set() const noexcept { return (detail::load(word_) & detail::event_set) != 0; }

  /// Waits until the flag is set, however long that takes. Event.wait().
  void wait() {
    if (detail::in_line() && is_set()) return;
    wait(no_timeout);
  }

  /// Waits until the flag is set, at most `timeout` seconds: false where it was not. ValueError: NaN.
  /// OverflowError: above timeout_max. Event.wait(timeout).
  bool wait(double timeout) { return detail::outcome(detail::thrum_core_event_wait(word_, 0, timeout)); }

  /// Forgets who waited, in a forked child; the flag stays. Event._at_fork_reinit.
  void reinit_after_fork() { detail::check_status(detail::thrum_core_event_reinit(word_, 0)); }

 private:
  detail::Word word_;
};

}  // namespace thrum

#endif
