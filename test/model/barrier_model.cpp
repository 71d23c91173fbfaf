// barrier_model.cpp - Barrier.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/barrier.hpp"
#include "thrum/thrum.h"

namespace {

/// A barrier by handle, and what the waits at it came to.
struct Passes {
  thrum_barrier barrier{};
  model::Word actions;
  model::Word passed[3];  // with each place in the order of arrival
  model::Word broken;
  model::Word failed;

  Passes(int parties, int (*action)(void*)) {
    thrum_barrier_create(&barrier, parties, action, this, THRUM_FOREVER);
  }
  thrum_status wait(double timeout) {
    int index = -1;
    const thrum_status status = thrum_barrier_wait(barrier, timeout, &index);
    if (status == THRUM_OK) {
      passed[index].add(1);
    } else {
      THRUM_SIM_ASSERT(status == THRUM_E_BROKEN || status == THRUM_E_FAILED);
      (status == THRUM_E_BROKEN ? broken : failed).add(1);
    }
    return status;
  }
  static int act(void* self) {
    static_cast<Passes*>(self)->actions.add(1);
    return 0;
  }
  static int fail(void* self) {
    static_cast<Passes*>(self)->actions.add(1);
    return 1;
  }
  static int abort(void* self) {
    THRUM_SIM_ASSERT(thrum_barrier_abort(static_cast<Passes*>(self)->barrier) == THRUM_OK);
    return act(self);
  }
  /// Nobody is there, and it is broken or not; each round that passed did so for all of its threads.
  void check_end(bool is_broken, unsigned parties) {
    int waiting = -1;
    int found = -1;
    thrum_barrier_n_waiting(barrier, &waiting);
    thrum_barrier_broken(barrier, &found);
    THRUM_SIM_ASSERT(waiting == 0 && (found != 0) == is_broken);
    for (unsigned place = 1; place < parties; ++place) {
      THRUM_SIM_ASSERT(passed[place].plain() == passed[0].plain());
    }
    THRUM_SIM_ASSERT(thrum_barrier_destroy(barrier) == THRUM_OK);
  }
};

/// Nobody passes before all have come, in any round.
template <unsigned kParties, unsigned kRounds>
struct Rounds : Passes {
  model::Word arrived[kRounds];

  Rounds() : Passes(kParties, nullptr) {}
  void work(unsigned) {
    for (auto& of_round : arrived) {
      of_round.add(1);
      THRUM_SIM_ASSERT(wait(THRUM_FOREVER) == THRUM_OK && of_round.load() == kParties);
    }
  }
  void check() {
    THRUM_SIM_ASSERT(passed[0].plain() == kRounds);
    check_end(false, kParties);
  }
};

/// The time of the first may be up as the last one comes: the round passes for both, or for neither.
struct TimeOut : Passes {
  TimeOut() : Passes(2, nullptr) {}
  void work(unsigned thread) { wait(thread == 0 ? 1.0 : THRUM_FOREVER); }
  void check() { check_end(passed[0].plain() == 0, 2); }
};

/// The same for three parties, two of which may wait as it breaks.
struct TimeOutOfThree : Passes {
  TimeOutOfThree() : Passes(3, nullptr) {}
  void work(unsigned thread) { wait(thread == 0 ? 1.0 : THRUM_FOREVER); }
  void check() {
    THRUM_SIM_ASSERT(broken.plain() + 3 * passed[0].plain() == 3);
    check_end(passed[0].plain() == 0, 3);
  }
};

/// The same for two rounds, in which the first thread may come back to a broken barrier.
struct TimeOutTwice : Passes {
  TimeOutTwice() : Passes(2, nullptr) {}
  void work(unsigned) {
    if (wait(1.0) == THRUM_OK) wait(1.0);
  }
  void check() { check_end(broken.plain() != 0, 2); }
};

/// The same with an action, which runs in a round that is full, and then passes.
struct TimeOutAction : Passes {
  TimeOutAction() : Passes(2, act) {}
  void work(unsigned thread) {
    if (wait(thread == 0 ? 1.0 : THRUM_FOREVER) == THRUM_OK) THRUM_SIM_ASSERT(actions.load() == 1);
  }
  void check() {
    THRUM_SIM_ASSERT(actions.plain() == passed[0].plain());
    check_end(passed[0].plain() == 0, 2);
  }
};

/// Three come to a barrier for two, one of them perhaps during the action; the one that is left over breaks
/// it in the end, or before.
struct LateComer : Passes {
  LateComer() : Passes(2, act) {}
  void work(unsigned) { wait(1.0); }
  void check() {
    THRUM_SIM_ASSERT(actions.plain() == passed[0].plain() && broken.plain() + 2 * passed[0].plain() == 3);
    check_end(true, 2);
  }
};

/// Four come to it, and pass in two rounds.
struct Four : Passes {
  Four() : Passes(2, act) {}
  void work(unsigned) { THRUM_SIM_ASSERT(wait(THRUM_FOREVER) == THRUM_OK); }
  void check() {
    THRUM_SIM_ASSERT(actions.plain() == 2 && passed[0].plain() == 2);
    check_end(false, 2);
  }
};

/// An action that fails breaks the barrier for the other.
struct FailingAction : Passes {
  FailingAction() : Passes(2, fail) {}
  void work(unsigned) { wait(THRUM_FOREVER); }
  void check() {
    THRUM_SIM_ASSERT(actions.plain() == 1 && failed.plain() == 1 && broken.plain() == 1);
    check_end(true, 2);
  }
};

/// An abort from within the action breaks the round that it is the action of.
struct AbortingAction : Passes {
  AbortingAction() : Passes(2, abort) {}
  void work(unsigned) { wait(THRUM_FOREVER); }
  void check() {
    THRUM_SIM_ASSERT(actions.plain() == 1 && broken.plain() == 2);
    check_end(true, 2);
  }
};

/// An abort as threads arrive lets nobody wait on, and no thread pass alone.
struct Abort : Passes {
  Abort() : Passes(2, nullptr) {}
  void work(unsigned thread) {
    if (thread != 2) {
      wait(THRUM_FOREVER);
    } else {
      THRUM_SIM_ASSERT(thrum_barrier_abort(barrier) == THRUM_OK);
    }
  }
  void check() {
    THRUM_SIM_ASSERT(broken.plain() + 2 * passed[0].plain() == 2);
    check_end(true, 2);
  }
};

/// The same with an action, during which the abort may come.
struct AbortAction : Passes {
  AbortAction() : Passes(2, act) {}
  void work(unsigned thread) {
    if (thread != 2) {
      wait(THRUM_FOREVER);
    } else {
      THRUM_SIM_ASSERT(thrum_barrier_abort(barrier) == THRUM_OK);
    }
  }
  void check() {
    THRUM_SIM_ASSERT(broken.plain() + 2 * passed[0].plain() == 2);
    check_end(true, 2);
  }
};

/// A reset sends away who waits. Those come again, and pass with whoever comes then.
struct Reset : Passes {
  model::Word sent_away;

