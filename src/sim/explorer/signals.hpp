// explorer/signals.hpp - what would end the process ends a run.
#ifndef THRUM_EXPLORER_SIGNALS_HPP
#define THRUM_EXPLORER_SIGNALS_HPP

#include <csignal>
#include <cstddef>

namespace thrum::sim {

/// While this lives, SIGSEGV and the like are a fault of the run that is under way; or the first write to a
/// page of the image. Handled on a stack apart: the run's may have overflowed.
class Signals {
 public:
  Signals() noexcept;
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

 private:
  static constexpr int kSignals[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
  static constexpr std::size_t kCount = sizeof kSignals / sizeof kSignals[0];

  struct sigaction before_[kCount];
  stack_t stack_before_{};
  alignas(16) char stack_[64 * 1024];
};

}  // namespace thrum::sim

#endif
