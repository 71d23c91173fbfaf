// cxxapi/event.cpp - thrum_core_event_...
#include "core/sync/event.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

static_assert(event_clear == event::kClear && event_set == event::kSet);

thrum_status thrum_core_event_set(Word& event, std::uint32_t generation) noexcept {
  return event::set(event, generation);
}

thrum_status thrum_core_event_clear(Word& event, std::uint32_t generation) noexcept {
  return event::clear(event, generation);
}

thrum_status thrum_core_event_wait(Word& event, std::uint32_t generation, double timeout) noexcept {
  return event::wait(event, generation, timeout);
}

thrum_status thrum_core_event_reinit(Word& event, std::uint32_t generation) noexcept {
  return event::reinitialise(event, generation);
}

}  // namespace thrum::detail
