// barrier.hpp - thrum::Barrier, Python's threading.Barrier.
#ifndef THRUM_BARRIER_HPP
#define THRUM_BARRIER_HPP

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "thrum/detail/layout.hpp"
#include "thrum/error.hpp"

namespace thrum {

/// A place where a number of threads wait for each other, again and again.
///
/// As a static without an action it needs no initialiser at run time.
class Barrier {
 public:
  /// A barrier for `parties` threads. `timeout` is that of every wait that has none of its own. ValueError:
  /// parties < 1, or NaN. OverflowError: the timeout is above timeout_max. threading.Barrier(parties,
  /// timeout=timeout).
  constexpr explicit Barrier(int parties, double timeout = no_timeout) : timeout_(timeout) {
    if (parties < 1) detail::raise(THRUM_E_VALUE);
    detail::check_timeout(timeout);
    state_.parties = parties;
  }

  /// The same; the last thread to come calls action() before any is let go. threading.Barrier(parties,
  /// action, timeout).
  template <class Action, class = std::enable_if_t<std::is_invocable_v<std::decay_t<Action>&>>>
  Barrier(int parties, Action&& action, double timeout = no_timeout) : Barrier(parties, timeout) {
    action_ = std::make_unique<ActionOf<std::decay_t<Action>>>(std::forward<Action>(action));
  }

  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;

  /// Waits until as many threads have come as the barrier is for; returns the place of this one in the order
  /// of arrival, from 0. The barrier is at once ready for the next round. `timeout` seconds; without one, the
  /// barrier's own. BrokenBarrierError: the barrier is broken, or broke, or was reset, or the time was up,
  /// which breaks it for all; a round that is full passes, and whose time is up while its action runs waits
  /// for the end of that. The time of who comes while an action runs begins at its end. What the action
  /// throws leaves the thread that ran it, and breaks the barrier for the others. RuntimeError: called from
  /// within the action. ValueError: NaN. OverflowError: above timeout_max. Barrier.wait.
  int wait(double timeout = no_timeout) {
    int index = 0;
    const double seconds = timeout < no_timeout || timeout != timeout ? timeout : timeout_;
    const thrum_status status =
        detail::thrum_core_barrier_wait(state_, 0, seconds, action_ != nullptr, index);
    if (status == detail::barrier_act) {
      act();
    } else {
      detail::check_status(status);
    }
    return index;
  }

  /// Makes a broken barrier whole. Threads that wait get BrokenBarrierError; a round whose action runs is
  /// full already and passes. Barrier.reset.
  void reset() { detail::check_status(detail::thrum_core_barrier_reset(state_, 0)); }

  /// Breaks the barrier, until it is reset. Barrier.abort.
  void abort() { detail::check_status(detail::thrum_core_barrier_abort(state_, 0)); }

  /// Barrier.parties.
  int parties() const noexcept { return state_.parties; }

  /// How many threads of the present round have come: all, while its action runs. Barrier.n_waiting.
  int n_waiting() const noexcept { return look().waiting; }

  /// Barrier.broken.
  bool broken() const noexcept { return look().broken; }

  /// Makes the barrier as new, in a forked child.
  void reinit_after_fork() { detail::check_status(detail::thrum_core_barrier_reinit(state_, 0)); }

 private:
  struct Action {
    virtual ~Action() = default;
    virtual void run() = 0;
  };
  template <class Function>
  struct ActionOf final : Action {
    explicit ActionOf(Function given) : function(std::move(given)) {}
    void run() override { static_cast<void>(std::invoke(function)); }
    Function function;
  };

  /// Lets the round go when the action is over, however that comes about: pthread_exit is no exception that a
  /// catch could keep.
  class Round {
   public:
    explicit Round(detail::BarrierState& state) noexcept : state_(state) {}
    Round(const Round&) = delete;
    Round& operator=(const Round&) = delete;
    ~Round() {
      if (!over_) static_cast<void>(detail::thrum_core_barrier_acted(state_, 0, false));
    }
    void pass() {
      over_ = true;
      detail::check_status(detail::thrum_core_barrier_acted(state_, 0, true));
    }

   private:
    detail::BarrierState& state_;
    bool over_ = false;
  };

  void act() {
    Round present(state_);
    action_->run();
    present.pass();
  }

  struct Look {
    int waiting;
    bool broken;
  };
  Look look() const noexcept {
    Look look{};
    detail::thrum_core_barrier_look(state_, look.waiting, look.broken);
    return look;
  }

  detail::BarrierState state_;
  double timeout_;
  std::unique_ptr<Action> action_;
};

}  // namespace thrum

#endif
