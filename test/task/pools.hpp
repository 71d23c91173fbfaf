// pools.hpp - what the tests of pools share.
#ifndef THRUM_TEST_TASK_POOLS_HPP
#define THRUM_TEST_TASK_POOLS_HPP

#include "thrum/thread_pool.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include "thrum/event.hpp"
#include "thrum/semaphore.hpp"

namespace support {

using thrum::Future;
using thrum::ThreadPool;

/// The threads whose names begin with the prefix.
inline std::size_t threads_called(const std::string& prefix) {
  std::size_t count = 0;
  for (const thrum::ThreadRef& thread : thrum::enumerate()) {
    if (thread.name().rfind(prefix, 0) == 0) ++count;
  }
  return count;
}

/// Keeps every worker of a pool busy until it is let go.
class Plug {
 public:
  Plug(ThreadPool& pool, int workers) {
    for (int i = 0; i < workers; ++i) {
      futures_.push_back(pool.submit([this] {
        entered_.release();
        leave_.wait();
      }));
    }
    for (int i = 0; i < workers; ++i) entered_.acquire();
  }
  Plug(const Plug&) = delete;
  Plug& operator=(const Plug&) = delete;
  ~Plug() { pull(); }

  void pull() {
    leave_.set();
    for (const Future<void>& future : futures_) future.wait();
  }

 private:
  thrum::Semaphore entered_{0};
  thrum::Event leave_;
  std::vector<Future<void>> futures_;
};

}  // namespace support

#endif
