// condition_test.cpp - thrum::Condition and thrum_condition, on a lock of each kind.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/condition.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <climits>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::outlast;
using support::raised;
using support::scaled;
using support::seconds_since;

static_assert(std::is_nothrow_default_constructible_v<thrum::Condition>);
static_assert(std::is_trivially_destructible_v<thrum::Condition>);
static_assert(!std::is_copy_constructible_v<thrum::Condition>);
static_assert(!std::is_convertible_v<thrum::Lock&, thrum::Condition>);

namespace {

// Constructed before the conditions, which it uses.
extern thrum::Condition early_condition;
extern thrum::Condition early_on_lock;
struct EarlyUser {
  EarlyUser() {
    early_condition.acquire();
    early_on_lock.acquire();
  }
};
EarlyUser early_user;
thrum::Lock early_lock;
thrum::Condition early_condition;
thrum::Condition early_on_lock(early_lock);

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

/// What a lock that is not held, or not by the calling thread, answers to release, wait and notify.
template <class Setup>
inline constexpr thrum_status not_held = THRUM_E_NOT_OWNER;
template <class Condition>
inline constexpr thrum_status not_held<OnLock<Condition, thrum::Lock>> = THRUM_E_NOT_HELD;
template <class Condition>
inline constexpr thrum_status not_held<OnLock<Condition, handle::Lock>> = THRUM_E_NOT_HELD;

using Own = OnOwnLock<thrum::Condition>;
using WithLock = OnLock<thrum::Condition, thrum::Lock>;
using WithRLock = OnLock<thrum::Condition, thrum::RLock>;
using HandleOwn = OnOwnLock<handle::Condition>;
using HandleWithLock = OnLock<handle::Condition, handle::Lock>;
using HandleWithRLock = OnLock<handle::Condition, handle::RLock>;

#define ALL_SETUPS Own, WithLock, WithRLock, HandleOwn, HandleWithLock, HandleWithRLock

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
      : Waiters(condition, count, [&condition](int) { return condition.wait(thrum::forever); }) {}

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

}  // namespace

// ------------------------------------------------------------------------------------- its lock --

TEMPLATE_TEST_CASE("a Condition's own lock is re-entrant", "[condition][test_acquire]", thrum::Condition,
                   handle::Condition) {
  TestType condition;
  CHECK_FALSE(condition.locked());
  CHECK(condition.acquire());
  CHECK(condition.acquire());
  condition.release();
  CHECK(condition.locked());
  condition.release();
  CHECK_FALSE(condition.locked());
}

TEMPLATE_TEST_CASE("a Condition shares the lock that it is given", "[condition][test_acquire]", WithLock,
                   HandleWithLock) {
  TestType setup;
  auto& [lock, condition] = setup;
  CHECK(condition.acquire());
  CHECK_FALSE(lock.acquire(0));
  CHECK(condition.locked());
  condition.release();
  CHECK(lock.acquire(0));
  CHECK(condition.locked());
  CHECK_FALSE(condition.acquire(0));
  lock.release();
  CHECK_FALSE(condition.locked());
}

TEMPLATE_TEST_CASE("a Condition shares the RLock that it is given", "[condition]", WithRLock,
                   HandleWithRLock) {
  TestType setup;
  auto& [lock, condition] = setup;
  CHECK(condition.acquire());
  CHECK(lock.acquire(0));
  CHECK(lock.recursion_count() == 2);
  bool acquired = true;
  Crew(1, [&condition = condition, &acquired] { acquired = condition.acquire(0); }).join();
  CHECK_FALSE(acquired);
  condition.release();
  CHECK(condition.locked());
  lock.release();
  CHECK_FALSE(condition.locked());
}

TEST_CASE("std's guards take a Condition", "[condition]") {
  thrum::Condition condition;
  const auto use = [&] {
    const std::lock_guard<thrum::Condition> guard(condition);
    CHECK(condition.locked());
    throw std::invalid_argument("thrown inside");
  };
  CHECK_THROWS_AS(use(), std::invalid_argument);
  CHECK_FALSE(condition.locked());
  std::unique_lock<thrum::Condition> guard(condition, std::try_to_lock);
  CHECK(guard.owns_lock());
}

