// crew.hpp - several threads that run the same function in a test.
#ifndef THRUM_TEST_SUPPORT_CREW_HPP
#define THRUM_TEST_SUPPORT_CREW_HPP

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
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
        // Also where the body leaves by pthread_exit.
        const Parting parting(*this);
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
    // The simulator's threads have no use for a real clock, and it tells of a deadlock itself.
    if constexpr (!simulated) await_parting();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    parted_ = 0;
  }

 private:
  /// One of the threads has little more to do than end.
  class Parting {
   public:
    explicit Parting(CrewOf& crew) : crew_(crew) {}
    Parting(const Parting&) = delete;
    Parting& operator=(const Parting&) = delete;
    ~Parting() {
      if constexpr (!simulated) {
        const std::lock_guard<std::mutex> lock(crew_.mutex_);
        ++crew_.parted_;
        crew_.parts_.notify_one();
      }
    }

   private:
    CrewOf& crew_;
  };

  void await_parting() {
    const auto start = Clock::now();
    std::unique_lock<std::mutex> lock(mutex_);
    while (parted_ != threads_.size()) {
      if (Clock::now() - start > std::chrono::seconds(patience)) {
        const std::size_t left = threads_.size() - parted_;
        lock.unlock();
        overdue(("the end of " + std::to_string(left) + " threads of a Crew").c_str());
      }
      // Not on the monotonic clock: ThreadSanitizer does not know how one waits on that.
      parts_.wait_until(lock, std::chrono::system_clock::now() + std::chrono::seconds(1));
    }
  }

  using Thread = decltype(Kind::start(std::declval<void (*)()>()));
  std::atomic<int> started_{0};
  std::atomic<int> finished_{0};
  std::mutex mutex_;
  std::condition_variable parts_;
  std::size_t parted_ = 0;  // guarded by it
  std::vector<Thread> threads_;
};

using Crew = CrewOf<Foreign>;
using NativeCrew = CrewOf<Native>;

}  // namespace support

#endif
