// core/sync/event.hpp - waiting for an event, whose word is park/flag.hpp's.
#ifndef THRUM_CORE_SYNC_EVENT_HPP
#define THRUM_CORE_SYNC_EVENT_HPP

#include "core/park/flag.hpp"
#include "core/word/deadline.hpp"

namespace thrum::event {

thrum_status wait_slowly(detail::Word& event, Generation generation, double timeout) noexcept;
thrum_status wait_until(detail::Word& event, Generation generation, Deadline deadline) noexcept;

inline thrum_status wait(detail::Word& event, Generation generation, double timeout) noexcept {
  if (!compiler::tells_thread_sanitizer() && is_plain(timeout) && is_set(event, generation)) return THRUM_OK;
  return wait_slowly(event, generation, timeout);
}

}  // namespace thrum::event

#endif