TEMPLATE_TEST_CASE("a Condition's acquire follows its lock's timeout rules", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  for (const double timeout : support::no_number) {
    CHECK(raised<thrum::ValueError>([&] { condition.acquire(timeout); }) == THRUM_E_VALUE);
  }
  for (const double timeout : support::negative) {
    CHECK(raised<thrum::ValueError>([&] { condition.acquire(timeout); }) == THRUM_E_VALUE);
  }
  for (const double timeout : support::too_large) {
    CHECK(raised<thrum::OverflowError>([&] { condition.acquire(timeout); }) == THRUM_E_OVERFLOW);
  }
  CHECK_FALSE(condition.locked());
  CHECK(condition.acquire(thrum::timeout_max));
  condition.release();
}

TEMPLATE_TEST_CASE("a Condition whose lock is not held refuses wait, notify and release",
                   "[condition][test_unacquired_wait][test_unacquired_notify][test_release_save_unacquired]",
                   ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  constexpr thrum_status status = not_held<TestType>;
  CHECK(raised<thrum::RuntimeError>([&] { condition.wait(); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.wait(0); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.wait_for([] { return false; }); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify(); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify(0); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify(-1); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify_all(); }) == status);
  CHECK(raised<thrum::RuntimeError>([&] { condition.release(); }) == status);
  CHECK_FALSE(condition.locked());
}

TEMPLATE_TEST_CASE("a Condition on an RLock refuses a thread that does not hold it", "[condition]", Own,
                   WithRLock, HandleOwn, HandleWithRLock) {
  TestType setup;
  auto& condition = setup.condition;
  std::atomic<bool> held{false};
  std::atomic<bool> go_on{false};
  Crew crew(1, [&] {
    condition.acquire();
    held = true;
    eventually([&] { return go_on.load(); });
    condition.release();
  });
  eventually([&] { return held.load(); });
  CHECK(raised<thrum::RuntimeError>([&] { condition.wait(); }) == THRUM_E_NOT_OWNER);
  CHECK(raised<thrum::RuntimeError>([&] { condition.wait_for([] { return false; }); }) == THRUM_E_NOT_OWNER);
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify(); }) == THRUM_E_NOT_OWNER);
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify_all(); }) == THRUM_E_NOT_OWNER);
  CHECK(raised<thrum::RuntimeError>([&] { condition.release(); }) == THRUM_E_NOT_OWNER);
  CHECK(condition.locked());
  go_on = true;
}

TEMPLATE_TEST_CASE("a Condition on an RLock that an owner holds refuses threads", "[condition]", WithRLock,
                   HandleWithRLock) {
  TestType setup;
  auto& [lock, condition] = setup;
  lock.acquire_as(thrum::get_ident());
  CHECK(raised<thrum::RuntimeError>([&condition = condition] { condition.wait(0); }) == THRUM_E_NOT_OWNER);
  CHECK(raised<thrum::RuntimeError>([&condition = condition] { condition.notify(); }) == THRUM_E_NOT_OWNER);
  CHECK(lock.locked());
}

TEMPLATE_TEST_CASE("a Condition on a Lock may be notified by any thread while it is held", "[condition]",
                   WithLock, HandleWithLock) {
  TestType setup;
  auto& condition = setup.condition;
  Waiters waiters(condition, 1);
  condition.acquire();
  Crew(1, [&] { condition.notify(); }).join();
  condition.release();
  waiters.join();
  CHECK(waiters.notified() == Indices{0});
}

// -------------------------------------------------------------------------------------- notify --

