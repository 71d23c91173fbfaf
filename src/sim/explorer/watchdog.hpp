// explorer/watchdog.hpp - looks whether the run that is under way goes on.
//
// A thread that waits or loops without the library, for a mutex of the system's or an atomic variable, never
// comes to a scheduling point, and as all are in one thread of the system no other can go on. A timer's
// signal gets out of there, as that of a crash does: the run is left where it is.
#ifndef THRUM_EXPLORER_WATCHDOG_HPP
#define THRUM_EXPLORER_WATCHDOG_HPP

#include <pthread.h>
#include <csignal>
#include <cstdint>
#include <ctime>

namespace thrum::sim {

class Watchdog {
 public:
  /// While this lives a run that stands still for that long ends with a hang; 0: none does. The stack for
  /// signals is to be there.
  explicit Watchdog(double seconds) noexcept;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog();

 private:
  // It counts the looks, of which a process that is stopped or not given a processor has none, and not time.
  static constexpr unsigned kLooks = 8;
  /// How many it waits at most for a run to leave the allocator, which would be left in the middle.
  static constexpr unsigned kPatience = 16;

  static void handle(int signal, siginfo_t* info, void* context) noexcept;
  void look(const void* instruction) noexcept;
  bool is_in_allocator(const void* instruction) const noexcept;

  bool active_;
  pthread_t home_;
  timer_t timer_{};
  struct sigaction before_ {};
  sigset_t mask_before_{};
  char message_[128];
  std::uintptr_t allocator_begin_ = 0;
  std::uintptr_t allocator_end_ = 0;

  unsigned looks_ = 0;        // since there was a scheduling point
  std::uint64_t points_ = 0;  // that there had been by then
};

}  // namespace thrum::sim

#endif
