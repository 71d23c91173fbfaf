// explorer/explorer.cpp - runs a test again and again, until there is no other way, a limit or a fault.
#include "explorer/explorer.hpp"

#include <cstring>
#include <ctime>

#include "core/thread/hooks.hpp"
#include "explorer/signals.hpp"
#include "explorer/watchdog.hpp"

namespace thrum::sim {

namespace {

constexpr std::uint64_t kRunsByLot = 10000;

// Not set back between two runs: it does not change while there are any.
Explorer* under_way = nullptr;

/// The process's, not virtual time: for limits and figures.
double wall_clock() noexcept {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

Explorer* Explorer::active() noexcept { return under_way; }

Explorer::Explorer(const thrum_sim_options& options, const Test& test) noexcept
    : options_(options),
      test_(test),
      world_(world()),
      caller_(world().current()),
      tracks_((options.strategy == THRUM_SIM_EXHAUSTIVE && options.reduce != 0) || test.ended != nullptr) {}

Explorer::~Explorer() {
  for (Thread* thread : threads_) {
    if (thread != nullptr) world_.put_back(*thread);
  }
}

bool Explorer::limits_reached() const noexcept {
  const std::uint64_t most =
      options_.runs != 0 || options_.strategy == THRUM_SIM_EXHAUSTIVE ? options_.runs : kRunsByLot;
  return (most != 0 && result_.runs >= most) || (options_.seconds > 0 && wall_clock() >= deadline_);
}

void Explorer::explore() noexcept {
  // The caller's record is to be there before all runs.
  static_cast<void>(thrum_get_ident());
  DepthFirst depth_first(options_.preemptions, options_.reduce != 0);
  Random random(options_.seed);
  Pct pct(options_.seed, static_cast<unsigned>(options_.depth));
  Replay replay;
  Search* search = &depth_first;
  if (options_.strategy == THRUM_SIM_RANDOM) search = &random;
  if (options_.strategy == THRUM_SIM_PCT) search = &pct;
  if (options_.replay != nullptr && replay.parse(options_.replay)) search = &replay;

  const double start = wall_clock();
  deadline_ = start + options_.seconds;
  under_way = this;
  const Fibre& fibre = caller_.fibre;
  outside_.find(__builtin_frame_address(0), fibre.stack() + fibre.stack_size());
  // A hook that was set before lives on, though a run that is set back may replace it.
  const hooks::Except except_hook = hooks::hold_except();
  const hooks::ThreadHooks thread_hooks = hooks::hold_thread_hooks();
  prepare_workers();
  objects_.count();
  beginning_ = world_.time();
  {
    const Signals signals;
    const Watchdog watchdog(options_.hang);
    const Image image(options_.replay != nullptr ? Image::Copies::at_once : Image::Copies::as_written);
    const World::Moment moment = world_.moment();
    const auto run_and_set_back = [&](Search& with) {
      run(with);
      outside_.restore();
      image.restore();
      world_.set_back(moment);
    };
    bool over = false;
    while (!over && !limits_reached()) {
      const bool first = result_.runs + result_.cut == 0;
      if (first && options_.replay == nullptr) first_.record();
      run_and_set_back(*search);
      first_.stop();
      if (first) {
        for (const Replay::Departure& departure : departures_) first_choices_.add(departure);
      }
      ++(cut_ ? result_.cut : result_.runs);
      if (result_.longest < steps_) result_.longest = steps_;
      if (outcome_ != THRUM_SIM_CLEAN) break;
      if (!cut_ && test_.ended != nullptr) test_.ended(test_.arg, trace_.hash());
      over = !search->next();
    }
    if (outcome_ != THRUM_SIM_CLEAN) {
      tell_again(run_and_set_back);
    } else if (options_.replay == nullptr && result_.runs != 0) {
      repeat_first(run_and_set_back);
    }
    const bool clean = outcome_ == THRUM_SIM_CLEAN;
    result_.complete = clean && over && options_.replay == nullptr ? 1 : 0;
    result_.proved = result_.complete;
  }
  dismiss_workers();
  under_way = nullptr;
  hooks::drop(except_hook.owner);
  hooks::drop(thread_hooks.owner);
  result_.outcome = outcome_;
  result_.seconds = wall_clock() - start;
  tell_page();
}

/// Repeats the run with the fault, and writes down what happens.
template <class Run>
void Explorer::tell_again(Run run) noexcept {
  const thrum_sim_outcome found = outcome_;
  char message[sizeof message_];
  std::memcpy(message, message_, sizeof message);
  replay_.clear();
  for (const Replay::Departure& departure : departures_) {
    replay_.add("%s%zu.%u", &departure == departures_.begin() ? "" : "-", departure.decision,
                departure.place);
  }
  if (departures_.empty()) replay_.add("0");
  result_.replay = replay_.get();

  Replay again;
  static_cast<void>(again.parse(result_.replay));
  logs_ = true;
  run(again);
  logs_ = false;
  const bool same = outcome_ == found || (found == THRUM_SIM_DEADLOCK && outcome_ == THRUM_SIM_LOST_WAKEUP);
  if (found == THRUM_SIM_NONDETERMINISM) std::memcpy(message_, message, sizeof message);
  if (!same) {
    std::snprintf(message_, sizeof message_, "made again, the run is another one; it was %s: %.160s",
                  thrum_sim_outcome_name(found) + 10, message);
  }
  if (found == THRUM_SIM_NONDETERMINISM || !same) outcome_ = THRUM_SIM_NONDETERMINISM;
}

/// Makes the first run again, after all that others may have left. It has had nothing wrong.
template <class Run>
void Explorer::repeat_first(Run run) noexcept {
  logs_ = true;
  first_.compare();
  run(first_choices_);
  first_.stop();
  logs_ = false;
  if (outcome_ == THRUM_SIM_CLEAN || outcome_ == THRUM_SIM_NONDETERMINISM) return;
  char found[sizeof message_];
  std::memcpy(found, message_, sizeof found);
  std::snprintf(message_, sizeof message_, "the first run, made again at the end, ends with %s: %.160s",
                thrum_sim_outcome_name(outcome_) + 10, found);
  outcome_ = THRUM_SIM_NONDETERMINISM;
}

}  // namespace thrum::sim