TEMPLATE_TEST_CASE("notify(n) wakes the n longest waiting threads", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  Waiters waiters(condition, 6);

  for (const int n : {0, -1, INT_MIN}) notify(condition, n);
  notify(condition, 1);
  waiters.until_returned(1);
  {
    const Holding holding(condition);
    CHECK(waiters.notified() == Indices{0});
  }
  notify(condition, 3);
  waiters.until_returned(4);
  {
    const Holding holding(condition);
    Indices notified = waiters.notified();
    std::sort(notified.begin(), notified.end());
    CHECK(notified == Indices{0, 1, 2, 3});
  }
  notify(condition, INT_MAX);
  waiters.join();
  CHECK(waiters.notified().size() == 6);
  CHECK(waiters.gave_up().empty());
  CHECK_FALSE(condition.locked());
}

TEMPLATE_TEST_CASE("one notify after the other wakes first in, first out", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  Waiters waiters(condition, 5);
  for (int count = 1; count <= 5; ++count) {
    notify(condition, 1);
    waiters.until_returned(count);
  }
  waiters.join();
  CHECK(waiters.notified() == Indices{0, 1, 2, 3, 4});
}

TEMPLATE_TEST_CASE("several notifies before the lock is released wake as many threads", "[condition]",
                   ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  Waiters waiters(condition, 5);
  {
    const Holding holding(condition);
    condition.notify(1);
    condition.notify(0);
    condition.notify(2);
    CHECK(waiters.returned() == 0);
  }
  waiters.until_returned(3);
  {
    const Holding holding(condition);
    Indices notified = waiters.notified();
    std::sort(notified.begin(), notified.end());
    CHECK(notified == Indices{0, 1, 2});
  }
  notify_all(condition);
  waiters.join();
  CHECK(waiters.notified().size() == 5);
}

TEMPLATE_TEST_CASE("notify_all wakes every thread, one after the other", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  for (int time = 0; time < 2; ++time) {
    int inside = 0;
    int at_once = 0;
    Waiters waiters(condition, 8, [&](int) {
      const bool notified = condition.wait(thrum::forever);
      if (++inside != 1) ++at_once;
      std::this_thread::yield();
      --inside;
      return notified;
    });
    notify_all(condition);
    waiters.join();
    CHECK(waiters.notified().size() == 8);
    CHECK(at_once == 0);
    CHECK_FALSE(condition.locked());
  }
}

TEMPLATE_TEST_CASE("a notify is not kept for threads that come later", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  const Holding holding(condition);
  condition.notify(3);
  condition.notify_all();
  CHECK_FALSE(condition.wait(0));
  CHECK_FALSE(condition.wait(0.001));
}

TEMPLATE_TEST_CASE("threads that wait again are not woken twice by one notify", "[condition][test_notify]",
                   ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  std::atomic<int> first{0};
  std::atomic<int> second{0};
  Waiters waiters(condition, 5, [&](int) {
    condition.wait(thrum::forever);
    first.fetch_add(1);
    condition.wait(thrum::forever);
    second.fetch_add(1);
    return true;
  });
  notify(condition, 3);
  eventually([&] { return first == 3; });
  // With the lock, these three are known to wait again, behind the other two.
  notify(condition, 5);
  eventually([&] { return first + second == 8; });
  {
    const Holding holding(condition);
    CHECK(first == 5);
    CHECK(second == 3);
  }
  notify_all(condition);
  waiters.join();
  CHECK(second == 5);
}

TEST_CASE("notified threads wait for the lock, not for another notify", "[condition]") {
  thrum::Lock lock;
  thrum::Condition condition(lock);
  Waiters waiters(condition, 4);
  {
    const Holding holding(condition);
    condition.notify(3);
    CHECK(support::parked(condition));
    CHECK(support::parked(lock));
    CHECK(waiters.returned() == 0);
  }
  waiters.until_returned(3);
  notify_all(condition);
  waiters.join();
  CHECK(waiters.notified().size() == 4);
}

