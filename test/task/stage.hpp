// stage.hpp - futures in whatever state a test wants.
#ifndef THRUM_TEST_TASK_STAGE_HPP
#define THRUM_TEST_TASK_STAGE_HPP

#include "thrum/future.hpp"

#include <stdexcept>

#include "thrum/event.hpp"
#include "thrum/thread_pool.hpp"

namespace support {

using thrum::Future;
using thrum::ThreadPool;

/// A pool with one worker, futures of which are in whatever state a test wants.
class Stage {
 public:
  Stage() {
    running_ = pool_.submit([this] {
      entered_.set();
      leave_.wait();
      return 0;
    });
    entered_.wait();
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() { go_on(); }

  /// Runs until go_on().
  Future<int> running() const { return running_; }
  /// Waits for the running one.
  Future<int> pending(int result = 42) {
    return pool_.submit([result] { return result; });
  }
  Future<int> throwing() {
    return pool_.submit([]() -> int { throw std::out_of_range("thrown by the test"); });
  }
  Future<int> cancelled() {
    Future<int> future = pending();
    future.cancel();
    return future;
  }
  void go_on() { leave_.set(); }
  ThreadPool& pool() { return pool_; }

 private:
  thrum::Event entered_;
  thrum::Event leave_;
  Future<int> running_;
  ThreadPool pool_{1};  // the first to go
};

}  // namespace support

#endif
