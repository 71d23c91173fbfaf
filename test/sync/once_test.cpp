// once_test.cpp - thrum::Once, thrum_once and thrum_call_once.
#include "thrum/once.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>

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
using support::NativeCrew;
using support::raised;
using support::scaled;
using support::seconds_since;
using support::until_parked;

static_assert(sizeof(thrum::Once) == 16);
static_assert(std::is_trivially_destructible_v<thrum::Once>);
static_assert(!std::is_copy_constructible_v<thrum::Once>);

#define ALL_ONCES thrum::Once, handle::Once, handle::OnceFlag

namespace {

// Constructed before early_once, which it uses.
extern thrum::Once early_once;
int early_calls = 0;
struct EarlyUser {
  EarlyUser() {
    early_once.call([] { ++early_calls; });
  }
};
EarlyUser early_user;
thrum::Once early_once;

/// A function that waits to be told to go on, and how often it has been called.
struct Slow {
  void operator()() {
    calls.fetch_add(1);
    eventually([this] { return may_end.load(); });
    if (fails) throw thrum::ValueError(THRUM_E_VALUE);
  }
  void until_called() const {
    eventually([this] { return calls > 0; });
  }

  std::atomic<int> calls{0};
  std::atomic<bool> may_end{false};
  std::atomic<bool> fails{false};
};

/// Whether the call succeeds; false where the function fails.
template <class Once, class Function>
bool succeeds(Once& once, Function function, double timeout = thrum::no_timeout) {
  try {
    return once.call(function, timeout);
  } catch (const thrum::Error&) {
    return false;
  }
}

}  // namespace

TEMPLATE_TEST_CASE("a once calls one function, once", "[once]", ALL_ONCES) {
  TestType once;
  int calls = 0;
  CHECK_FALSE(once.done());
  CHECK(once.call([&] { ++calls; }));
  CHECK(once.done());
  CHECK(once.call([&] { ++calls; }));
  CHECK(once.call([&] { calls = 100; }, 0));
  CHECK(calls == 1);
}

TEMPLATE_TEST_CASE("a once checks its timeout first", "[once]", ALL_ONCES) {
  TestType once;
  int calls = 0;
  for (const bool done : {false, true}) {
    if (done) once.call([&] { ++calls; });
    for (const double timeout : support::no_number) {
      CHECK(raised<thrum::ValueError>([&] { once.call([&] { ++calls; }, timeout); }) == THRUM_E_VALUE);
    }
    for (const double timeout : support::too_large) {
      CAPTURE(timeout);
      CHECK(raised<thrum::OverflowError>([&] { once.call([&] { ++calls; }, timeout); }) == THRUM_E_OVERFLOW);
    }
    CHECK(calls == (done ? 1 : 0));
    CHECK(once.done() == done);
  }
}

TEMPLATE_TEST_CASE("a once calls its function whatever the timeout", "[once]", ALL_ONCES) {
  const auto check = [](double timeout) {
    TestType once;
    int calls = 0;
    CHECK(once.call([&] { ++calls; }, timeout));
    CHECK(once.call([&] { ++calls; }, timeout));
    CHECK(calls == 1);
  };
  for (const double timeout : support::polls) check(timeout);
  for (const double timeout : support::negative) check(timeout);
  for (const double timeout : support::brief) check(timeout);
  for (const double timeout : support::huge) check(timeout);
}

TEMPLATE_TEST_CASE("the others wait for the end of the one call", "[once]", ALL_ONCES) {
  TestType once;
  Slow slow;
  std::atomic<int> passed{0};
  Crew crew(4, [&] {
    if (once.call([&] { slow(); })) passed.fetch_add(1);
  });
  slow.until_called();
  CHECK(crew.finished() == 0);
  CHECK_FALSE(once.call([] {}, 0.001));
  CHECK(passed == 0);
  slow.may_end = true;
  crew.join();
  CHECK(passed == 4);
  CHECK(slow.calls == 1);
  CHECK(once.done());
}

TEST_CASE("the others sleep until the end of the one call", "[once]") {
  thrum::Once once;
  Slow slow;
  std::atomic<int> passed{0};
  Crew crew(4, [&](int index) {
    if (once.call([&] { slow(); }, index % 2 == 0 ? thrum::no_timeout : 1000)) passed.fetch_add(1);
  });
  until_parked(once);
  CHECK_FALSE(once.done());
  CHECK(passed == 0);
  slow.may_end = true;
  crew.join();
  CHECK(passed == 4);
  CHECK(slow.calls == 1);
  CHECK_FALSE(support::parked(once));
}

