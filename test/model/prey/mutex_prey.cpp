// mutex_prey.cpp - mutexes on futexes.
#include <catch2/catch_test_macros.hpp>

#include "model/prey/hunt.hpp"
#include "model/prey/mutexes.hpp"

namespace {

struct NarrowMutex1 : prey::Mutex1 {
  NarrowMutex1() : Mutex1(2) {}
};

/// Each thread locks the mutex and unlocks it, once.
template <class Mutex>
struct Exclusion {
  Mutex mutex;
  model::Section section;

  void work(unsigned) {
    mutex.lock();
    section.enter();
    section.leave();
    mutex.unlock();
  }
  void check() {}
};

/// All interleavings. Where the mutex is right a run has 44 steps at most.
thrum_sim_options effort() {
  thrum_sim_options options = THRUM_SIM_OPTIONS_INIT;
  options.preemptions = model::kAny;
  options.reduce = 1;
  options.steps = 60;
  return options;
}

template <class Mutex>
thrum::sim::Test three() {
  return model::test_of<Exclusion<Mutex>>(3);
}

}  // namespace

TEST_CASE("Prey: two that keep each other from sleeping at the first mutex", "[prey]") {
  prey::hunt("mutex 1", three<prey::Mutex1>(), effort(), THRUM_SIM_LIVELOCK);
}

TEST_CASE("Prey: two in the first mutex when its word has run over", "[prey]") {
  thrum_sim_options options = THRUM_SIM_OPTIONS_INIT;
  options.strategy = THRUM_SIM_RANDOM;
  prey::hunt("mutex 1 in 2 bits", three<NarrowMutex1>(), options, THRUM_SIM_FAILURE);
}

TEST_CASE("Prey: a sleeper forgotten by the second mutex where it is taken as 1", "[prey]") {
  prey::hunt("mutex 2 taken as 1", three<prey::Mutex2<1>>(), effort(), THRUM_SIM_DEADLOCK);
}

TEST_CASE("Prey: nothing wrong with the second mutex", "[prey]") {
  prey::spare("mutex 2", three<prey::Mutex2<2>>(), effort());
}

TEST_CASE("Prey: nothing wrong with the third mutex", "[prey]") {
  prey::spare("mutex 3", three<prey::Mutex3>(), effort());
}
