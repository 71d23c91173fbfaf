// explorer/telling.cpp - what an explorer says of a run: who waits for what, and all that happened.
#include <cinttypes>
#include <cstring>

#include "explorer/explorer.hpp"

namespace thrum::sim {

namespace {

bool is_mistake(thrum_status status) noexcept {
  switch (status) {
    case THRUM_E_VALUE:
    case THRUM_E_OVERFLOW:
    case THRUM_E_HANDLE:
    case THRUM_E_NOT_HELD:
    case THRUM_E_NOT_OWNER:
    case THRUM_E_BUSY:
    case THRUM_E_STARTED:
    case THRUM_E_NOT_STARTED:
    case THRUM_E_SELF:
    case THRUM_E_FOREIGN:
    case THRUM_E_DEADLOCK: return true;
    default: return false;
  }
}

}  // namespace

void Explorer::note(Event::Kind kind, unsigned thread, const char* name, std::uint64_t object) noexcept {
  log_.add({kind, thread, name, object, THRUM_OK, false, world_.time()});
}

void Explorer::entered(const Call& call) noexcept {
  if (call.size != 0 && is_in_run()) outside_.keep(call.object, call.size);
  if (logs_) note(Event::Kind::entered, place_of(world_.current()), call.name, call.object);
  if (is_in_run() && !first_.made({place_of(world_.current()), call.name})) finish_changed(call.name);
}

void Explorer::returned(const Call& call) noexcept {
  if (logs_) {
    log_.add({Event::Kind::returned, place_of(world_.current()), call.name, call.object, call.status,
              call.has_status, world_.time()});
  }
  if (call.has_status && options_.allow_misuse == 0 && is_mistake(call.status) &&
      world_.director() != nullptr) {
    char message[128];
    std::strcpy(message, call.name);
    std::strcat(message, " answered ");
    std::strcat(message, thrum_status_name(call.status));
    finish(THRUM_SIM_MISUSE, message);
  }
}

/// Whether a thread waits to be told what was told before it waited.
bool Explorer::told_before() const noexcept {
  static constexpr const char* kTelling[][2] = {{"condition_wait", "condition_notify"},
                                                {"event_wait", "event_set"},
                                                {"semaphore_acquire", "semaphore_release"},
                                                {"latch_wait", "latch_count_down"}};
  for (unsigned i = 0; i < count_; ++i) {
    const Call* call = threads_[i]->wait == Wait::parker ? threads_[i]->call : nullptr;
    if (call == nullptr) continue;
    for (const auto& pair : kTelling) {
      if (std::strstr(call->name, pair[0]) != nullptr && log_.has(pair[1], call->object)) return true;
    }
  }
  return false;
}

/// Who waits for what, while the threads are where they are.
void Explorer::tell_state() noexcept {
  for (unsigned i = 0; i < count_; ++i) {
    const Thread& thread = *threads_[i];
    if (thread.wait == Wait::ended || thread.wait == Wait::idle) continue;
    state_.add("  %s ", thread.name[0] != '\0' ? thread.name : "a thread that has not begun");
    if (thread.wait == Wait::parker) {
      state_.add("waits");
    } else if (thread.wait == Wait::turn) {
      state_.add("waits in a loop");
    } else if (!world_.may_go_on(thread)) {
      state_.add("waits for a mutex of the library's, or for a thread's end,");
    } else {
      state_.add(&thread == &world_.current() ? "is where the fault is" : "could go on");
    }
    if (thread.call != nullptr) {
      state_.add(" in ");
      log_.describe(state_, thread.call->name, thread.call->object);
      const int holder = log_.holder(thread.call->object);
      if (thread.wait == Wait::parker && holder >= 0) state_.add(", held by %s", threads_[holder]->name);
    }
    if (World::has_deadline(thread) && thread.wait == Wait::parker) {
      state_.add(", until %.6g s", static_cast<double>(thread.deadline - beginning_) * 1e-9);
    }
    state_.add("\n");
  }
}

/// How far it went where nothing was wrong.
void Explorer::tell_extent() noexcept {
  text_.add("nothing wrong in %" PRIu64 " runs", result_.runs);
  if (result_.proved != 0) {
    text_.add(", and there are no others");
    if (options_.preemptions >= 0) text_.add(" with at most %d preemptions", options_.preemptions);
  } else if (options_.replay == nullptr) {
    text_.add(", but there may be in others");
  }
  text_.add("\n");
}

void Explorer::tell_page() noexcept {
  text_.clear();
  if (outcome_ == THRUM_SIM_CLEAN) {
    tell_extent();
    result_.text = text_.get();
    return;
  }
  text_.add("%s in run %" PRIu64 ": %s\n", thrum_sim_outcome_name(outcome_) + 10, result_.runs + result_.cut,
            message_);
  if (failure_[0] != '\0' && outcome_ != THRUM_SIM_FAILURE) text_.add("  before that: %s\n", failure_);
  text_.add(state_.get());
  if (result_.replay != nullptr) {
    text_.add("to replay it: THRUM_SIM_REPLAY=%s, in a debugger with a breakpoint on thrum_sim_found\n\n",
              result_.replay);
  } else {
    text_.add("there is nothing to replay: by itself the run is as it was at first\n\n");
  }
  char names[kMostThreads][32];
  for (unsigned i = 0; i < count_; ++i) std::memcpy(names[i], threads_[i]->name, sizeof names[i]);
  log_.tell(text_, names, count_, beginning_);
  result_.text = text_.get();
}

}  // namespace thrum::sim