  Reset() : Passes(2, nullptr) {}
  void work(unsigned thread) {
    if (thread != 2) {
      if (wait(THRUM_FOREVER) == THRUM_OK) return;
      sent_away.add(1);
      THRUM_SIM_ASSERT(wait(THRUM_FOREVER) == THRUM_OK);
    } else {
      THRUM_SIM_ASSERT(thrum_barrier_reset(barrier) == THRUM_OK);
    }
  }
  void check() {
    THRUM_SIM_ASSERT(passed[0].plain() == 1 && sent_away.plain() <= 1);
    check_end(false, 2);
  }
};

}  // namespace

TEST_CASE("Barrier: two threads, two rounds", "[barrier]") {
  model::explore<Rounds<2, 2>>("Barrier, 2 threads, 2 rounds", 2, {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Barrier: three threads, one round", "[barrier]") {
  model::explore<Rounds<3, 1>>("Barrier, 3 threads, 1 round", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("Barrier: three threads, two rounds", "[barrier]") {
  model::explore<Rounds<3, 2>>("Barrier, 3 threads, 2 rounds", 3, {2, 4, model::kAny});
}

TEST_CASE("Barrier: a time-out against the last arrival", "[barrier]") {
  model::explore<TimeOut>("Barrier, 2 threads, a time-out", 2, {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Barrier: a time-out breaks it for all who wait", "[barrier]") {
  model::explore<TimeOutOfThree>("Barrier, 3 threads, a time-out", 3,
                                 {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Barrier: time-outs in two rounds", "[barrier]") {
  model::explore<TimeOutTwice>("Barrier, 2 threads, time-outs, 2 rounds", 2,
                               {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Barrier: a time-out against the action", "[barrier]") {
  model::explore<TimeOutAction>("Barrier, 2 threads, a time-out, an action", 2,
                                {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Barrier: three threads at one for two, with an action", "[barrier]") {
  model::explore<LateComer>("Barrier for 2, 3 threads, time-outs, an action", 3, {3, 4, model::kAny});
}

TEST_CASE("Barrier: four threads at one for two, with an action", "[barrier]") {
  model::explore<Four>("Barrier for 2, 4 threads, an action", 4, {2, 3, model::kAny});
}

TEST_CASE("Barrier: an action that fails", "[barrier]") {
  model::explore<FailingAction>("Barrier, 2 threads, an action that fails", 2,
                                {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Barrier: an action that aborts", "[barrier]") {
  model::explore<AbortingAction>("Barrier, 2 threads, an action that aborts", 2,
                                 {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Barrier: an abort against arrivals", "[barrier]") {
  model::explore<Abort>("Barrier, 3 threads, an abort", 3, {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Barrier: an abort against the action", "[barrier]") {
  model::explore<AbortAction>("Barrier, 3 threads, an abort, an action", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("Barrier: a reset against arrivals", "[barrier]") {
  model::explore<Reset>("Barrier, 3 threads, a reset", 3, {2, model::kAny, model::kAny});
}
