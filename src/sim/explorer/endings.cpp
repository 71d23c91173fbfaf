// explorer/endings.cpp - how a run ends, and what is wrong with what it leaves.
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
  std::strncpy(message_, message, sizeof message_ - 1);
  message_[sizeof message_ - 1] = '\0';
  if (logs_) tell_state();
  leave_run();
}

void Explorer::reported(const char* text) noexcept { finish(THRUM_SIM_FAILURE, text); }

void Explorer::cut() noexcept {
  cut_ = true;
  leave_run();
}

void Explorer::finish_departed() noexcept {
  finish(THRUM_SIM_NONDETERMINISM, "with the same choices the test has done another thing");
}

void Explorer::finish_whole() noexcept {
  if (!search_->used_up()) finish_departed();
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
