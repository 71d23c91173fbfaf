// standard.hpp - what rows and programs both have of the C++ standard library.
#ifndef THRUM_BENCH_PEERS_STANDARD_HPP
#define THRUM_BENCH_PEERS_STANDARD_HPP

#include <barrier>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "peers/locks.hpp"

namespace bench {

class StandardMonitor : public Conditions<std::mutex, std::condition_variable, std::unique_lock<std::mutex>,
                                          std::adopt_lock_t> {
 public:
  void time_out(std::chrono::milliseconds time) {
    with_held(lead, [&](auto& condition, auto& held) {
      require(condition.wait_for(held, time, [] { return false; }), "condition_variable::wait_for");
    });
  }
  void wait_until(Clock::time_point deadline) {
    with_held(lead, [&](auto& condition, auto& held) { condition.wait_until(held, deadline); });
  }
};

class alignas(cache_line) StandardBarrier {
 public:
  explicit StandardBarrier(int parties) : barrier_(parties) {}
  void wait() { barrier_.arrive_and_wait(); }

 private:
  std::barrier<> barrier_;
};

class StandardThread {
 public:
  void start(void (*body)(void*), void* argument) { thread_ = std::thread(body, argument); }
  void join() { thread_.join(); }

 private:
  std::thread thread_;
};

}  // namespace bench

#endif
