// hunt.hpp - programs with a fault that is known, which the explorer has to find, and their repaired forms.
#ifndef THRUM_TEST_PREY_HUNT_HPP
#define THRUM_TEST_PREY_HUNT_HPP

#include "model/model.hpp"

namespace prey {

/// Explores, and has the test case fail unless it finds that fault, in the run that docs/prey.md tells beside
/// the name. That page's replay string leads to it again.
void hunt(const char* name, const thrum::sim::Test& test, const thrum_sim_options& options,
          thrum_sim_outcome outcome);

/// Has the test case fail unless there is nothing wrong, in as many interleavings as the page tells.
void spare(const char* name, const thrum::sim::Test& test, const thrum_sim_options& options);

}  // namespace prey

#endif
