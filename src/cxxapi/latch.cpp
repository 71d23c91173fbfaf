// cxxapi/latch.cpp - thrum_core_latch_...
#include "core/sync/latch.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_latch_count_down(Word& latch, std::uint32_t generation, std::int64_t n) noexcept {
  return latch::count_down(latch, generation, n);
}

thrum_status thrum_core_latch_wait(Word& latch, std::uint32_t generation, double timeout) noexcept {
  return latch::wait(latch, generation, timeout);
}

thrum_status thrum_core_latch_arrive_and_wait(Word& latch, std::uint32_t generation, std::int64_t n,
                                              double timeout) noexcept {
  return latch::arrive_and_wait(latch, generation, n, timeout);
}

thrum_status thrum_core_latch_reinit(Word& latch, std::uint32_t generation) noexcept {
  return latch::reinitialise(latch, generation);
}

}  // namespace thrum::detail
