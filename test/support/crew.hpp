// crew.hpp - several threads that run the same function in a test.
#ifndef THRUM_TEST_SUPPORT_CREW_HPP
#define THRUM_TEST_SUPPORT_CREW_HPP

#include <atomic>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/eventually.hpp"
#include "thrum/thread.hpp"

namespace support {

/// Threads that thrum did not start.
struct Foreign {
  template <class Body>
  static std::thread start(Body body) {
    return std::thread(std::move(body));
  }
};

/// Threads that thrum started.
struct Native {
  template <class Body>
  static thrum::Thread start(Body body) {
    thrum::Thread thread(std::move(body));
    thread.start();
    return thread;
  }
};

/// `size` threads that run `body`, which takes the thread's index or nothing. The destructor joins them,
/// so a test lets them go before it gives up: CHECK, not REQUIRE, while they wait.
///
/// Catch2's assertions belong to the main thread: a body stores what it finds, and the test looks at it
/// after join().
template <class Kind>
class CrewOf {
 public:
  template <class Body>
  CrewOf(int size, Body body) {
    for (int index = 0; index < size; ++index) {
      threads_.push_back(Kind::start([this, size, body, index]() mutable {
        // All together: a short body would else be over before the next thread begins.
        started_.fetch_add(1);
        eventually([&] { return started_ == size; });
        if constexpr (std::is_invocable_v<Body&, int>) {
          body(index);
        } else {
          static_cast<void>(index);
          body();
        }
        finished_.fetch_add(1);
      }));
    }
  }
  CrewOf(const CrewOf&) = delete;
  CrewOf& operator=(const CrewOf&) = delete;
  ~CrewOf() { join(); }

  /// How many bodies have returned.
  int finished() const { return finished_.load(); }

  void join() {
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  using Thread = decltype(Kind::start(std::declval<void (*)()>()));
  std::atomic<int> started_{0};
  std::atomic<int> finished_{0};
  std::vector<Thread> threads_;
};

using Crew = CrewOf<Foreign>;
using NativeCrew = CrewOf<Native>;

}  // namespace support

#endif
