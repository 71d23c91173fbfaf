// conditions.hpp - conditions on a lock of each kind, and threads that wait on them.
#ifndef THRUM_TEST_SYNC_CONDITIONS_HPP
#define THRUM_TEST_SYNC_CONDITIONS_HPP

#include "thrum/condition.hpp"

#include <atomic>
#include <memory>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"

#define ALL_SETUPS Own, WithLock, WithRLock, HandleOwn, HandleWithLock, HandleWithRLock

namespace support {

/// A condition with what it takes to use it, for each kind of lock and each face of the library.
template <class Condition>
struct OnOwnLock {
  Condition condition;
};
template <class Condition, class Lock>
struct OnLock {
  Lock lock;
  Condition condition{lock};
};

using Own = OnOwnLock<thrum::Condition>;
using WithLock = OnLock<thrum::Condition, thrum::Lock>;
using WithRLock = OnLock<thrum::Condition, thrum::RLock>;
using HandleOwn = OnOwnLock<handle::Condition>;
using HandleWithLock = OnLock<handle::Condition, handle::Lock>;
using HandleWithRLock = OnLock<handle::Condition, handle::RLock>;

/// Holds the condition's lock as long as it lives.
template <class Condition>
class Holding {
 public:
  explicit Holding(Condition& condition) : condition_(condition) { condition_.acquire(); }
  Holding(const Holding&) = delete;
  Holding& operator=(const Holding&) = delete;
  ~Holding() { condition_.release(); }

 private:
  Condition& condition_;
};

/// Threads that wait on a condition. They come one by one, each only when the one before it waits.
///
/// A waiter counts itself with the lock held, so one that has been counted while the test holds the lock
/// is inside its wait.
template <class Condition>
class Waiters {
 public:
  /// wait(index) is called with the lock held and says whether the thread was notified.
  template <class Wait>
  Waiters(Condition& condition, int count, Wait wait) {
    for (int index = 0; index < count; ++index) {
      crews_.push_back(std::make_unique<Crew>(1, [this, &condition, wait, index] {
        const Holding<Condition> holding(condition);
        ++waiting_;
        const bool was_notified = wait(index);
        (was_notified ? notified_ : gave_up_).push_back(index);
        returned_.fetch_add(1);
      }));
      eventually([&] {
        const Holding<Condition> holding(condition);
        return waiting_ == index + 1;
      });
    }
  }
  Waiters(Condition& condition, int count)
      : Waiters(condition, count, [&condition](int) { return condition.wait(thrum::no_timeout); }) {}

  /// How many have returned.
  int returned() const { return returned_.load(); }
  void until_returned(int count) const {
    eventually([&] { return returned() >= count; });
  }

  /// Which ones returned true, in that order. Only with the lock held, or after join().
  const std::vector<int>& notified() const { return notified_; }
  /// Which ones returned false.
  const std::vector<int>& gave_up() const { return gave_up_; }

  void join() { crews_.clear(); }

 private:
  int waiting_ = 0;
  std::vector<int> notified_;
  std::vector<int> gave_up_;
  std::atomic<int> returned_{0};
  std::vector<std::unique_ptr<Crew>> crews_;
};

template <class Condition>
void notify(Condition& condition, int n) {
  const Holding<Condition> holding(condition);
  condition.notify(n);
}

template <class Condition>
void notify_all(Condition& condition) {
  const Holding<Condition> holding(condition);
  condition.notify_all();
}

using Indices = std::vector<int>;

}  // namespace support

#endif
