// capi/latch.cpp - thrum_latch_...
#include "core/sync/latch.hpp"

#include "capi/objects.hpp"

using namespace thrum;

namespace {

/// All there is to it is its word.
struct Slot {
  detail::Word word;
};

Table<Slot, SlotType::latch, 11> latches;

}  // namespace

extern "C" {

thrum_status thrum_latch_create(thrum_latch* out, int64_t count) noexcept {
  if (count < 0) return THRUM_E_VALUE;
  if (count > THRUM_LATCH_MAX) return THRUM_E_OVERFLOW;
  return capi::create(latches, out, static_cast<std::uint64_t>(count) * latch::kUnit);
}

thrum_status thrum_latch_destroy(thrum_latch handle) noexcept { return capi::destroy(latches, handle.id, 0); }

thrum_status thrum_latch_count_down(thrum_latch handle, int64_t n) noexcept {
  return capi::on(latches, handle.id, [=](Slot& slot, Generation generation) {
    return latch::count_down(slot.word, generation, n);
  });
}

thrum_status thrum_latch_wait(thrum_latch handle, double timeout) noexcept {
  return capi::on(latches, handle.id, [=](Slot& slot, Generation generation) {
    return latch::wait(slot.word, generation, timeout);
  });
}

thrum_status thrum_latch_arrive_and_wait(thrum_latch handle, int64_t n, double timeout) noexcept {
  return capi::on(latches, handle.id, [=](Slot& slot, Generation generation) {
    return latch::arrive_and_wait(slot.word, generation, n, timeout);
  });
}

thrum_status thrum_latch_count(thrum_latch handle, int64_t* out) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  std::uint64_t state = 0;
  const thrum_status status = capi::state(latches, handle.id, state);
  if (status == THRUM_OK) *out = latch::count_of(state);
  return status;
}

thrum_status thrum_latch_reinit_after_fork(thrum_latch handle) noexcept {
  return capi::on(latches, handle.id, [](Slot& slot, Generation generation) {
    return latch::reinitialise(slot.word, generation);
  });
}
}
