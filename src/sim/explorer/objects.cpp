// explorer/objects.cpp - how many objects there are behind handles.
#include "explorer/objects.hpp"

#include "core/handle/tables.hpp"

namespace thrum::sim {

namespace {

// By SlotType; none has 0.
constexpr const char* kNames[] = {"",          "thread",  "lock",  "rlock", "condition", "event",
                                  "semaphore", "barrier", "latch", "once",  "rwlock",    "local",
                                  "queue",     "timer",   "pool",  "future"};

}  // namespace

void Objects::count() noexcept {
  static_assert(sizeof kNames / sizeof kNames[0] == kKinds);
  static_assert(kKinds == static_cast<std::size_t>(kLastSlotType) + 1);
  for (std::size_t& objects : counts_) objects = 0;
  for (tables::Base* table = tables::first(); table != nullptr; table = table->next) {
    std::size_t& objects = counts_[static_cast<std::size_t>(table->type)];
    for (std::uint32_t position = 0; position != table->fresh; ++position) {
      // Without a step: it is over, and all is quiet.
      objects += generation_of(table->word_at(*table, position).bits) % 2;
    }
  }
}

const char* Objects::more_than(const Objects& then) const noexcept {
  for (std::size_t i = 0; i < kKinds; ++i) {
    if (counts_[i] > then.counts_[i]) return kNames[i];
  }
  return nullptr;
}

}  // namespace thrum::sim
