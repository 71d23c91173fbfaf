// sleeper.hpp - a thread that waits in the library when it is told to, whose system calls are counted.
#ifndef THRUM_TEST_POSIX_SLEEPER_HPP
#define THRUM_TEST_POSIX_SLEEPER_HPP

#include <atomic>
#include <functional>
#include <thread>
#include <utility>

#include "posix/system_calls.hpp"
#include "support/eventually.hpp"
#include "thrum/thrum.h"

namespace system_calls {

using Step = std::function<void()>;

/// Made in a thread whose calls are counted. In each round it calls wait(), and then after().
class Sleeper {
 public:
  explicit Sleeper(
      Step wait, Step after = [] {})
      : thread_([this, wait = std::move(wait), after = std::move(after)] {
          // The library's record of the thread is not part of what a wait takes.
          thrum_get_ident();
          counts_ = &mine();
          for (int round = 1;; ++round) {
            support::eventually([&] { return round_ >= round || ends_; });
            if (round_ < round) break;
            const long before = mine().but_yields();
            wait();
            took_ = mine().but_yields() - before;
            after();
            done_ = round;
          }
        }) {
    support::eventually([&] { return counts_ != nullptr; });
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() {
    ends_ = true;
    thread_.join();
  }

  /// Begins another round, and returns once the thread sleeps in it.
  void put_to_sleep() {
    const long before = counts_.load()->sleeps;
    ++round_;
    support::eventually([&] { return counts_.load()->sleeps != before; });
  }

  /// How many calls the wait of this round took, when it is over. A yield is none: how many there are before
  /// a thread sleeps is a matter of time.
  long took() {
    support::eventually([&] { return done_ == round_; });
    return took_;
  }

 private:
  std::atomic<const Counts*> counts_{nullptr};
  std::atomic<bool> ends_{false};
  std::atomic<int> round_{0};
  std::atomic<int> done_{0};
  std::atomic<long> took_{0};
  std::thread thread_;  // the last: it uses the others
};

}  // namespace system_calls

#endif