TEMPLATE_TEST_CASE("several Conditions on one lock are notified each on its own", "[condition]", thrum::Lock,
                   thrum::RLock) {
  TestType lock;
  thrum::Condition full(lock);
  thrum::Condition empty(lock);
  Waiters for_full(full, 3);
  Waiters for_empty(empty, 3);
  notify_all(full);
  for_full.join();
  CHECK(for_full.notified().size() == 3);
  CHECK(for_empty.returned() == 0);
  notify(empty, 1);
  for_empty.until_returned(1);
  notify_all(empty);
  for_empty.join();
  CHECK(for_empty.notified().size() == 3);
}

// ---------------------------------------------------------------------------------------- wait --

TEMPLATE_TEST_CASE("a wait on a Condition checks its timeout first", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  bool called = false;
  const auto predicate = [&] { return called = true; };
  for (const bool held : {false, true}) {
    if (held) condition.acquire();
    for (const double timeout : support::no_number) {
      CHECK(raised<thrum::ValueError>([&] { condition.wait(timeout); }) == THRUM_E_VALUE);
      CHECK(raised<thrum::ValueError>([&] { condition.wait_for(predicate, timeout); }) == THRUM_E_VALUE);
    }
    for (const double timeout : support::too_large) {
      CHECK(raised<thrum::OverflowError>([&] { condition.wait(timeout); }) == THRUM_E_OVERFLOW);
      CHECK(raised<thrum::OverflowError>([&] { condition.wait_for(predicate, timeout); }) ==
            THRUM_E_OVERFLOW);
    }
    CHECK(condition.locked() == held);
  }
  CHECK_FALSE(called);
}

TEMPLATE_TEST_CASE("a wait on a Condition takes a negative timeout as 0", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  const Holding holding(condition);
  for (const double timeout : support::polls) CHECK_FALSE(condition.wait(timeout));
  for (const double timeout : support::negative) {
    CHECK_FALSE(condition.wait(timeout));
    CHECK_FALSE(condition.wait_for([] { return false; }, timeout));
    CHECK(condition.wait_for([] { return true; }, timeout));
  }
  CHECK(condition.locked());
}

TEMPLATE_TEST_CASE("a wait on a Condition never ends early, and has the lock again",
                   "[condition][test_timeout]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  const Holding holding(condition);
  for (const double timeout : support::brief) {
    const auto start = Clock::now();
    const bool notified = condition.wait(timeout);
    const double waited = seconds_since(start);
    CAPTURE(timeout);
    CHECK_FALSE(notified);
    CHECK(waited >= timeout);
    bool acquired = true;
    Crew(1, [&] { acquired = condition.acquire(0); }).join();
    CHECK_FALSE(acquired);
  }
}

TEMPLATE_TEST_CASE("the longest waits on a Condition end with a notify", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  Waiters waiters(condition, static_cast<int>(support::huge.size()),
                  [&](int index) { return condition.wait(support::huge[static_cast<std::size_t>(index)]); });
  CHECK(waiters.returned() == 0);
  notify_all(condition);
  waiters.join();
  CHECK(waiters.notified().size() == support::huge.size());
}

TEMPLATE_TEST_CASE("threads whose time is up leave the others waiting in their order", "[condition]",
                   ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  Waiters waiters(condition, 7, [&](int index) {
    // The first, the last and one in the middle give up.
    return condition.wait(index % 3 == 0 ? 0.002 : thrum::forever);
  });
  waiters.until_returned(3);
  for (int count = 4; count <= 7; ++count) {
    notify(condition, 1);
    waiters.until_returned(count);
  }
  waiters.join();
  CHECK(waiters.notified() == Indices{1, 2, 4, 5});
  CHECK(waiters.gave_up().size() == 3);
}

TEMPLATE_TEST_CASE("a thread that was notified returns true, though its time ran out before it had the lock",
                   "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  constexpr double timeout = 0.05;
  bool in_time = false;
  while (!in_time) {
    Clock::time_point start;
    Waiters waiters(condition, 2, [&](int index) {
      if (index == 0) start = Clock::now();
      return condition.wait(index == 0 ? timeout : thrum::forever);
    });
    {
      const Holding holding(condition);
      condition.notify();
      // Notified before the first one's deadline; a slow machine has another try.
      in_time = seconds_since(start) < timeout;
      outlast(start, 2 * timeout);
    }
    waiters.until_returned(1);
    notify_all(condition);
    waiters.join();
    if (in_time) CHECK(waiters.notified() == Indices{0, 1});
  }
}

