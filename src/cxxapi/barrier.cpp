// cxxapi/barrier.cpp - thrum_core_barrier_...
#include "core/sync/barrier.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_barrier_wait(BarrierState& barrier, std::uint32_t generation, double timeout,
                                     bool has_action, int& index) noexcept {
  return barrier::wait(barrier, generation, timeout, has_action, index);
}

thrum_status thrum_core_barrier_acted(BarrierState& barrier, std::uint32_t generation,
                                      bool succeeded) noexcept {
  return barrier::acted(barrier, generation, succeeded);
}

thrum_status thrum_core_barrier_reset(BarrierState& barrier, std::uint32_t generation) noexcept {
  return barrier::reset(barrier, generation);
}

thrum_status thrum_core_barrier_abort(BarrierState& barrier, std::uint32_t generation) noexcept {
  return barrier::abort(barrier, generation);
}

thrum_status thrum_core_barrier_reinit(BarrierState& barrier, std::uint32_t generation) noexcept {
  return barrier::reinitialise(barrier, generation);
}

void thrum_core_barrier_look(const BarrierState& barrier, int& waiting, bool& broken) noexcept {
  barrier::Look look{};
  static_cast<void>(barrier::look(barrier, 0, look));
  waiting = look.waiting;
  broken = look.broken;
}

}  // namespace thrum::detail
