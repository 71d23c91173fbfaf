// event_model.cpp - Event.
#include <catch2/catch_test_macros.hpp>

#include "model/model.hpp"
#include "thrum/event.hpp"

namespace {

constexpr std::uint64_t kSet = 1;
constexpr std::uint64_t kFlags = 3;
constexpr std::uint64_t kCount = UINT32_MAX & ~kFlags;  // of sets; 0: nobody has ever looked

bool is_at_rest(const thrum::Event& event, std::uint64_t state) {
  return model::is_at_rest(event, state, kFlags);
}

/// One sets it, the others wait and see what was done before.
struct Signal {
  thrum::Event event;
  model::Word data;

  void work(unsigned thread) {
    if (thread == 0) {
      data.plain() = 1;
      event.set();
    } else {
      event.wait();
      THRUM_SIM_ASSERT(data.plain() == 1 && event.is_set());
    }
  }
  void check() { THRUM_SIM_ASSERT(is_at_rest(event, kSet)); }
};

/// Whoever is queued as the event is set returns, though it is cleared at once.
struct Pulse {
  thrum::Event event;
  model::Word returned;

  void work(unsigned thread) {
    if (thread != 0) {
      event.wait();
      returned.add(1);
      return;
    }
    const std::uint64_t queued = model::queued_for(&event);
    event.set();
    event.clear();
    returned.await(queued);
    event.set();
  }
  void check() { THRUM_SIM_ASSERT(is_at_rest(event, kSet) && returned.plain() == 2); }
};

/// Whoever has begun to look, without being queued yet, returns too.
struct Glimpse {
  thrum::Event event;
  model::Word returned;

  void work(unsigned thread) {
    if (thread != 0) {
      event.wait();
      returned.add(1);
      return;
    }
    const auto& word = reinterpret_cast<const thrum::detail::Word&>(event);
    const bool looking = (thrum::detail::load(word) & kCount) != 0;
    event.set();
    event.clear();
    if (looking) returned.await(1);
    event.set();
  }
  void check() { THRUM_SIM_ASSERT(is_at_rest(event, kSet) && returned.plain() == 1); }
};

/// One's time may be up, the other waits for ever.
struct Impatient {
  thrum::Event event;
  bool got = false;

  void work(unsigned thread) {
    if (thread == 0) return event.set();
    if (event.wait(thread == 1 ? 1.0 : thrum::no_timeout)) {
      if (thread == 2) got = true;
      THRUM_SIM_ASSERT(event.is_set());
    }
  }
  void check() { THRUM_SIM_ASSERT(got && is_at_rest(event, kSet)); }
};

/// Set, cleared and waited for with time-outs, all at once.
struct Turmoil {
  thrum::Event event;

  void work(unsigned thread) {
    if (thread == 0) event.set();
    if (thread == 1) event.clear();
    if (thread > 1) static_cast<void>(event.wait(1.0));
  }
  void check() { THRUM_SIM_ASSERT(is_at_rest(event, kSet) || is_at_rest(event, 0)); }
};

}  // namespace

TEST_CASE("Event: two wait for a set", "[event]") {
  model::explore<Signal>("Event, 3 threads, a set", 3, {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Event: set and cleared at once", "[event]") {
  model::explore<Pulse>("Event, 3 threads, a set with a clear behind it", 3, {2, model::kAny, model::kAny});
}

TEST_CASE("Event: set and cleared before who looks is queued", "[event]") {
  model::explore<Glimpse>("Event, 2 threads, a set with a clear behind it, seen by one who looks", 2,
                          {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Event: a time-out takes nothing from who waits on", "[event]") {
  model::explore<Impatient>("Event, 3 threads, a time-out and one who waits", 3,
                            {model::kAny, model::kAny, model::kAny});
}

TEST_CASE("Event: set, cleared and waited for", "[event]") {
  model::explore<Turmoil>("Event, 4 threads, a set, a clear, time-outs", 4, {2, 4, model::kAny});
}
