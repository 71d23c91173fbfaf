// core/runtime.hpp - the calling thread.
#ifndef THRUM_CORE_RUNTIME_HPP
#define THRUM_CORE_RUNTIME_HPP

#include "core/record.hpp"

namespace thrum::runtime {

/// Makes a record for a calling thread that has none; null: no memory.
ThreadRecord* adopt() noexcept;

/// The calling thread's record; null: no memory for it.
inline ThreadRecord* current() noexcept {
  void* record = platform::identity().record;
  return record != nullptr ? static_cast<ThreadRecord*>(record) : adopt();
}

/// The calling thread's identifier; 0: no memory for its record.
inline std::uint64_t ident() noexcept {
  const std::uint64_t ident = platform::identity().ident;
  if (ident != 0) return ident;
  return adopt() != nullptr ? platform::identity().ident : 0;
}

/// What the calling thread enters a queue with; null: no memory. A thread that the exit of the process has
/// left behind does not come back from here.
Waiter* waiter() noexcept;

/// Has the platform tell the library of the ends of threads and of forks; the first call does it.
void initialise() noexcept;

}  // namespace thrum::runtime

#endif
