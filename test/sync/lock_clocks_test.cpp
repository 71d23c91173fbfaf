// lock_clocks_test.cpp - the durations and time points that the standard library's guards pass on to locks,
// up to the largest and down to the least, of any clock and any unit.
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>

#include "support/crew.hpp"
#include "support/parked.hpp"
#include "thrum/thrum.hpp"

using support::Crew;
using support::until_parked;

namespace {

using std::chrono::duration;
using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;
using std::chrono::time_point;
using Samples = duration<std::int64_t, std::ratio<1, 44100>>;

/// A condition with the lock that its waiters wait for.
struct WithLock {
  thrum::RLock waited;
};
struct LockOfCondition : WithLock, thrum::Condition {
  LockOfCondition() : Condition(waited) {}
};

template <class Lock>
Lock& waited_for(Lock& lock) {
  return lock;
}
thrum::RLock& waited_for(LockOfCondition& lock) { return lock.waited; }

/// A lock, and the names by which it is tried.
template <class Lock>
struct Alone {
  Lock lock;
  template <class Timeout>
  bool try_for(Timeout timeout) {
    return lock.try_lock_for(timeout);
  }
  template <class Deadline>
  bool try_until(Deadline deadline) {
    return lock.try_lock_until(deadline);
  }
  void take() { lock.lock(); }
  void release() { lock.unlock(); }
  void give_back() { lock.unlock(); }
};

struct Together {
  thrum::RWLock lock;
  template <class Timeout>
  bool try_for(Timeout timeout) {
    return lock.try_lock_shared_for(timeout);
  }
  template <class Deadline>
  bool try_until(Deadline deadline) {
    return lock.try_lock_shared_until(deadline);
  }
  void take() { lock.lock(); }
  void release() { lock.unlock(); }
  void give_back() { lock.unlock_shared(); }
};

/// Whether a try that another thread makes while the lock is held waits for it, and gets it.
template <class Tried, class Try>
bool waits(Try attempt) {
  Tried tried;
  bool acquired = false;
  tried.take();
  Crew crew(1, [&] {
    acquired = attempt(tried);
    if (acquired) {
      tried.give_back();
    } else {
      tried.take();  // so that the test does not wait for ever for it to be queued
      tried.release();
    }
  });
  until_parked(waited_for(tried.lock));
  tried.release();
  crew.join();
  return acquired;
}

/// Whether it gives up.
template <class Tried, class Try>
bool gives_up(Try attempt) {
  Tried tried;
  bool acquired = true;
  tried.take();
  Crew(1, [&] { acquired = attempt(tried); }).join();
  tried.release();
  return !acquired;
}

template <class Tried, class Timeout>
bool waits_for(Timeout timeout) {
  return waits<Tried>([timeout](Tried& tried) { return tried.try_for(timeout); });
}
template <class Tried, class Deadline>
bool waits_until(Deadline deadline) {
  return waits<Tried>([deadline](Tried& tried) { return tried.try_until(deadline); });
}
template <class Tried, class Timeout>
bool gives_up_for(Timeout timeout) {
  return gives_up<Tried>([timeout](Tried& tried) { return tried.try_for(timeout); });
}
template <class Tried, class Deadline>
bool gives_up_until(Deadline deadline) {
  return gives_up<Tried>([deadline](Tried& tried) { return tried.try_until(deadline); });
}

/// A clock that stands.
template <class Duration>
struct Standing {
  using duration = Duration;
  using rep = typename Duration::rep;
  using period = typename Duration::period;
  using time_point = std::chrono::time_point<Standing>;
  static constexpr bool is_steady = false;
  static time_point now() { return time_point(at); }
  static inline Duration at{};
};

}  // namespace

