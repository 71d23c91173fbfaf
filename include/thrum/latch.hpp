// latch.hpp - thrum::Latch, C++20's std::latch with timeouts.
#ifndef THRUM_LATCH_HPP
#define THRUM_LATCH_HPP

#include <cstdint>

#include "thrum/detail/layout.hpp"
#include "thrum/error.hpp"

namespace thrum {

namespace detail {
/// The state of a latch with that count.
constexpr std::uint64_t latch_state(std::int64_t count) {
  if (count < 0) raise(THRUM_E_VALUE);
  if (count > THRUM_LATCH_MAX) raise(THRUM_E_OVERFLOW);
  return static_cast<std::uint64_t>(count) * latch_unit;
}
}  // namespace detail

/// A number that counts down to 0, once, and threads that wait for it. Eight bytes, no destructor; as a
/// static with a constant count it needs no initialiser. count_down may be called in signal handlers, as
/// thrum.h says.
class Latch {
 public:
  /// ValueError: the count is negative. OverflowError: above THRUM_LATCH_MAX.
  constexpr explicit Latch(std::int64_t count) : word_{detail::latch_state(count)} {}
  Latch(const Latch&) = delete;
  Latch& operator=(const Latch&) = delete;

  /// Takes n from the count, and at 0 lets all go who wait. ValueError: n is negative or above the count.
  void count_down(std::int64_t n = 1) {
    detail::check_status(detail::thrum_core_latch_count_down(word_, 0, n));
  }

  /// Waits until the count is 0, at most `timeout` seconds: false where it was not. ValueError: NaN.
  /// OverflowError: above timeout_max.
  bool wait(double timeout = no_timeout) {
    return detail::outcome(detail::thrum_core_latch_wait(word_, 0, timeout));
  }

  /// Whether the count is 0. std::latch::try_wait.
  bool try_wait() const noexcept { return count() == 0; }

  /// The first two in one step. Where it answers false the count has been taken all the same.
  bool arrive_and_wait(std::int64_t n = 1, double timeout = no_timeout) {
    return detail::outcome(detail::thrum_core_latch_arrive_and_wait(word_, 0, n, timeout));
  }

  /// The count at this moment.
  std::int64_t count() const noexcept {
    return static_cast<std::int64_t>((detail::load(word_) & UINT32_MAX) / detail::latch_unit);
  }

  /// Forgets who waited, in a forked child; the count stays.
  void reinit_after_fork() { detail::check_status(detail::thrum_core_latch_reinit(word_, 0)); }

 private:
  detail::Word word_;
};

}  // namespace thrum

#endif