TEST_CASE("a thread whose time is up waits for the lock, and takes no notify from the others",
          "[condition]") {
  thrum::Lock lock;
  thrum::Condition condition(lock);
  Waiters waiters(condition, 2,
                  [&](int index) { return condition.wait(index == 0 ? 0.001 : thrum::forever); });
  // The first may have returned already: then it has given up, which is the same in the end.
  {
    const Holding holding(condition);
    eventually([&] { return waiters.returned() == 1 || support::parked(lock); });
    condition.notify(1);
  }
  waiters.join();
  CHECK(waiters.gave_up() == Indices{0});
  CHECK(waiters.notified() == Indices{1});
}

TEMPLATE_TEST_CASE("a wait releases an RLock whole and restores its depth", "[condition]", WithRLock,
                   HandleWithRLock) {
  TestType setup;
  auto& lock = setup.lock;
  auto& condition = setup.condition;
  std::size_t depth_notified = 0;
  std::size_t depth_timed_out = 0;
  std::atomic<bool> timed_out{false};
  Waiters waiters(condition, 1, [&](int) {
    lock.acquire();
    lock.acquire();
    condition.wait(0.001);
    depth_timed_out = lock.recursion_count();
    timed_out = true;
    const bool notified = condition.wait(thrum::forever);
    depth_notified = lock.recursion_count();
    lock.release();
    lock.release();
    return notified;
  });
  eventually([&] { return timed_out.load(); });
  lock.acquire();
  lock.acquire();
  CHECK(depth_timed_out == 3);
  CHECK(lock.recursion_count() == 2);
  condition.notify();
  CHECK(lock.recursion_count() == 2);
  lock.release();
  CHECK(waiters.returned() == 0);
  lock.release();
  waiters.join();
  CHECK(depth_notified == 3);
  CHECK(waiters.notified() == Indices{0});
  CHECK_FALSE(lock.locked());
}

// ------------------------------------------------------------------------------------ wait_for --

TEMPLATE_TEST_CASE("wait_for waits until its predicate is true", "[condition][test_waitfor]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  int state = 0;
  Waiters waiters(condition, 3, [&](int index) {
    return condition.wait_for([&] { return state == 4; }, index == 0 ? thrum::forever : 1000);
  });
  for (int i = 0; i < 4; ++i) {
    const Holding holding(condition);
    CHECK(waiters.returned() == 0);
    ++state;
    condition.notify_all();
  }
  waiters.join();
  CHECK(waiters.notified().size() == 3);
}

TEMPLATE_TEST_CASE("wait_for gives up when its time is up, however often it is notified",
                   "[condition][test_waitfor_timeout]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  constexpr double timeout = 0.02;
  double waited = 0;
  Waiters waiters(condition, 1, [&](int) {
    const auto start = Clock::now();
    const bool result = condition.wait_for([] { return false; }, timeout);
    waited = seconds_since(start);
    return result;
  });
  while (waiters.returned() == 0) notify_all(condition);
  waiters.join();
  CHECK(waiters.gave_up() == Indices{0});
  CHECK(waited >= timeout);
}

TEMPLATE_TEST_CASE("wait_for calls its predicate before each wait and once more when the time is up",
                   "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  const Holding holding(condition);
  int calls = 0;
  CHECK_FALSE(condition.wait_for([&] { return ++calls == 0; }, 0));
  CHECK(calls == 2);
  calls = 0;
  CHECK(condition.wait_for([&] { return ++calls == 2; }, 0.001));
  CHECK(calls == 2);
  calls = 0;
  CHECK(condition.wait_for([&] { return ++calls == 1; }, 0));
  CHECK(condition.wait_for([&] { return ++calls == 2; }, thrum::forever));
  CHECK(calls == 2);
}