TEMPLATE_TEST_CASE("a wait for the one call never ends early", "[once]", ALL_ONCES) {
  TestType once;
  Slow slow;
  Crew crew(1, [&] { once.call([&] { slow(); }); });
  slow.until_called();
  int calls = 0;
  for (const double timeout : support::polls) CHECK_FALSE(once.call([&] { ++calls; }, timeout));
  for (const double timeout : support::negative) CHECK_FALSE(once.call([&] { ++calls; }, timeout));
  for (const double timeout : support::brief) {
    const auto start = Clock::now();
    const bool passed = once.call([&] { ++calls; }, timeout);
    const double waited = seconds_since(start);
    CAPTURE(timeout);
    CHECK_FALSE(passed);
    CHECK(waited >= timeout);
  }
  slow.may_end = true;
  crew.join();
  CHECK(calls == 0);
  CHECK(once.done());
}

TEST_CASE("the last waiter for a once that gives up leaves nobody behind", "[once]") {
  thrum::Once once;
  Slow slow;
  Crew crew(1, [&] { once.call([&] { slow(); }); });
  slow.until_called();
  CHECK_FALSE(once.call([] {}, 0.001));
  CHECK_FALSE(support::parked(once));
  slow.may_end = true;
}

// ------------------------------------------------------------------------------------------ failure --

TEMPLATE_TEST_CASE("after a call that fails the next caller tries again", "[once]", ALL_ONCES) {
  TestType once;
  int calls = 0;
  for (int failures = 0; failures < 3; ++failures) {
    const bool succeeded = succeeds(once, [&] {
      ++calls;
      throw thrum::ValueError(THRUM_E_VALUE);
    });
    CHECK_FALSE(succeeded);
    CHECK_FALSE(once.done());
  }
  CHECK(once.call([&] { ++calls; }));
  CHECK(calls == 4);
  CHECK(once.done());
}

TEST_CASE("what the function throws leaves the call", "[once]") {
  thrum::Once once;
  CHECK_THROWS_AS(once.call([] { throw std::out_of_range("of the function"); }), std::out_of_range);
  CHECK_FALSE(once.done());

  thrum_once_flag flag = THRUM_ONCE_FLAG_INIT;
  const auto fail = [](void*) { return -1; };
  const auto succeed = [](void*) { return 0; };
  CHECK(thrum_call_once(&flag, fail, nullptr, 0) == THRUM_E_FAILED);
  CHECK(thrum_call_once(&flag, fail, nullptr, 0) == THRUM_E_FAILED);
  CHECK(thrum_call_once(&flag, succeed, nullptr, 0) == THRUM_OK);
  CHECK(thrum_call_once(&flag, fail, nullptr, 0) == THRUM_OK);
}

TEMPLATE_TEST_CASE("a caller that waits for a call which fails tries in its stead", "[once]", ALL_ONCES) {
  TestType once;
  Slow slow;
  slow.fails = true;
  std::atomic<int> failed{0};
  std::atomic<int> passed{0};
  const auto fail_first = [&] {
    try {
      slow();
    } catch (...) {
      slow.fails = false;
      throw;
    }
  };
  Crew crew(4, [&] { (succeeds(once, fail_first) ? passed : failed).fetch_add(1); });
  slow.until_called();
  slow.may_end = true;
  crew.join();
  CHECK(failed == 1);
  CHECK(passed == 3);
  CHECK(slow.calls == 2);
  CHECK(once.done());
}

TEST_CASE("callers that sleep each get their turn while calls fail", "[once]") {
  thrum::Once once;
  std::atomic<bool> first{false};
  std::atomic<bool> may_end{false};
  std::atomic<int> failed{0};
  std::atomic<int> waiting{0};
  Crew crew(5, [&] {
    waiting.fetch_add(1);
    const bool passed = succeeds(once, [&] {
      first = true;
      eventually([&] { return may_end.load(); });
      throw thrum::ValueError(THRUM_E_VALUE);
    });
    if (!passed) failed.fetch_add(1);
  });
  eventually([&] { return first && waiting == 5; });
  until_parked(once);
  may_end = true;
  // Nobody comes to their help: each failure lets the next one try.
  crew.join();
  CHECK(failed == 5);
  CHECK_FALSE(once.done());
  CHECK_FALSE(support::parked(once));
  CHECK(once.call([] {}));
}

