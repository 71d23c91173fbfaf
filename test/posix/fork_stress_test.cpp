// fork_stress_test.cpp - forks while eight threads hammer on every type there is: the child can do
// everything, and finds each future done.
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include "posix/fork_stress.hpp"
#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.hpp"

using support::children_start_threads;
using support::Crew;
using support::Ending;
using support::eventually;
using support::NativeCrew;
using support::require_alone;
using support::run_forked;
using support::sanitized;
using support::scaled;
using support::use_everything;

namespace {

constexpr int kThreads = 8;

void do_nothing(void* /*unused*/) {}

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

/// Tasks, and the futures that each thread has at this moment.
class Pools {
 public:
  Pools() {
    expect(thrum_pool_create(&shared_, 2, nullptr) == THRUM_OK, "create");
    expect(thrum_pool_create(&closed_, 2, nullptr) == THRUM_OK, "create");
    expect(thrum_pool_shutdown(closed_, 1, 0) == THRUM_OK, "shutdown");
    expect(thrum_pool_create(&gone_, 2, nullptr) == THRUM_OK, "create");
    expect(thrum_pool_destroy(gone_) == THRUM_OK, "destroy");
  }
  Pools(const Pools&) = delete;
  Pools& operator=(const Pools&) = delete;
  ~Pools() {
    static_cast<void>(thrum_pool_shutdown(shared_, 1, 0));
    static_cast<void>(thrum_pool_destroy(shared_));
    static_cast<void>(thrum_pool_destroy(closed_));
  }

  void use(std::size_t thread, int turn) {
    Row& row = futures_[thread];
    thrum_future future{0};
    for (std::atomic<std::uint64_t>& place : row) {
      expect(thrum_pool_submit(shared_, do_nothing, nullptr, &future) == THRUM_OK, "submit");
      place = future.id;
    }
    if (turn % 2 == 0) {
      int cancelled = 0;
      expect(thrum_future_cancel(future, &cancelled) == THRUM_OK, "cancel");
    }
    for (std::atomic<std::uint64_t>& place : row) {
      future.id = place;
      const thrum_status status = thrum_future_wait(future, THRUM_FOREVER);
      expect(status == THRUM_OK || status == THRUM_CANCELLED, "wait");
      place = 0;
      expect(thrum_future_destroy(future) == THRUM_OK, "destroy a future");
    }
    expect(thrum_pool_submit(closed_, do_nothing, nullptr, &future) == THRUM_E_SHUTDOWN, "closed");
    expect(thrum_pool_submit(gone_, do_nothing, nullptr, nullptr) == THRUM_E_HANDLE, "gone");
    if (turn % 4 == 0) {
      thrum::ThreadPool pool(2);
      expect(pool.submit([] { return 7; }).result() == 7, "result");
    }
  }

  void use_in_child() {
    for (const Row& row : futures_) {
      for (const std::atomic<std::uint64_t>& place : row) {
        thrum_future future{place};
        if (future.id == 0) continue;
        const thrum_status status = thrum_future_wait(future, 0);
        CHILD_REQUIRE(status == THRUM_OK || status == THRUM_CANCELLED);
        int done = 0;
        CHILD_REQUIRE(thrum_future_done(future, &done) == THRUM_OK && done == 1);
        CHILD_REQUIRE(thrum_future_destroy(future) == THRUM_OK);
      }
    }
    thrum_future future{0};
    CHILD_REQUIRE(thrum_pool_submit(closed_, do_nothing, nullptr, &future) == THRUM_E_SHUTDOWN);
    CHILD_REQUIRE(thrum_pool_submit(gone_, do_nothing, nullptr, nullptr) == THRUM_E_HANDLE);
    if (!children_start_threads) return;
    for (int task = 0; task < 4; ++task) {
      CHILD_REQUIRE(thrum_pool_submit(shared_, do_nothing, nullptr, &future) == THRUM_OK);
      CHILD_REQUIRE(thrum_future_wait(future, THRUM_FOREVER) == THRUM_OK);
      CHILD_REQUIRE(thrum_future_destroy(future) == THRUM_OK);
    }
    CHILD_REQUIRE(thrum_pool_shutdown(shared_, 1, 0) == THRUM_OK);
    CHILD_REQUIRE(thrum_pool_destroy(shared_) == THRUM_OK);
    CHILD_REQUIRE(thrum_pool_destroy(closed_) == THRUM_OK);
    thrum::ThreadPool pool(2);
    CHILD_REQUIRE(pool.submit([] { return 8; }).result() == 8);
  }

 private:
  using Row = std::array<std::atomic<std::uint64_t>, 16>;

