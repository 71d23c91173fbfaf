// condition_prey.cpp - condition variables of glibc.
#include <catch2/catch_test_macros.hpp>

#include "model/prey/condition_2_36.hpp"
#include "model/prey/condition_2_41.hpp"
#include "model/prey/hunt.hpp"

namespace {

/// A box for one item. A producer puts five, one after another; of three consumers one takes three, and the
/// others one each.
template <class Condition>
struct Mailbox {
  static constexpr unsigned kThreads = 4;
  static constexpr int kTaken[kThreads - 1] = {1, 3, 1};

  thrum::platform::Mutex mutex;
  Condition filled;
  thrum::platform::Parker emptied;  // the producer's: no prey, and it waits alone
  bool full = false;
  int taken = 0;

  Mailbox() {
    thrum::platform::initialise(emptied);
    emptied.token = true;
    thrum_sim_name_object(&emptied, "emptied");
    thrum_sim_name_object(&mutex, "mutex");
  }

  void work(unsigned thread) { thread == kThreads - 1 ? put(5) : take(kTaken[thread]); }

  void put(int items) {
    for (int i = 0; i < items; ++i) {
      thrum::platform::park(emptied, thrum::platform::kNever);
      thrum::platform::lock(mutex);
      full = true;
      filled.signal();
      thrum::platform::unlock(mutex);
    }
  }

  void take(int items) {
    for (int i = 0; i < items; ++i) {
      thrum::platform::lock(mutex);
      while (!full) filled.wait(mutex);
      full = false;
      ++taken;
      thrum::platform::unlock(mutex);
      thrum::platform::unpark(emptied);
    }
  }

  void check() { THRUM_SIM_ASSERT(!full && taken == 5); }
};

/// What is enough to find the fault: a waiter is held up once.
thrum_sim_options effort() {
  thrum_sim_options options = THRUM_SIM_OPTIONS_INIT;
  options.preemptions = 1;
  options.reduce = 1;
  return options;
}

template <class Condition>
thrum::sim::Test mailbox() {
  return model::test_of<Mailbox<Condition>>(Mailbox<Condition>::kThreads);
}

}  // namespace

TEST_CASE("Prey: a lost wake-up in the condition variable of glibc 2.36", "[prey]") {
  prey::hunt("condition 2.36", mailbox<prey::Condition236>(), effort(), THRUM_SIM_LOST_WAKEUP);
}

TEST_CASE("Prey: none in that of glibc 2.41", "[prey]") {
  prey::spare("condition 2.41", mailbox<prey::Condition241>(), effort());
}