TEMPLATE_TEST_CASE("a call from within the function is refused", "[once]", ALL_ONCES) {
  TestType once;
  thrum_status forever = THRUM_OK;
  thrum_status poll = THRUM_OK;
  int inner = 0;
  CHECK(once.call([&] {
    forever = raised<thrum::RuntimeError>([&] { once.call([&] { ++inner; }); });
    poll = raised<thrum::RuntimeError>([&] { once.call([&] { ++inner; }, 0); });
  }));
  CHECK(forever == THRUM_E_DEADLOCK);
  CHECK(poll == THRUM_E_DEADLOCK);
  CHECK(inner == 0);
  CHECK(once.done());
}

TEMPLATE_TEST_CASE("one once is called within the function of another", "[once]", ALL_ONCES) {
  TestType outer;
  TestType inner;
  int calls = 0;
  CHECK(outer.call([&] { inner.call([&] { ++calls; }); }));
  CHECK(inner.call([&] { ++calls; }));
  CHECK(calls == 1);
}

TEST_CASE("the function may be anything that can be called", "[once]") {
  thrum::Once once;
  auto token = std::make_unique<int>(7);
  int seen = 0;
  CHECK(once.call([token = std::move(token), &seen]() mutable { seen = *std::exchange(token, nullptr); }));
  CHECK(seen == 7);
  thrum::Once by_function;
  static int calls = 0;
  CHECK(by_function.call(+[] { ++calls; }));
  CHECK(calls == 1);
}

// ------------------------------------------------------------------------------------------- stress --

TEMPLATE_TEST_CASE("threads that all come at once see one call, whole", "[once][stress]", ALL_ONCES) {
  for (int round = 0; round < scaled(2000); ++round) {
    TestType once;
    int calls = 0;
    int value = 0;
    std::atomic<int> wrong{0};
    Crew(4, [&] {
      const bool passed = once.call([&] {
        ++calls;
        value = round + 1;
      });
      if (!passed || value != round + 1) wrong.fetch_add(1);
    }).join();
    REQUIRE(wrong == 0);
    REQUIRE(calls == 1);
  }
}

TEMPLATE_TEST_CASE("one call at a time, until one succeeds, whoever gives up meanwhile", "[once][stress]",
                   ALL_ONCES) {
  for (int round = 0; round < scaled(1000); ++round) {
    TestType once;
    int calls = 0;  // guarded by the once
    std::atomic<int> inside{0};
    std::atomic<int> wrong{0};
    std::atomic<int> failures{0};
    Crew(5, [&](int index) {
      for (int turn = 0;; ++turn) {
        const auto function = [&] {
          if (inside.fetch_add(1) != 0) wrong.fetch_add(1);
          ++calls;
          inside.fetch_sub(1);
          if (calls < 10) throw thrum::ValueError(THRUM_E_VALUE);
        };
        try {
          // The last two have no patience.
          if (once.call(function, index < 3 ? thrum::no_timeout : 1e-6 * (turn % 20))) break;
        } catch (const thrum::Error&) {
          failures.fetch_add(1);
        }
      }
      if (calls != 10) wrong.fetch_add(1);
    }).join();
    REQUIRE(wrong == 0);
    REQUIRE(failures == 9);
  }
}

TEST_CASE("a once may be freed by a thread that the call lets go", "[once][stress]") {
  for (int round = 0; round < scaled(5000); ++round) {
    auto* const once = new thrum::Once;
    std::atomic<int> left{3};
    std::atomic<bool> freed{false};
    Crew(3, [&] {
      once->call([] { std::this_thread::yield(); });
      if (left.fetch_sub(1) != 1) return;
      delete once;
      freed = true;
    }).join();
    REQUIRE(freed);
  }
}

TEST_CASE("a once works before its constructor could have run", "[once]") {
  static_cast<void>(early_user);
  CHECK(early_once.done());
  early_once.call([] { ++early_calls; });
  CHECK(early_calls == 1);
}

TEST_CASE("a static flag needs no call to make it", "[once]") {
  static thrum_once_flag flag = THRUM_ONCE_FLAG_INIT;
  static std::atomic<int> calls{0};
  const auto function = [](void* arg) {
    calls.fetch_add(*static_cast<int*>(arg));
    return 0;
  };
  std::atomic<int> wrong{0};
  NativeCrew(4, [&] {
    int one = 1;
    if (thrum_call_once(&flag, function, &one, THRUM_FOREVER) != THRUM_OK) wrong.fetch_add(1);
  }).join();
  CHECK(wrong == 0);
  CHECK(calls == 1);
}
