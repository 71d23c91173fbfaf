// explorer/endings.cpp - how a run ends, and what is wrong with what it leaves.
#include <cstdio>
#include <cstring>

#include "core/self/record.hpp"
#include "explorer/explorer.hpp"

namespace thrum::sim {

/// Whether all have ended but daemons, and those that the library keeps for itself and that wait.
bool Explorer::only_servants_left() const noexcept {
  for (unsigned i = 0; i < count_; ++i) {
    const Thread& thread = *threads_[i];
    if (thread.wait == Wait::ended) continue;
    if (i <= test_.workers) return false;
    const auto* record = static_cast<const ThreadRecord*>(thread.identity.record);
    if (record == nullptr ? thread.wait != Wait::parker : !record->daemon) return false;
  }
  return true;
}

void Explorer::leave_run() noexcept {
  if (outcome_ != THRUM_SIM_CLEAN && (logs_ || options_.replay != nullptr)) thrum_sim_found();
  world_.jump(caller_);
}

void Explorer::finish(thrum_sim_outcome outcome, const char* message) noexcept {
  outcome_ = outcome;
  // What was wrong first is told.
  if (outcome == THRUM_SIM_FAILURE && failure_[0] != '\0') message = failure_;
  std::strncpy(message_, message, sizeof message_ - 1);
  message_[sizeof message_ - 1] = '\0';
  if (logs_) tell_state();
  leave_run();
}

void Explorer::reported(const char* text) noexcept { finish(THRUM_SIM_FAILURE, text); }

void Explorer::add_failure(const char* message) noexcept {
  if (failure_[0] != '\0') return;
  std::strncpy(failure_, message[0] != '\0' ? message : "a failure", sizeof failure_ - 1);
}

void Explorer::cut() noexcept {
  if (failure_[0] != '\0') finish(THRUM_SIM_FAILURE, failure_);
  cut_ = true;
  leave_run();
}

void Explorer::finish_departed() noexcept {
  finish(THRUM_SIM_NONDETERMINISM, "with the same choices the test has done another thing");
}

/// With that call, or null, where it made another in the first run.
void Explorer::finish_changed(const char* call) noexcept {
  const FirstRun::Step* then = first_.expected();
  const char* told = then == nullptr ? "had ended" : then->call != nullptr ? then->call : "went on";
  char message[sizeof message_];
  std::snprintf(
      message, sizeof message,
      "the first run, made again at the end, is another: what it does depends on what runs have left (it %s "
      "where it %s)",
      call != nullptr ? call : "goes on or ends", told);
  finish(THRUM_SIM_NONDETERMINISM, message);
}

void Explorer::finish_whole() noexcept {
  if (!search_->used_up()) finish_departed();
  if (!first_.may_end()) finish_changed(nullptr);
  if (failure_[0] != '\0') finish(THRUM_SIM_FAILURE, failure_);
  const char* kind = options_.allow_leaks == 0 ? kind_left_over() : nullptr;
  if (kind == nullptr) leave_run();
  char message[96];
  std::strcpy(message, "an object was left over: a ");
  std::strcat(message, kind);
  finish(THRUM_SIM_LEAK, message);
}

void Explorer::finish_stuck() noexcept {
  finish(logs_ && told_before() ? THRUM_SIM_LOST_WAKEUP : THRUM_SIM_DEADLOCK,
         "no thread can go on, and none waits for a time");
}

/// The kind of an object that the run has made and left over, or null.
const char* Explorer::kind_left_over() const noexcept {
  Objects objects;
  objects.count();
  // Of threads, those that go on as daemons are none.
  for (unsigned i = test_.workers + 1; i < count_; ++i) {
    const Thread& thread = *threads_[i];
    if (thread.wait == Wait::ended && !thread.released) return "thread of the system's";
    if (thread.wait != Wait::ended && thread.identity.record != nullptr) objects.forget_thread();
  }
  return objects.more_than(objects_);
}

}  // namespace thrum::sim
