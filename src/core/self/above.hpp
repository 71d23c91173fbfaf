// core/self/above.hpp - what a thread does for the wings above, which this one knows nothing of.
#ifndef THRUM_CORE_SELF_ABOVE_HPP
#define THRUM_CORE_SELF_ABOVE_HPP

#include "core/self/record.hpp"

namespace thrum {

struct Above {
  /// With the first use of the library: has the platform tell of the ends of threads, and of forks.
  void (*start_up)() noexcept;
  /// A thread that thrum did not start has got its record, in that thread.
  void (*thread_seen)(ThreadRecord& record);
  /// A thread is about to wait and finds that the gate has moved. False: the process has left it behind.
  bool (*before_wait)(ThreadRecord& record);
  /// A thread ends: what it has left by pthread_exit in the middle is still to be done.
  void (*thread_ends)(ThreadRecord& record) noexcept;
  /// The main thread has ended, and the process goes on.
  void (*main_left)() noexcept;
  /// The handler of the process's exit.
  void (*process_exits)();
};

/// Defined, and constant-initialised, in process/start_up.cpp: it is there before any constructor runs.
extern const Above above;

}  // namespace thrum

#endif
