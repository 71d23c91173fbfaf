// signals.cpp - what threads tell each other with: events, semaphores, barriers, latches, what is done once.
#include "steps/operations.hpp"
#include "support/handles.hpp"
#include "thrum/thrum.hpp"

namespace steps {

namespace {

template <class Event>
void add_event(Operations& all, const std::string& api) {
  all.add<Event>("event: set, clear" + api, [](Event& event) {
    event.set();
    event.clear();
  });
  struct Set {
    Set() { event.set(); }
    Event event;
  };
  all.add<Set>("event: wait when set" + api, [](Set& set) { set.event.wait(); });
  all.add<Set>("event: wait in time when set" + api, [](Set& set) { set.event.wait(1.0); });
  all.add<Set>("event: set when set" + api, [](Set& set) { set.event.set(); });
  all.add<Event>("event: wait in vain" + api, [](Event& event) { event.wait(0); });
}

template <class Semaphore, class BoundedSemaphore>
void add_semaphore(Operations& all, const std::string& api) {
  const auto pair = [](auto& semaphore) {
    semaphore.acquire();
    semaphore.release();
  };
  all.add<Semaphore>("semaphore: acquire, release" + api, pair);
  all.add<BoundedSemaphore>("bounded semaphore: acquire, release" + api, pair);
  all.add<Semaphore>(
      "semaphore: acquire in vain" + api, [](Semaphore& semaphore) { semaphore.acquire(0); }, 0);
}

template <class Barrier, class Latch, class Once>
void add_others(Operations& all, const std::string& api) {
  all.add<Barrier>(
      "barrier of one: wait" + api, [](Barrier& barrier) { barrier.wait(); }, 1);
  all.add<Latch>(
      "latch: count down" + api, [](Latch& latch) { latch.count_down(); }, THRUM_LATCH_MAX);
  all.add<Latch>(
      "latch: wait when open" + api, [](Latch& latch) { latch.wait(); }, 0);
  all.add<Once>("once: call when done" + api, [](Once& once) { once.call([] {}); });
}

}  // namespace

void add_signals(Operations& all) {
  add_event<handle::Event>(all, " (C)");
  add_event<thrum::Event>(all, " (C++)");
  add_semaphore<handle::Semaphore, handle::BoundedSemaphore>(all, " (C)");
  add_semaphore<thrum::Semaphore, thrum::BoundedSemaphore>(all, " (C++)");
  add_others<handle::Barrier, handle::Latch, handle::Once>(all, " (C)");
  add_others<thrum::Barrier, thrum::Latch, thrum::Once>(all, " (C++)");
  all.add<handle::OnceFlag>("once by a flag: call when done (C)",
                            [](handle::OnceFlag& flag) { flag.call([] {}); });
}

}  // namespace steps
