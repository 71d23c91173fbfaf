// refusal.hpp - has the system refuse what the library asks it for.
//
// The library's own calls of some of the system's functions come to refusal.cpp, where they fail on demand.
#ifndef THRUM_TEST_SUPPORT_REFUSAL_HPP
#define THRUM_TEST_SUPPORT_REFUSAL_HPP

#include <atomic>
#include <cstddef>
#include <functional>

namespace support {

inline std::atomic<bool> refuse_threads{false};
inline std::atomic<int> threads_refused{0};
inline std::function<void()> before_refusing_thread;
/// Of POSIX: a thread with a smaller stack is refused as one that its thread-local data does not fit in.
inline std::atomic<std::size_t> least_stack{0};
/// Of POSIX: what has been registered for the exit.
inline std::atomic<int> handlers_registered{0};
/// Of POSIX: how many waits of more than an hour end at once, as if their time had passed; and the longest of
/// all that there were, in seconds.
inline std::atomic<int> long_waits_to_end{0};
inline std::atomic<double> longest_wait{0};
inline std::atomic<bool> refuse_memory{false};
/// What holds a thread's own record.
inline std::atomic<bool> refuse_keys{false};
/// Called with the number of bytes before the library gets memory, where it is not null; in any thread.
inline std::atomic<void (*)(std::size_t)> before_allocating{nullptr};

/// While it lives, the flag is set.
class Refusal {
 public:
  explicit Refusal(std::atomic<bool>& flag) : flag_(flag) { flag_ = true; }
  Refusal(const Refusal&) = delete;
  Refusal& operator=(const Refusal&) = delete;
  ~Refusal() { flag_ = false; }

 private:
  std::atomic<bool>& flag_;
};

}  // namespace support

#endif
