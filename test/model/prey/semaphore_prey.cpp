// semaphore_prey.cpp - semaphores of glibc.
#include <catch2/catch_test_macros.hpp>

#include "model/prey/hunt.hpp"
#include "model/prey/semaphore_2_20.hpp"
#include "model/prey/semaphore_2_21.hpp"

namespace {

/// A thread waits for another to be done, and then has no more use for the semaphore. POSIX lets it go:
/// nobody waits on it, and the post that let the thread go on has had its effect.
template <class Semaphore>
struct LastUse {
  Semaphore done;

  void work(unsigned thread) {
    if (thread == 0) {
      done.wait();
      done.free();
    } else {
      done.post();
    }
  }
  void check() {}
};

/// All interleavings.
thrum_sim_options effort() {
  thrum_sim_options options = THRUM_SIM_OPTIONS_INIT;
  options.preemptions = model::kAny;
  options.reduce = 1;
  return options;
}

}  // namespace

TEST_CASE("Prey: use after free in the semaphore of glibc 2.20", "[prey]") {
  prey::hunt("semaphore 2.20", model::test_of<LastUse<prey::Semaphore220>>(2), effort(), THRUM_SIM_FAILURE);
}

TEST_CASE("Prey: none in that of glibc 2.21", "[prey]") {
  prey::spare("semaphore 2.21", model::test_of<LastUse<prey::Semaphore221>>(2), effort());
}
