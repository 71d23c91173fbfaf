// explorer/explorer.hpp - runs a test again and again, another way each time, and says what it finds.
#ifndef THRUM_EXPLORER_EXPLORER_HPP
#define THRUM_EXPLORER_EXPLORER_HPP

#include "engine/image.hpp"
#include "engine/world.hpp"
#include "explorer/first_run.hpp"
#include "explorer/log.hpp"
#include "explorer/objects.hpp"
#include "explorer/outside.hpp"
#include "explorer/search.hpp"
#include "explorer/trace.hpp"
#include "explorer/turns.hpp"
#include "thrum/sim.h"

namespace thrum::sim {

/// What is explored: `body` in the calling thread. Or, where there are workers: `body` first, then the
/// workers all at once, then `check`, with nothing to decide in the first and the last.
struct Test {
  void (*body)(void* arg);
  void* arg;
  unsigned workers = 0;
  void (*work)(void* arg, unsigned worker) = nullptr;
  void (*check)(void* arg) = nullptr;
  /// Called after each whole run, with what tells it from those that differ in more than the order of steps
  /// which do not concern each other.
  void (*ended)(void* arg, std::uint64_t trace) = nullptr;
};

class Explorer final : public Director {
 public:
  Explorer(const thrum_sim_options& options, const Test& test) noexcept;
  Explorer(const Explorer&) = delete;
  Explorer& operator=(const Explorer&) = delete;
  ~Explorer();

  void explore() noexcept;
  /// Its strings are good as long as this lives.
  const thrum_sim_report& report() const noexcept { return result_; }
  void name(std::uint64_t object, const char* name) noexcept { log_.name(object, name); }

  /// The one under way, or null.
  static Explorer* active() noexcept;

  // For the watchdog.
  bool is_in_run() const noexcept { return world_.director() != nullptr; }
  /// For the handler of SIGSEGV, see outside.hpp.
  void skip_object() noexcept { outside_.skip(); }
  /// How many scheduling points there have been, in all runs.
  std::uint64_t points() const noexcept { return points_; }

  // In a thread of a run.

  /// Ends the run. Does not return.
  [[noreturn]] void finish(thrum_sim_outcome outcome, const char* message) noexcept;
  /// Ends it so when it ends.
  void add_failure(const char* message) noexcept;
  void entered(const Call& call) noexcept;
  void returned(const Call& call) noexcept;

  Thread& choose(Thread& current) noexcept override;
  unsigned choose_way(unsigned count) noexcept override;
  Thread* take(std::size_t stack_size) noexcept override;
  void touched(const void* object, Access access) noexcept override;
  [[noreturn]] void reported(const char* text) noexcept override;

 private:
  template <class Run>
  void tell_again(Run run) noexcept;
  template <class Run>
  void repeat_first(Run run) noexcept;
  bool limits_reached() const noexcept;

  // runs.cpp
  static void run_root(void* self, Thread* thread) noexcept(false);
  static void run_worker(void* self, Thread* thread) noexcept(false);
  static void greet_worker(void* self, Thread* thread) noexcept;
  void run(Search& search) noexcept;
  void prepare_workers() noexcept;
  void dismiss_workers() noexcept;
  void seat(Thread& thread) noexcept;
  unsigned place_of(const Thread& thread) const noexcept;

  // decisions.cpp
  void close_block(Thread& current) noexcept;
  Choice look_around(unsigned current) const noexcept;
  unsigned choose_place(unsigned current) noexcept;
  void note_departure(unsigned order) noexcept;

  // endings.cpp
  bool only_servants_left() const noexcept;
  [[noreturn]] void leave_run() noexcept;
  [[noreturn]] void cut() noexcept;
  [[noreturn]] void finish_departed() noexcept;
  [[noreturn]] void finish_changed(const char* call) noexcept;
  [[noreturn]] void finish_whole() noexcept;
  [[noreturn]] void finish_stuck() noexcept;
  const char* kind_left_over() const noexcept;

  // telling.cpp
  void note(Event::Kind kind, unsigned thread, const char* name, std::uint64_t object) noexcept;
  bool told_before() const noexcept;
  void tell_state() noexcept;
  void tell_extent() noexcept;
  void tell_page() noexcept;

  const thrum_sim_options options_;
  const Test test_;
  World& world_;
  Thread& caller_;
  Log log_;
  Trace trace_;
  Turns turns_;

  // The run under way. The first of the threads is the one that runs the body.
  Thread* threads_[kMostThreads] = {};  // and those of earlier runs, idle
  unsigned count_ = 0;
  unsigned workers_left_ = 0;
  Search* search_ = nullptr;
  std::uint64_t steps_ = 0;
  std::uint64_t points_ = 0;  // the same in all runs
  std::size_t decisions_ = 0;
  Footprint block_;
  bool tracks_;        // whether anybody wants to know what threads touch
  bool logs_ = false;  // writes down what happens
  thrum_sim_outcome outcome_ = THRUM_SIM_CLEAN;
  bool cut_ = false;
  char message_[256] = {};
  char failure_[256] = {};  // that has been added
  Objects objects_;         // that there were before it
  Array<Replay::Departure> departures_;

  // All of them.
  Outside outside_;
  FirstRun first_;
  Replay first_choices_;
  thrum_sim_report result_{};
  double deadline_ = 0;          // on the real clock
  std::uint64_t beginning_ = 0;  // of each, in virtual time
  Text state_;
  Text replay_;
  Text text_;
};

/// Explores a test; options as for thrum_sim_explore.
thrum_status explore(const thrum_sim_options* options, const Test& test, thrum_sim_report& report) noexcept;

}  // namespace thrum::sim

#endif
