// sim.hpp - the simulator for C++: an exploration takes a lambda. See sim.h.
#ifndef THRUM_SIM_HPP
#define THRUM_SIM_HPP

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <type_traits>

#include "thrum/error.hpp"
#include "thrum/sim.h"

namespace thrum::sim {

/// thrum_sim_options, with their usual values.
struct Options : thrum_sim_options {
  Options() noexcept : thrum_sim_options(THRUM_SIM_OPTIONS_INIT) {}
};

struct Report {
  thrum_sim_outcome outcome = THRUM_SIM_CLEAN;
  bool complete = false;
  std::uint64_t runs = 0;
  std::uint64_t cut = 0;
  std::uint64_t longest = 0;
  double seconds = 0;
  std::string replay;  ///< empty where there is no fault
  std::string text;

  /// Nothing was wrong in the runs that were made.
  bool clean() const noexcept { return outcome == THRUM_SIM_CLEAN; }
  /// Nothing is wrong in any run that there is within the bound: see thrum_sim_report.
  bool proved() const noexcept { return clean() && complete; }
};

/// Explores test(), which may throw: that is a fault. Throws Error for options that are wrong.
template <class Test>
Report explore(const thrum_sim_options& options, Test&& test) {
  using Plain = std::remove_reference_t<Test>;
  const auto call = [](void* arg) {
    try {
      (**static_cast<Plain**>(arg))();
    } catch (const std::exception& error) {
      thrum_sim_fail(error.what());
    } catch (...) {
      thrum_sim_fail("an exception");
    }
  };
  thrum_sim_report found{};
  // By a pointer to it, as it may be a function.
  Plain* pointer = std::addressof(test);
  const thrum_status status = thrum_sim_explore(&options, call, &pointer, &found);
  if (status != THRUM_OK) detail::raise(status);
  Report report;
  report.outcome = found.outcome;
  report.complete = found.complete != 0;
  report.runs = found.runs;
  report.cut = found.cut;
  report.longest = found.longest;
  report.seconds = found.seconds;
  if (found.replay != nullptr) report.replay = found.replay;
  report.text = found.text;
  return report;
}

template <class Test>
Report explore(Test&& test) {
  return explore(Options(), test);
}

}  // namespace thrum::sim

#endif