TEMPLATE_TEST_CASE("a lock is waited for as long as the largest duration is", "[lock][clocks]",
                   Alone<thrum::Lock>, Alone<thrum::RLock>, Alone<thrum::RWLock>, Together,
                   Alone<LockOfCondition>) {
  CHECK(waits_for<TestType>(hours::max()));
  CHECK(waits_for<TestType>(seconds::max()));
  CHECK(waits_for<TestType>(nanoseconds::max()));
  CHECK(waits_for<TestType>(Samples::max()));
  CHECK(waits_for<TestType>(duration<std::uint64_t>::max()));
  CHECK(waits_for<TestType>(duration<double>::max()));
  CHECK(waits_for<TestType>(duration<float, std::ratio<3600>>::max()));
  CHECK(waits_for<TestType>(duration<double>(std::numeric_limits<double>::infinity())));
}

TEMPLATE_TEST_CASE("a lock is waited for until the last time of any clock", "[lock][clocks]",
                   Alone<thrum::Lock>, Alone<thrum::RLock>, Alone<thrum::RWLock>, Together,
                   Alone<LockOfCondition>) {
  CHECK(waits_until<TestType>(steady_clock::time_point::max()));
  CHECK(waits_until<TestType>(system_clock::time_point::max()));
  CHECK(waits_until<TestType>(time_point<steady_clock, seconds>::max()));
  CHECK(waits_until<TestType>(time_point<system_clock, hours>::max()));
  CHECK(waits_until<TestType>(time_point<system_clock, Samples>::max()));
  CHECK(waits_until<TestType>(time_point<system_clock, duration<double>>::max()));
}

TEMPLATE_TEST_CASE("a lock is not waited for where the time is past, however long", "[lock][clocks]",
                   Alone<thrum::Lock>, Alone<thrum::RLock>, Alone<thrum::RWLock>, Together,
                   Alone<LockOfCondition>) {
  CHECK(gives_up_for<TestType>(hours::min()));
  CHECK(gives_up_for<TestType>(nanoseconds::min()));
  CHECK(gives_up_for<TestType>(duration<double>::min()));
  CHECK(gives_up_for<TestType>(seconds(0)));
  CHECK(gives_up_until<TestType>(steady_clock::time_point::min()));
  CHECK(gives_up_until<TestType>(system_clock::time_point::min()));
  CHECK(gives_up_until<TestType>(time_point<steady_clock, seconds>::min()));
  CHECK(gives_up_until<TestType>(time_point<system_clock, hours>::min()));
  CHECK(gives_up_until<TestType>(time_point<system_clock, Samples>::min()));
  CHECK(gives_up_until<TestType>(time_point<steady_clock, duration<double>>::min()));
  CHECK(gives_up_until<TestType>(system_clock::time_point()));
}

TEST_CASE("what is left until a time point is told to the nanosecond", "[lock][clocks]") {
  using Clock = Standing<nanoseconds>;
  using thrum::detail::left_until;
  // A time of the year 2106, and one that is long before the epoch.
  for (const auto now : {nanoseconds(4'294'967'296'123'456'789), nanoseconds(-4'294'967'296'123'456'789)}) {
    Clock::at = now;
    const Clock::time_point next(now + nanoseconds(1));
    CHECK(left_until(next) > 0.9e-9);
    CHECK(left_until(next) < 1.1e-9);
    CHECK(left_until(Clock::time_point(now)) == 0);
    CHECK(left_until(Clock::time_point(now - nanoseconds(1))) < -0.9e-9);
    const auto whole = std::chrono::time_point<Clock, seconds>(std::chrono::floor<seconds>(now));
    CHECK(left_until(whole) < 0);
    CHECK(left_until(whole + seconds(1)) > 0);
  }
  // In a unit in which the standard library's own subtraction would overflow.
  Clock::at = seconds(1'700'000'000);
  const std::chrono::time_point<Clock, Samples> soon(Samples(std::int64_t{44100} * 1'700'000'000 + 1));
  CHECK(left_until(soon) > 2.2e-5);
  CHECK(left_until(soon) < 2.3e-5);
}
