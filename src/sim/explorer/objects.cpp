// explorer/objects.cpp - how many objects there are behind handles.
#include "explorer/objects.hpp"

#include "core/tables.hpp"

namespace thrum::sim {

namespace {

constexpr const char* kNames[] = {"thread",    "lock",    "rlock", "condition", "event",
                                  "semaphore", "barrier", "latch", "once",      "rwlock",
                                  "local",     "timer",   "queue", "pool",      "future"};

}  // namespace

void Objects::count() noexcept {
  static_assert(sizeof kNames / sizeof kNames[0] == kKinds);
  std::size_t kind = 0;
  const auto count_in = [&](auto& table) {
    std::size_t& objects = counts_[kind++];
    objects = 0;
    // Without a step: it is over, and all is quiet.
    table.for_each([&](const auto& slot) { objects += generation_of(slot.word.bits) % 2; });
  };
  count_in(tables::threads);
  count_in(tables::locks);
  count_in(tables::rlocks);
  count_in(tables::conditions);
  count_in(tables::events);
  count_in(tables::semaphores);
  count_in(tables::barriers);
  count_in(tables::latches);
  count_in(tables::onces);
  count_in(tables::rwlocks);
  count_in(tables::locals);
  count_in(tables::timers);
  count_in(tables::queues);
  count_in(tables::pools);
  count_in(tables::futures);
}

const char* Objects::more_than(const Objects& then) const noexcept {
  for (std::size_t i = 0; i < kKinds; ++i) {
    if (counts_[i] > then.counts_[i]) return kNames[i];
  }
  return nullptr;
}

}  // namespace thrum::sim
