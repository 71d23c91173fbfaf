// semaphore.hpp - thrum::Semaphore and thrum::BoundedSemaphore, Python's of the same names.
#ifndef THRUM_SEMAPHORE_HPP
#define THRUM_SEMAPHORE_HPP

#include "thrum/detail/layout.hpp"
#include "thrum/error.hpp"

namespace thrum {

namespace detail {
/// The state of a semaphore with that value.
constexpr std::uint64_t semaphore_state(std::int64_t value) {
  if (value < 0) raise(THRUM_E_VALUE);
  if (value > THRUM_SEMAPHORE_MAX) raise(THRUM_E_OVERFLOW);
  return static_cast<std::uint64_t>(value) * semaphore_unit;
}
}  // namespace detail

/// A number of units that threads take and give back. Eight bytes, no destructor; as a static with a
/// constant value it needs no initialiser. release may be called in signal handlers, as thrum.h says.
class Semaphore {
 public:
  /// A semaphore with `value` units. ValueError: it is negative. OverflowError: above THRUM_SEMAPHORE_MAX.
  /// threading.Semaphore(value).
  constexpr explicit Semaphore(std::int64_t value = 1) : word_{detail::semaphore_state(value)} {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// Takes a unit, however long that takes: true. Semaphore.acquire().
  bool acquire() {
    if (detail::in_line()) {
      // A unit that is there is anybody's, also where threads wait: those are called to look for it, too.
      const std::uint64_t word = detail::load(word_);
      if (word >= detail::semaphore_unit && detail::change(word_, word, word - detail::semaphore_unit))
        return true;
    }
    return acquire(no_timeout);
  }

  /// Takes a unit, waiting at most `timeout` seconds for it: false where there was none in time.
  /// ValueError: NaN. OverflowError: above timeout_max. Semaphore.acquire(timeout=...).
  bool acquire(double timeout) {
    return detail::outcome(detail::thrum_core_semaphore_acquire(word_, 0, timeout));
  }

  /// Gives n units back. ValueError: n < 1. OverflowError: the value would pass THRUM_SEMAPHORE_MAX.
  /// Semaphore.release.
  void release(std::int64_t n = 1) { release_within(n, INT64_MAX); }

  /// The units that are free at this moment. Semaphore._value.
  std::int64_t value() const noexcept {
    return static_cast<std::int64_t>((detail::load(word_) & UINT32_MAX) / detail::semaphore_unit);
  }

  /// Makes the semaphore as new with `value` units, in a forked child.
  void reinit_after_fork(std::int64_t value) {
    detail::check_status(detail::thrum_core_semaphore_reinit(word_, 0, value));
  }

 protected:
  void release_within(std::int64_t n, std::int64_t bound) {
    if (n == 1 && detail::in_line()) {
      const std::uint64_t word = detail::load(word_);
      const std::int64_t limit = bound < THRUM_SEMAPHORE_MAX ? bound : THRUM_SEMAPHORE_MAX;
      if ((word & detail::semaphore_parked) == 0 &&
          word < static_cast<std::uint64_t>(limit) * detail::semaphore_unit &&
          detail::change(word_, word, word + detail::semaphore_unit)) {
        return;
      }
    }
    detail::check_status(detail::thrum_core_semaphore_release(word_, 0, n, bound));
  }

 private:
  detail::Word word_;
};

/// A semaphore whose value never passes the one that it began with.
class BoundedSemaphore : private Semaphore {
 public:
  /// threading.BoundedSemaphore(value).
  constexpr explicit BoundedSemaphore(std::int64_t value = 1) : Semaphore(value), bound_(value) {}

  using Semaphore::acquire;
  using Semaphore::value;

  /// As Semaphore::release. ValueError too where the value would pass the first one; it is then unchanged.
  /// BoundedSemaphore.release.
  void release(std::int64_t n = 1) { release_within(n, bound_); }

  /// Makes the semaphore as new, in a forked child.
  void reinit_after_fork() { Semaphore::reinit_after_fork(bound_); }

 private:
  std::int64_t bound_;
};

}  // namespace thrum

#endif
