// model.cpp - exploring a model, and what is printed of it.
#include "model/model.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "core/park/lot.hpp"

namespace model {

namespace {

/// Whether the library under the models has been given a fault, which they are to find.
bool of_a_mutant() { return std::getenv("THRUM_MODEL_MUTANT") != nullptr; }

}  // namespace

Level level() {
  const char* name = std::getenv("THRUM_MODEL_LEVEL");
  if (name != nullptr && std::strcmp(name, "deep") == 0) return Level::deep;
  return name != nullptr && std::strcmp(name, "full") == 0 ? Level::full : Level::quick;
}

unsigned queued_for(const void* object) {
  return static_cast<unsigned>(thrum::lot::Bucket(object).waiting());
}

unsigned called_for(const void* object) { return static_cast<unsigned>(thrum::lot::Bucket(object).called()); }

void explore(const char* name, const thrum::sim::Test& test, const Bounds& bounds, Misuse misuse) {
  thrum_sim_options options = THRUM_SIM_OPTIONS_INIT;
  options.preemptions = level() == Level::deep   ? bounds.deep
                        : level() == Level::full ? bounds.full
                                                 : bounds.quick;
  options.reduce = 1;
  options.allow_misuse = misuse == Misuse::expected ? 1 : 0;
  const Found found = find(name, test, options);
  INFO(found.text);
  if (of_a_mutant()) {
    CHECK(found.outcome != THRUM_SIM_CLEAN);
  } else {
    CHECK(found.outcome == THRUM_SIM_CLEAN);
    CHECK(found.complete);
  }
}

Found find(const char* name, const thrum::sim::Test& test, const thrum_sim_options& options) {
  thrum_sim_report report{};
  REQUIRE(thrum::sim::explore(&options, test, report) == THRUM_OK);
  char bound[48] = "any number of preemptions";
  if (options.preemptions >= 0) {
    std::snprintf(bound, sizeof bound, "at most %d preemption%s", options.preemptions,
                  options.preemptions == 1 ? "" : "s");
  }
  if (options.strategy != THRUM_SIM_EXHAUSTIVE) {
    std::snprintf(bound, sizeof bound, "by lot from seed %llu",
                  static_cast<unsigned long long>(options.seed));
  }
  std::printf("model: %s: %llu interleavings, %llu cut, %s, %.2f s: %s\n", name,
              static_cast<unsigned long long>(report.runs), static_cast<unsigned long long>(report.cut),
              bound, report.seconds, report.outcome == THRUM_SIM_CLEAN ? "nothing wrong" : report.replay);
  // Who replays a run wants to see it.
  if (std::getenv("THRUM_SIM_REPLAY") != nullptr) std::fputs(report.text, stdout);
  std::fflush(stdout);
  return {report.outcome, report.complete != 0, report.runs, report.replay != nullptr ? report.replay : "",
          report.text};
}

}  // namespace model
