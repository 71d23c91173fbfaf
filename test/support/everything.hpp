// everything.hpp - a call into every class, for code of the user's that the library calls.
//
// With a lock of the library's held it would deadlock, or find what is only half changed.
#ifndef THRUM_TEST_SUPPORT_EVERYTHING_HPP
#define THRUM_TEST_SUPPORT_EVERYTHING_HPP

#include <atomic>

#include "thrum/thrum.hpp"

namespace support {

/// Objects that are there before the call-back and after it.
class Everything {
 public:
  Everything() { timer_.start(); }
  Everything(const Everything&) = delete;
  Everything& operator=(const Everything&) = delete;
  ~Everything() { timer_.cancel(); }

  /// May be called in any thread, at any time before the process's exit.
  void call() {
    if (lock_.acquire(0)) lock_.release();
    if (rlock_.acquire(0)) rlock_.release();
    if (condition_.acquire(0)) {
      condition_.notify_all();
      condition_.release();
    }
    event_.set();
    event_.wait();
    semaphore_.release();
    semaphore_.acquire();
    if (rwlock_.acquire_read(0)) rwlock_.release_read();
    thrum::Barrier(1).wait();
    thrum::Latch latch(1);
    latch.arrive_and_wait();
    once_.call([] {});
    queue_.put(1);
    static_cast<void>(queue_.get());
    *local_ = 4;
    static_cast<void>(thrum::active_count());
    static_cast<void>(thrum::enumerate());
    static_cast<void>(thrum::current_thread().is_alive());
    static_cast<void>(thrum::get_ident());
    {
      const thrum::Thread thread([] {});
    }
    static_cast<void>(timer_.is_alive());
    {
      thrum::Timer(1000, [] {}).cancel();
    }
    try {
      pool_.submit([] {}).cancel();
    } catch (const thrum::Error&) {
      // At the process's end.
    }
    static_cast<void>(done_.done());
    calls_.fetch_add(1);
  }
  int calls() const { return calls_; }

 private:
  thrum::Lock lock_;
  thrum::RLock rlock_;
  thrum::Condition condition_;
  thrum::Event event_;
  thrum::Semaphore semaphore_{1};
  thrum::RWLock rwlock_;
  thrum::Once once_;
  thrum::LifoQueue<int> queue_;
  thrum::Local<int> local_{3};
  thrum::Timer timer_{1000, [] {}};
  thrum::ThreadPool pool_{1};
  thrum::Future<void> done_{pool_.submit([] {})};
  std::atomic<int> calls_{0};
};

/// A callable, of which what it has captured calls into everything when it goes; or none of what was moved.
class Captured {
 public:
  explicit Captured(Everything& everything) : everything_(&everything) {}
  Captured(Captured&& other) noexcept : everything_(other.everything_) { other.everything_ = nullptr; }
  Captured(const Captured& other) = default;
  Captured& operator=(const Captured&) = delete;
  ~Captured() {
    if (everything_ != nullptr) everything_->call();
  }

  template <class... Args>
  void operator()(const Args&...) {}

 private:
  Everything* everything_;
};

}  // namespace support

#endif
