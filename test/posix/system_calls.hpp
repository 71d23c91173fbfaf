// system_calls.hpp - counts the system calls of threads, each as it is made.
//
// The kernel asks another thread of this process before each of them (seccomp, with a listener), which counts
// it and lets it go on. So a count is exact, and there to be read before the call has begun: a thread whose
// call to sleep has been counted is as good as asleep.
#ifndef THRUM_TEST_POSIX_SYSTEM_CALLS_HPP
#define THRUM_TEST_POSIX_SYSTEM_CALLS_HPP

#include <atomic>
#include <functional>

namespace system_calls {

/// What a thread has called since it began. Reading it takes no system call.
struct Counts {
  std::atomic<long> sleeps{0};  // on a futex
  std::atomic<long> wakes{0};   // of a futex
  std::atomic<long> yields{0};
  std::atomic<long> others{0};  // but those that read a clock, as some machines do in the kernel

  long but_yields() const { return sleeps + wakes + others; }
  long all() const { return but_yields() + yields; }
};

/// Runs body() in a thread whose calls are counted, with those of all threads that are begun there. False:
/// the system does not allow it.
bool count_in(const std::function<void()>& body);

/// The calling thread's own, which is such a thread.
const Counts& mine();

}  // namespace system_calls

#endif
