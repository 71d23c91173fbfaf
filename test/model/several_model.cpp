// several_model.cpp - a thread that waits for several addresses at once, of the parking lot itself.
#include <catch2/catch_test_macros.hpp>

#include "core/park/parked.hpp"
#include "core/park/several.hpp"
#include "core/self/runtime.hpp"
#include "model/model.hpp"

namespace {

using thrum::Kind;
using thrum::Place;
using thrum::Verdict;
using thrum::Waiter;
using thrum::lot::Bucket;
using thrum::lot::Several;

constexpr std::uint64_t kParked = 1;
constexpr std::uint64_t kUnit = 2;

/// A number of units: those that are given go to who waits, first in first out, or stay here.
struct Source {
  thrum::detail::Word word;

  bool try_take() {
    std::uint64_t found = thrum::atomic::load_relaxed(word);
    while (found >= kUnit) {
      if (thrum::atomic::change(word, found, found - kUnit)) return true;
    }
    return false;
  }

  void give() {
    Bucket bucket(&word);
    Waiter* waiter = bucket.pop();
    if (!bucket.occupied()) thrum::parked::clear(word, kParked);
    if (waiter == nullptr) {
      std::uint64_t found = thrum::atomic::load_relaxed(word);
      while (!thrum::atomic::change(word, found, found + kUnit)) {
      }
    }
    bucket.unlock();
    if (waiter != nullptr) thrum::lot::wake(*waiter, Verdict::handed_over);
  }

  /// Waits for this one alone. False: the time is up.
  bool take(thrum::Deadline deadline) {
    Waiter& self = *thrum::runtime::waiter();
    Bucket bucket(&word);
    std::uint64_t found = 0;
    if (!thrum::parked::set(word, kParked, found, [](std::uint64_t units) { return units < kUnit; })) {
      bucket.unlock();
      return try_take() || take(deadline);
    }
    bucket.push(self, Kind::none);
    bucket.unlock();
    if (thrum::lot::wait(self, deadline)) return true;
    return !thrum::lot::leave(self, &word, [&] { thrum::parked::clear(word, kParked); });
  }

  bool is_at_rest(std::uint64_t units) const {
    return word.bits == units * kUnit && model::queued_for(&word) == 0;
  }
};

/// One round of a wait for any: which of them it was; -1: the time is up; kSources: one had a unit that was
/// gone again.
template <std::size_t kSources>
int try_any(Source* sources, thrum::Deadline deadline) {
  Waiter& self = *thrum::runtime::waiter();
  Place places[kSources];
  Several several(self, places);
  std::size_t entered = 0;
  bool met = false;
  while (entered != kSources && !met) {
    Source& source = sources[entered];
    Bucket bucket(&source.word);
    std::uint64_t found = 0;
    met = !thrum::parked::set(source.word, kParked, found, [](std::uint64_t units) { return units < kUnit; });
    if (met) break;
    if (!several.enter(bucket, entered, Kind::none, nullptr)) {
      if (!bucket.occupied()) thrum::parked::clear(source.word, kParked);
      break;
    }
    ++entered;
  }
  // Where it has met a unit it does not wait, unless somebody has come for it first.
  const Place* place = several.wait(met ? thrum::kPoll : deadline);
  int got = -1;
  for (std::size_t i = 0; i != entered; ++i) {
    Bucket bucket(&sources[i].word);
    several.leave(bucket, i);
    if (!bucket.occupied()) thrum::parked::clear(sources[i].word, kParked);
    if (place == &places[i]) got = static_cast<int>(i);
  }
  if (place != nullptr || !met) return got;
  return sources[entered].try_take() ? static_cast<int>(entered) : static_cast<int>(kSources);
}

/// Waits for either. Which one it was; -1: the time is up.
template <std::size_t kSources>
int take_any(Source* sources, thrum::Deadline deadline) {
  for (;;) {
    const int got = try_any<kSources>(sources, deadline);
    if (got != static_cast<int>(kSources)) return got;
  }
}

/// Two give, one to each; one thread takes either, and whatever comes to it twice goes to nobody else.
struct Either {
  Source sources[2];
  model::Word got[2];

