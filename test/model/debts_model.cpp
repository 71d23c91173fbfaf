// debts_model.cpp - an event that a signal handler has set, which owes the wake-up to those who are queued.
//
// The simulator has no signals: what the handler does, and what its thread does as it leaves the lot, are
// steps of the model here.
#include <catch2/catch_test_macros.hpp>

#include "core/park/debts.hpp"
#include "core/sync/event.hpp"
#include "core/sync/latch.hpp"
#include "model/model.hpp"

namespace {

using thrum::detail::Word;
namespace event = thrum::event;
namespace latch = thrum::latch;

/// Sets the event as a handler does that has interrupted its thread in the lot. Whether somebody is owed a
/// wake-up.
bool set_in_handler(Word& flag) {
  std::uint64_t word = thrum::atomic::load_relaxed(flag);
  while (!thrum::atomic::change_release(flag, word, event::with_set(word))) {
  }
  return (word & event::kParked) != 0;
}

void pay(Word& flag) { thrum::lot::settle(flag, event::settle); }

/// Nobody is told of a set that has been cleared before it came.
struct Late {
  Word flag;
  model::Word set;

  void work(unsigned thread) {
    if (thread == 0) {
      static_cast<void>(event::wait(flag, 0, 1.0));
      return;
    }
    if (thread == 1) {
      const bool owes = set_in_handler(flag);
      set.store(1);
      if (owes) pay(flag);
      THRUM_SIM_ASSERT(event::clear(flag, 0) == THRUM_OK);
      THRUM_SIM_ASSERT(event::wait(flag, 0, 1.0) == THRUM_TIMEOUT);
      return;
    }
    set.await(1);
    THRUM_SIM_ASSERT(event::clear(flag, 0) == THRUM_OK);
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(flag, 0, event::kSet | event::kParked)); }
};

/// Who is queued as a handler sets it comes back, whoever clears it or waits behind that one, and whoever
/// pays.
struct Owed {
  Word flag;
  model::Word cleared;
  model::Word returned;

  void work(unsigned thread) {
    if (thread == 0) {
      const std::uint64_t queued = model::queued_for(&flag);
      const bool owes = set_in_handler(flag);
      if (owes) pay(flag);
      returned.await(queued);
      cleared.await(1);
      // For who came after it had been cleared.
      THRUM_SIM_ASSERT(event::set(flag, 0) == THRUM_OK);
      return;
    }
    if (thread == 1) {
      THRUM_SIM_ASSERT(event::clear(flag, 0) == THRUM_OK);
      cleared.store(1);
      return;
    }
    THRUM_SIM_ASSERT(event::wait(flag, 0, THRUM_FOREVER) == THRUM_OK);
    returned.add(1);
  }
  void check() {
    THRUM_SIM_ASSERT((model::state_of(flag) & event::kParked) == 0 && model::queued_for(&flag) == 0);
  }
};

/// One whose time is up before anybody pays has been told by the word.
struct Impatient {
  Word flag;

  void work(unsigned thread) {
    if (thread == 0) {
      if (set_in_handler(flag)) pay(flag);
      return;
    }
    const thrum_status status = event::wait(flag, 0, 1.0);
    THRUM_SIM_ASSERT(status == THRUM_OK || status == THRUM_TIMEOUT);
    if (thread == 2) THRUM_SIM_ASSERT(event::wait(flag, 0, THRUM_FOREVER) == THRUM_OK);
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(flag, event::kSet, event::kSet | event::kParked)); }
};

/// In the child of a fork an event that others were queued for is made new, and a handler comes between.
struct MadeNewEvent {
  Word flag;

  MadeNewEvent() { flag.bits = event::kParked; }
  void work(unsigned thread) {
    if (thread == 0) {
      if (set_in_handler(flag)) pay(flag);
      return;
    }
    THRUM_SIM_ASSERT(event::reinitialise(flag, 0) == THRUM_OK);
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(flag, event::kSet, event::kSet | event::kParked)); }
};

/// The same of a latch.
struct MadeNewLatch {
  Word word;

  MadeNewLatch() { word.bits = 2 * latch::kUnit | latch::kParked; }
  void work(unsigned thread) {
    const thrum_status status = thread == 0 ? latch::count_down(word, 0, 1) : latch::reinitialise(word, 0);
    THRUM_SIM_ASSERT(status == THRUM_OK);
  }
  void check() { THRUM_SIM_ASSERT(model::is_at_rest(word, latch::kUnit)); }
};

}  // namespace

TEST_CASE("Debts: an event is made new as a handler sets it", "[debts]") {
  model::explore<MadeNewEvent>("Event set by a handler, 2 threads, made new", 2,
                               {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Debts: a latch is made new as a handler counts it down", "[debts]") {
  model::explore<MadeNewLatch>("Latch counted down by a handler, 2 threads, made new", 2,
                               {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Debts: nobody is told of what came before", "[debts]") {
  model::explore<Late>("Event set by a handler, 3 threads, two clears and a late one", 3,
                       {2, 3, model::kAny});
}

TEST_CASE("Debts: everybody is told who was queued", "[debts]") {
  model::explore<Owed>("Event set by a handler, 4 threads, a clear and two who wait", 4, {2, 3, model::kAny});
}

TEST_CASE("Debts: a time-out before the debt is paid", "[debts]") {
  model::explore<Impatient>("Event set by a handler, 3 threads, time-outs", 3, {2, 3, model::kAny});
}