TEMPLATE_TEST_CASE("wait_for calls its predicate with the lock held", "[condition]", WithRLock,
                   HandleWithRLock) {
  TestType setup;
  auto& lock = setup.lock;
  auto& condition = setup.condition;
  const Holding holding(condition);
  const Holding deeper(condition);
  std::vector<std::size_t> depths;
  CHECK_FALSE(condition.wait_for(
      [&] {
        depths.push_back(lock.recursion_count());
        return false;
      },
      0.001));
  CHECK(depths == std::vector<std::size_t>{2, 2});
}

TEST_CASE("wait_for returns what its predicate returned last", "[condition]") {
  thrum::Condition condition;
  const Holding holding(condition);
  CHECK(condition.wait_for([] { return 42; }) == 42);
  CHECK(condition.wait_for([] { return 0; }, 0) == 0);
  CHECK(condition.wait_for([] { return std::optional<std::string>("found"); }, 0).value() == "found");
  CHECK_FALSE(condition.wait_for([] { return std::optional<std::string>(); }, 0).has_value());
  int calls = 0;
  CHECK(condition.wait_for([&] { return ++calls < 2 ? 0 : 7; }, 0) == 7);
}

TEST_CASE("an exception leaves wait_for with the lock held", "[condition]") {
  thrum::Condition condition;
  const Holding holding(condition);
  int calls = 0;
  const auto predicate = [&]() -> bool {
    if (++calls == 2) throw std::invalid_argument("thrown by the predicate");
    return false;
  };
  CHECK_THROWS_AS(condition.wait_for(predicate, 0.001), std::invalid_argument);
  CHECK(calls == 2);
  CHECK(condition.locked());
}

// -------------------------------------------------------------------------------------- stress --

TEMPLATE_TEST_CASE("a queue built on two Conditions loses nothing and keeps its order", "[condition][stress]",
                   thrum::Lock, thrum::RLock) {
  TestType lock;
  thrum::Condition not_full(lock);
  thrum::Condition not_empty(lock);
  std::deque<std::pair<int, int>> queue;
  constexpr std::size_t capacity = 3;
  constexpr int producers = 3;
  constexpr int consumers = 3;
  const int rounds = scaled(10000);
  std::atomic<int> out_of_order{0};
  std::atomic<long> sum{0};
  Crew crew(producers + consumers, [&](int index) {
    if (index < producers) {
      for (int round = 0; round < rounds; ++round) {
        const std::lock_guard<TestType> guard(lock);
        not_full.wait_for([&] { return queue.size() < capacity; }, round % 2 == 0 ? thrum::forever : 1000);
        queue.emplace_back(index, round);
        not_empty.notify();
      }
    } else {
      std::vector<int> last(producers, -1);
      for (int round = 0; round < rounds; ++round) {
        const std::lock_guard<TestType> guard(lock);
        while (queue.empty()) not_empty.wait(round % 2 == 0 ? thrum::forever : 1e-5);
        const auto [producer, number] = queue.front();
        queue.pop_front();
        int& before = last[static_cast<std::size_t>(producer)];
        if (number <= before) out_of_order.fetch_add(1);
        before = number;
        sum.fetch_add(number);
        not_full.notify();
      }
    }
  });
  crew.join();
  CHECK(queue.empty());
  CHECK(out_of_order == 0);
  CHECK(sum == static_cast<long>(producers) * rounds * (rounds - 1) / 2);
  CHECK_FALSE(lock.locked());
}