  thrum_pool shared_{0};
  thrum_pool closed_{0};
  thrum_pool gone_{0};
  std::array<Row, kThreads> futures_{};
};

/// Threads, timers and locals.
void use_threads(thrum::Local<int>& local, int turn) {
  *local = turn;
  thrum::Timer timer(turn % 2 == 0 ? 1e-5 : 1000, [] {});
  timer.start();
  if (turn % 2 != 0) timer.cancel();
  thrum::Thread thread([&local] { expect(*local == 1, "local"); });
  thread.start();
  expect(thread.join(), "join");
  expect(timer.join(), "join a timer");
  expect(*local == turn, "local");
  static_cast<void>(thrum::enumerate());
}

void use_timers_in_child() {
  thrum::Timer timer(1e-5, [] {});
  timer.start();
  CHILD_REQUIRE(timer.join());
  thrum::Timer cancelled(1000, [] {});
  cancelled.start();
  cancelled.cancel();
  CHILD_REQUIRE(cancelled.join());
}

/// Eight threads that do all of that without a pause, each in another order, for as long as this lives.
class Hammers {
 public:
  Hammers() : crew_(kThreads, [this](int index) { hammer(index); }) {
    // What the library keeps once it has it has been had by then.
    eventually([this] { return warm_ == kThreads; });
  }
  Hammers(const Hammers&) = delete;
  Hammers& operator=(const Hammers&) = delete;
  ~Hammers() { end(); }

  /// What a thread had not expected, or nothing.
  std::string end() {
    over_ = true;
    crew_.join();
    std::string all;
    for (const std::string& each : complaints_) all += each;
    return all;
  }

  void use_in_child() {
    cpp_.use_in_child();
    c_.use_in_child();
    if (sanitized) return;
    pools_.use_in_child();
    CHILD_REQUIRE(**local_ >= 0);
    if (children_start_threads) use_timers_in_child();
  }

 private:
  using Cpp = stress::Objects<stress::InCpp>;
  using C = stress::Objects<stress::InC>;
  static constexpr int kSteps = 2 * Cpp::steps + 2;

  // A sanitizer's memory can be locked in the child for ever, where another thread was using it at the fork.
  void step(std::size_t thread, int number, int turn) {
    if (number < 2 * Cpp::steps) {
      const int step = number / 2;
      if (sanitized && step >= Cpp::without_memory) return;
      number % 2 == 0 ? cpp_.use(step, turn) : c_.use(step, turn);
    } else if (!sanitized && number % 2 == 0) {
      pools_.use(thread, turn);
    } else if (!sanitized) {
      use_threads(*local_, turn);
    }
  }

  void hammer(int index) {
    const auto thread = static_cast<std::size_t>(index);
    try {
      for (int turn = 0; !over_; ++turn) {
        for (int number = 0; number < kSteps; ++number) {
          step(thread, (number + index * kSteps / kThreads) % kSteps, turn);
        }
        if (turn == 1) warm_.fetch_add(1);
      }
    } catch (const std::exception& error) {
      complaints_[thread] = error.what();
      if (warm_ < kThreads) warm_.fetch_add(1);
    }
  }

  std::atomic<bool> over_{false};
  std::atomic<int> warm_{0};
  Cpp cpp_;
  C c_;
  Pools pools_;
  std::unique_ptr<thrum::Local<int>> local_ = std::make_unique<thrum::Local<int>>(1);
  std::array<std::string, kThreads> complaints_;
  Crew crew_;
};

/// The main thread, one of thrum's, and one that thrum knows nothing of fork in turn.
void fork_beside_hammers(int forks) {
  constexpr int kInARow = 10;
  Hammers hammers;
  std::string first_fault;
  const auto fork_some = [&] {
    for (int i = 0; i < kInARow && first_fault.empty(); ++i) {
      const Ending ending = run_forked([&] {
        require_alone();
        hammers.use_in_child();
        use_everything();
      });
      if (ending.how != "exit 0") first_fault = ending.how;
    }
  };
  int done = 0;
  for (; done < forks && first_fault.empty(); done += 3 * kInARow) {
    fork_some();
    NativeCrew(1, fork_some).join();
    Crew(1, fork_some).join();
  }
  const std::string complaints = hammers.end();
  CAPTURE(first_fault, complaints);
  CHECK(first_fault.empty());
  CHECK(done >= forks);
  CHECK(complaints.empty());
}

}  // namespace

TEST_CASE("forks beside threads that use everything", "[fork][stress]") { fork_beside_hammers(scaled(300)); }

TEST_CASE("ten thousand forks beside threads that use everything", "[.][fork][stress][long]") {
  fork_beside_hammers(scaled(10000));
}
