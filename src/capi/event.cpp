// capi/event.cpp - thrum_event_...
#include "core/sync/event.hpp"

#include "capi/objects.hpp"

using namespace thrum;

namespace {

/// All there is to it is its word.
struct Slot {
  detail::Word word;
};

Table<Slot, SlotType::event, 13> events;

}  // namespace

extern "C" {

thrum_status thrum_event_create(thrum_event* out) noexcept {
  return capi::create(events, out, event::kClear);
}

thrum_status thrum_event_destroy(thrum_event handle) noexcept { return capi::destroy(events, handle.id, 0); }

thrum_status thrum_event_set(thrum_event handle) noexcept {
  return capi::on(events, handle.id,
                  [](Slot& slot, Generation generation) { return event::set(slot.word, generation); });
}

thrum_status thrum_event_clear(thrum_event handle) noexcept {
  return capi::on(events, handle.id,
                  [](Slot& slot, Generation generation) { return event::clear(slot.word, generation); });
}

thrum_status thrum_event_is_set(thrum_event handle, int* out) noexcept {
  return capi::has_bit(events, handle.id, event::kSet, out);
}

thrum_status thrum_event_wait(thrum_event handle, double timeout) noexcept {
  return capi::on(events, handle.id, [=](Slot& slot, Generation generation) {
    return event::wait(slot.word, generation, timeout);
  });
}

thrum_status thrum_event_reinit_after_fork(thrum_event handle) noexcept {
  return capi::on(events, handle.id, [](Slot& slot, Generation generation) {
    return event::reinitialise(slot.word, generation);
  });
}
}