TEMPLATE_TEST_CASE("every notify reaches one thread that waits, also while others give up",
                   "[condition][stress]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  constexpr int patient = 2;
  constexpr int hasty = 3;
  const int rounds = scaled(4000);
  // All of these are guarded by the condition's lock.
  int patient_waiting = 0;
  int patient_left = patient;
  long sent = 0;
  long received = 0;
  Crew crew(patient + hasty + 1, [&](int index) {
    if (index < patient) {
      for (int round = 0; round < rounds; ++round) {
        const Holding holding(condition);
        ++patient_waiting;
        condition.wait(thrum::forever);
        --patient_waiting;
        ++received;
      }
      const Holding holding(condition);
      --patient_left;
    } else if (index < patient + hasty) {
      int round = 0;
      for (bool more = true; more; ++round) {
        const Holding holding(condition);
        if (condition.wait(1e-6 * (round % 64))) ++received;
        more = patient_left > 0;
      }
    } else {
      eventually([&] {
        const Holding holding(condition);
        // With the last one received, every patient thread is in the queue: this one cannot go to nobody.
        if (received == sent && patient_waiting > 0) {
          condition.notify();
          ++sent;
        }
        return patient_left == 0;
      });
    }
  });
  crew.join();
  CHECK(received == sent);
  CHECK(received >= static_cast<long>(patient) * rounds);
  CHECK_FALSE(condition.locked());
}

TEMPLATE_TEST_CASE("a Condition and its lock may be freed by a thread that was notified",
                   "[condition][stress]", Own, WithLock, WithRLock) {
  struct Shared {
    TestType setup;
    bool told = false;
  };
  const int rounds = scaled(20000);
  std::atomic<Shared*> offered{nullptr};
  int freed = 0;
  Crew crew(1, [&] {
    for (int round = 0; round < rounds; ++round) {
      auto* const shared = new Shared;
      auto& condition = shared->setup.condition;
      condition.acquire();
      offered.store(shared);
      const double timeouts[] = {thrum::forever, 1000, 1e-5};
      while (!shared->told) condition.wait(timeouts[round % 3]);
      if (round % 2 == 0) condition.release();
      delete shared;
      ++freed;
    }
  });
  for (int round = 0; round < rounds; ++round) {
    Shared* shared = nullptr;
    eventually([&] { return (shared = offered.exchange(nullptr)) != nullptr; });
    auto& condition = shared->setup.condition;
    condition.acquire();
    shared->told = true;
    round % 4 < 2 ? condition.notify() : condition.notify_all();
    condition.release();
  }
  crew.join();
  CHECK(freed == rounds);
}

TEMPLATE_TEST_CASE("a Condition and its lock may be freed by the last of the threads notified",
                   "[condition][stress]", Own, WithLock, WithRLock) {
  for (int round = 0; round < scaled(1000); ++round) {
    auto* const setup = new TestType;
    auto& condition = setup->condition;
    int waiting = 0;
    int returned = 0;
    bool freed = false;
    Crew crew(3, [&] {
      condition.acquire();
      ++waiting;
      condition.wait();
      if (++returned < 3) {
        condition.release();
      } else {
        delete setup;
        freed = true;
      }
    });
    eventually([&] {
      const Holding holding(condition);
      if (waiting == 3) condition.notify_all();
      return waiting == 3;
    });
    crew.join();
    REQUIRE(freed);
  }
}

// ------------------------------------------------------------------------------------ the rest --

TEMPLATE_TEST_CASE("a Condition and its lock are made new for a forked child", "[condition]", ALL_SETUPS) {
  TestType setup;
  auto& condition = setup.condition;
  condition.acquire();
  condition.reinit_after_fork();
  CHECK_FALSE(condition.locked());
  CHECK(raised<thrum::RuntimeError>([&] { condition.notify(); }) == not_held<TestType>);
  Waiters waiters(condition, 2);
  notify_all(condition);
  waiters.join();
  CHECK(waiters.notified().size() == 2);
}

TEST_CASE("a Condition works before its constructor could have run", "[condition]") {
  static_cast<void>(early_user);
  CHECK(early_condition.locked());
  CHECK(early_on_lock.locked());
  CHECK(early_lock.locked());
  early_condition.notify_all();
  early_condition.release();
  early_on_lock.release();
  CHECK_FALSE(early_lock.locked());
}
