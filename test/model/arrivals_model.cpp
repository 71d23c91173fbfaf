// arrivals_model.cpp - waiting for several futures.
#include "core/task/arrivals.hpp"

#include <catch2/catch_test_macros.hpp>

#include "core/task/future.hpp"
#include "model/model.hpp"

namespace {

namespace arrivals = thrum::arrivals;
namespace future = thrum::future;

struct Future : thrum::detail::FutureState {
  Future() : thrum::detail::FutureState() {
    references.bits = 2;  // one too many: it is not disposed of
  }
  /// As its worker does.
  void finish() { THRUM_SIM_ASSERT(future::finish(*this, future::kFinished) == nullptr); }
};

/// Two futures, and who waits for both.
struct Pair {
  Future futures[2];
  model::Word done[2];

  arrivals::Arrivals* watch() {
    arrivals::Arrivals* const all = arrivals::create(2);
    for (std::size_t i = 0; i < 2; ++i) arrivals::watch(*all, i, futures[i]);
    return all;
  }
  void finish(unsigned which) {
    done[which].plain() = 1;  // ordered by the arrival
    futures[which].finish();
  }
  /// The next one, in time or not, which must be done.
  bool next(arrivals::Arrivals& all, double timeout, std::size_t& place) {
    const thrum_status status = arrivals::next(all, timeout, place);
    if (status == THRUM_TIMEOUT) return false;
    THRUM_SIM_ASSERT(status == THRUM_OK && place < 2 && done[place].plain() == 1);
    return true;
  }
  void check() {
    for (Future& each : futures) {
      THRUM_SIM_ASSERT(each.watches == nullptr && model::is_at_rest(each.word, future::kFinished));
    }
  }
};

/// Each comes once.
struct Both : Pair {
  void work(unsigned thread) {
    if (thread < 2) return finish(thread);
    arrivals::Arrivals& all = *watch();
    std::size_t first = 2;
    std::size_t second = 2;
    THRUM_SIM_ASSERT(next(all, THRUM_FOREVER, first) && next(all, THRUM_FOREVER, second) && first != second);
    std::size_t none = 2;
    THRUM_SIM_ASSERT(!next(all, 0, none));
    arrivals::end(all);
  }
};

/// Who has the first one leaves the other behind.
struct Either : Pair {
  void work(unsigned thread) {
    if (thread < 2) return finish(thread);
    arrivals::Arrivals& all = *watch();
    std::size_t place = 2;
    THRUM_SIM_ASSERT(next(all, THRUM_FOREVER, place));
    arrivals::end(all);
  }
};

/// A time-out loses none, and what it has left behind is no wake-up for later.
struct Impatient : Pair {
  void work(unsigned thread) {
    if (thread < 2) return finish(thread);
    arrivals::Arrivals& all = *watch();
    unsigned came = 0;
    std::size_t place = 2;
    if (next(all, 1.0, place)) ++came;
    while (came < 2) {
      THRUM_SIM_ASSERT(next(all, THRUM_FOREVER, place));
      ++came;
    }
    arrivals::end(all);
  }
};

/// Gives up, and its memory is another's.
struct GivesUp : Pair {
  void work(unsigned thread) {
    if (thread < 2) return finish(thread);
    for (int i = 0; i < 2; ++i) {
      arrivals::Arrivals& all = *watch();
      std::size_t place = 2;
      static_cast<void>(next(all, 1.0, place));
      arrivals::end(all);
    }
  }
};

/// Whoever gives up has left nothing with a future, also where others have.
struct TakesBack : Pair {
  void work(unsigned) {
    arrivals::Arrivals* const all[3] = {watch(), watch(), watch()};
    void* const last = futures[0].watches;
    arrivals::end(*all[1]);
    THRUM_SIM_ASSERT(futures[0].watches == last);
    arrivals::end(*all[2]);
    THRUM_SIM_ASSERT(futures[0].watches != last && futures[0].watches != nullptr);
    arrivals::end(*all[0]);
    THRUM_SIM_ASSERT(futures[0].watches == nullptr && futures[1].watches == nullptr);
    finish(0);
    finish(1);
  }
};

/// Two wait for the same ones.
struct Two : Pair {
  void work(unsigned thread) {
    if (thread == 0) {
      finish(0);
      return finish(1);
    }
    arrivals::Arrivals& all = *watch();
    std::size_t place = 2;
    THRUM_SIM_ASSERT(next(all, THRUM_FOREVER, place) && next(all, THRUM_FOREVER, place));
    arrivals::end(all);
  }
};

}  // namespace

TEST_CASE("Arrivals: both of two", "[arrivals]") {
  model::explore<Both>("Arrivals, 3 threads, both of two futures", 3, {2, 3, model::kAny});
}

TEST_CASE("Arrivals: either of two", "[arrivals]") {
  model::explore<Either>("Arrivals, 3 threads, either of two futures", 3, {2, 3, model::kAny});
}

TEST_CASE("Arrivals: a time-out", "[arrivals]") {
  model::explore<Impatient>("Arrivals, 3 threads, a time-out against both", 3, {2, 3, model::kAny});
}

TEST_CASE("Arrivals: one who gives up", "[arrivals]") {
  model::explore<GivesUp>("Arrivals, 3 threads, one who gives up twice", 3, {2, 3, model::kAny});
}

TEST_CASE("Arrivals: what is taken back", "[arrivals]") {
  model::explore<TakesBack>("Arrivals, 1 thread, three who give up", 1,
                            {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Arrivals: two wait for the same", "[arrivals]") {
  model::explore<Two>("Arrivals, 3 threads, two who wait for both", 3, {2, 3, model::kAny});
}
