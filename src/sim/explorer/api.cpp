// explorer/api.cpp - thrum/sim.h.
#include <cstdlib>
#include <new>

#include "core/word/memory.hpp"
#include "explorer/explorer.hpp"
#include "thrum/sim.h"

using namespace thrum;

/// With the library's memory, so that a run that is left in the middle leaves none of it behind.
struct thrum_sim_foreign {
  void (*function)(void*);
  void* arg;
  sim::Thread* thread;
};

namespace {

// The last one that there was, for the strings of its report. Outside of what an exploration sets back:
// nothing writes to it during one.
sim::Explorer* last = nullptr;

bool is_good(const thrum_sim_options& options) noexcept {
  sim::Replay replay;
  return options.strategy >= THRUM_SIM_EXHAUSTIVE && options.strategy <= THRUM_SIM_PCT &&
         options.preemptions >= THRUM_SIM_UNBOUNDED && options.depth >= 1 && options.depth <= 16 &&
         options.steps >= 1 && options.seconds >= 0 && options.hang >= 0 &&
         (options.replay == nullptr || replay.parse(options.replay));
}

}  // namespace

thrum_status sim::explore(const thrum_sim_options* options, const Test& test,
                          thrum_sim_report& report) noexcept {
  thrum_sim_options own = THRUM_SIM_OPTIONS_INIT;
  if (options != nullptr) {
    if (options->size < sizeof own) return THRUM_E_VALUE;
    own = *options;
  }
  if (own.replay == nullptr) own.replay = std::getenv("THRUM_SIM_REPLAY");
  if (!is_good(own) || Explorer::active() != nullptr) return THRUM_E_VALUE;
  void* memory = std::malloc(sizeof(Explorer));
  if (memory == nullptr) return THRUM_E_NOMEM;
  auto* explorer = new (memory) Explorer(own, test);
  explorer->explore();
  report = explorer->report();
  if (last != nullptr) {
    last->~Explorer();
    std::free(last);
  }
  last = explorer;
  return THRUM_OK;
}

extern "C" {

thrum_status thrum_sim_explore(const thrum_sim_options* options, void (*test)(void*), void* arg,
                               thrum_sim_report* report) {
  if (test == nullptr || report == nullptr) return THRUM_E_VALUE;
  return sim::explore(options, sim::Test{test, arg}, *report);
}

const char* thrum_sim_outcome_name(thrum_sim_outcome outcome) noexcept {
  static constexpr const char* kNames[] = {
      "THRUM_SIM_CLEAN",          "THRUM_SIM_DEADLOCK", "THRUM_SIM_LOST_WAKEUP", "THRUM_SIM_FAILURE",
      "THRUM_SIM_CRASH",          "THRUM_SIM_MISUSE",   "THRUM_SIM_LIVELOCK",    "THRUM_SIM_LEAK",
      "THRUM_SIM_NONDETERMINISM", "THRUM_SIM_HANG"};
  const auto place = static_cast<std::size_t>(outcome);
  return place < sizeof kNames / sizeof kNames[0] ? kNames[place] : "THRUM_SIM_?";
}

int thrum_sim_exploring(void) noexcept { return sim::world().director() != nullptr ? 1 : 0; }

void thrum_sim_fail(const char* message) {
  sim::Explorer* explorer = sim::Explorer::active();
  if (explorer == nullptr || sim::world().director() == nullptr) platform::fatal(message);
  explorer->finish(THRUM_SIM_FAILURE, message);
}

void thrum_sim_add_failure(const char* message) noexcept {
  sim::Explorer* explorer = sim::Explorer::active();
  if (explorer != nullptr && sim::world().director() != nullptr) explorer->add_failure(message);
}

thrum_sim_foreign* thrum_sim_start_foreign(void (*function)(void*), void* arg) {
  sim::point();
  auto* foreign = static_cast<thrum_sim_foreign*>(allocate(sizeof(thrum_sim_foreign)));
  if (foreign == nullptr) return nullptr;
  foreign->function = function;
  foreign->arg = arg;
  const auto run = [](void* self, sim::Thread* thread) {
    thread->set_name("foreign");
    static_cast<thrum_sim_foreign*>(self)->function(static_cast<thrum_sim_foreign*>(self)->arg);
  };
  foreign->thread = sim::world().start(run, foreign, 0);
  if (foreign->thread != nullptr) return foreign;
  release(foreign);
  return nullptr;
}

void thrum_sim_join_foreign(thrum_sim_foreign* thread) {
  sim::point();
  sim::world().join(*thread->thread);
  release(thread);
}

void thrum_sim_yield(void) noexcept { sim::world().yield(); }

std::uint64_t thrum_sim_now(void) noexcept { return sim::world().now(); }

void thrum_sim_name(std::uint64_t id, const char* name) noexcept {
  sim::Explorer* explorer = sim::Explorer::active();
  if (explorer != nullptr && name != nullptr) explorer->name(id, name);
}

void thrum_sim_name_object(const void* object, const char* name) noexcept {
  thrum_sim_name(reinterpret_cast<std::uintptr_t>(object), name);
}

void thrum_sim_found(void) noexcept {
  // Not to be left out where it is called.
  asm volatile("");
}
}
