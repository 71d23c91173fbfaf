// refusal.hpp - has the system refuse what the library asks it for.
//
// The library's own calls of some of the system's functions come to refusal.cpp, where they fail on demand.
#ifndef THRUM_TEST_SUPPORT_REFUSAL_HPP
#define THRUM_TEST_SUPPORT_REFUSAL_HPP

#include <atomic>
#include <functional>

namespace support {

inline std::atomic<bool> refuse_threads{false};
inline std::atomic<int> threads_refused{0};
inline std::function<void()> before_refusing_thread;
inline std::atomic<bool> refuse_memory{false};
/// What holds a thread's own record.
inline std::atomic<bool> refuse_keys{false};
/// Called before the library gets memory, where it is not null; in any thread.
inline std::atomic<void (*)()> before_allocating{nullptr};

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