  void work(unsigned thread) {
    if (thread < 2) return sources[thread].give();
    const int first = take_any<2>(sources, thrum::kNever);
    THRUM_SIM_ASSERT(first >= 0);
    got[first].add(1);
  }
  void check() {
    const std::uint64_t sum = got[0].plain() + got[1].plain();
    THRUM_SIM_ASSERT(sum == 1);
    for (int i = 0; i < 2; ++i) THRUM_SIM_ASSERT(sources[i].is_at_rest(1 - got[i].plain()));
  }
};

/// The same where another thread waits for the second one alone, behind it or before it: it must get a unit.
struct Behind {
  Source sources[2];
  model::Word got[2];
  bool patient = false;

  void work(unsigned thread) {
    if (thread == 0) {
      sources[0].give();
      return sources[1].give();
    }
    if (thread == 1) {
      patient = sources[1].take(thrum::kNever);
      return;
    }
    const int which = take_any<2>(sources, thrum::kNever);
    THRUM_SIM_ASSERT(which >= 0);
    got[which].add(1);
    // What it has taken from the other's it gives back.
    if (which == 1) sources[1].give();
  }
  void check() {
    THRUM_SIM_ASSERT(patient && got[0].plain() + got[1].plain() == 1);
    THRUM_SIM_ASSERT(sources[0].is_at_rest(1 - got[0].plain()) && sources[1].is_at_rest(0));
  }
};

/// The time may be up as both come; whatever has come of that, the next wait is as good as new.
struct Impatient {
  Source sources[2];
  model::Word got[2];

  void work(unsigned thread) {
    if (thread < 2) return sources[thread].give();
    const int which = take_any<2>(sources, thrum::deadline_after(1.0));
    if (which >= 0) got[which].add(1);
    const int next = take_any<2>(sources, thrum::kNever);
    THRUM_SIM_ASSERT(next >= 0);
    got[next].add(1);
  }
  void check() {
    for (int i = 0; i < 2; ++i) THRUM_SIM_ASSERT(sources[i].is_at_rest(1 - got[i].plain()));
  }
};

/// Two threads wait for either of two, and two give.
struct Crowd {
  Source sources[2];
  model::Word got;

  void work(unsigned thread) {
    if (thread < 2) return sources[thread].give();
    THRUM_SIM_ASSERT(take_any<2>(sources, thrum::kNever) >= 0);
    got.add(1);
  }
  void check() { THRUM_SIM_ASSERT(got.plain() == 2 && sources[0].is_at_rest(0) && sources[1].is_at_rest(0)); }
};

/// Its place in a wait is as good as new afterwards.
struct Again {
  Source sources[2];

  void work(unsigned thread) {
    if (thread == 0) {
      sources[0].give();
      sources[1].give();
      return;
    }
    THRUM_SIM_ASSERT(take_any<2>(sources, thrum::kNever) >= 0);
    THRUM_SIM_ASSERT(take_any<2>(sources, thrum::kNever) >= 0);
  }
  void check() { THRUM_SIM_ASSERT(sources[0].is_at_rest(0) && sources[1].is_at_rest(0)); }
};

}  // namespace

TEST_CASE("Several: one waits for either of two", "[several]") {
  model::explore<Either>("Several, 3 threads, either of two that are given", 3,
                         {2, model::kAny, model::kAny});
}

TEST_CASE("Several: a wake-up that comes too late goes to the next", "[several]") {
  model::explore<Behind>("Several, 3 threads, one behind who waits for either", 3, {2, 3, model::kAny});
}

TEST_CASE("Several: a time-out as both come", "[several]") {
  model::explore<Impatient>("Several, 3 threads, a time-out against either", 3, {2, 3, model::kAny});
}

TEST_CASE("Several: two wait for either of two", "[several]") {
  model::explore<Crowd>("Several, 4 threads, two for either of two", 4, {2, 3, model::kAny});
}

TEST_CASE("Several: twice", "[several]") {
  model::explore<Again>("Several, 2 threads, either of two, twice", 2,
                        {model::kAny, model::kAny, model::kAny});
}
