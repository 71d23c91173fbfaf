// timers_test.cpp - several timers, each with its own time, made and cancelled by many threads.
#include "thrum/timer.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "thrum/event.hpp"

using support::Clock;
using support::NativeCrew;
using support::scaled;
using support::seconds_since;

TEST_CASE("each of several timers has its own time", "[timer]") {
  std::vector<double> called_after(6, -1);
  std::vector<std::unique_ptr<thrum::Timer>> timers;
  const auto start = Clock::now();
  for (const int rank : {3, 0, 5, 1, 4, 2}) {
    timers.push_back(std::make_unique<thrum::Timer>(0.004 * rank, [&called_after, start, rank] {
      called_after[static_cast<std::size_t>(rank)] = seconds_since(start);
    }));
  }
  for (const auto& timer : timers) timer->start();
  for (const auto& timer : timers) timer->join();
  for (std::size_t rank = 0; rank < called_after.size(); ++rank) {
    CAPTURE(rank);
    CHECK(called_after[rank] >= 0.004 * static_cast<double>(rank));
  }
}

TEST_CASE("an earlier timer does not wait for a later one", "[timer]") {
  thrum::Timer late(1e6, [] {});
  late.start();
  for (int round = 0; round < 20; ++round) {
    thrum::Event called;
    thrum::Timer early(round % 2 == 0 ? 0.0001 : 0, [&] { called.set(); });
    early.start();
    called.wait();
    early.join();
  }
  CHECK(late.is_alive());
  late.cancel();
}

TEST_CASE("a timer starts timers, itself its successor", "[timer]") {
  struct Chain {
    int left;
    thrum::Event* done;
    void operator()() const {
      if (left == 0) return done->set();
      thrum::Timer(0.0001, Chain{left - 1, done}).start();
    }
  };
  thrum::Event done;
  thrum::Timer(0, Chain{50, &done}).start();
  done.wait();
  CHECK(done.is_set());
}

// ------------------------------------------------------------------------------------------ stress --

TEST_CASE("a timer that is cancelled as it fires calls once or never, and never afterwards",
          "[timer][stress]") {
  const int rounds = scaled(3000);
  int called = 0;
  int wrong = 0;
  for (int round = 0; round < rounds; ++round) {
    std::atomic<int> calls{0};
    thrum::Timer timer(1e-6 * (round % 200), [&] { calls.fetch_add(1); });
    timer.start();
    for (int i = 0; i < round % 50; ++i) std::this_thread::yield();
    timer.cancel();
    timer.join();
    called += calls;
    if (calls > 1 || timer.is_alive()) ++wrong;
  }
  CHECK(wrong == 0);
  CHECK(called <= rounds);
}

TEST_CASE("a timer whose cancel has returned does not begin to call", "[timer][stress]") {
  const int rounds = scaled(3000);
  int wrong = 0;
  for (int round = 0; round < rounds; ++round) {
    std::atomic<bool> entered{false};
    thrum::Timer timer(1e-6 * (round % 100), [&] { entered = true; });
    timer.start();
    for (int i = 0; i < round % 30; ++i) std::this_thread::yield();
    timer.cancel();
    // The thread that calls may be past the decision, and then it is on its way; a timer that is not alive,
    // or has no thread, is not.
    const bool alive = timer.is_alive();
    const bool before = entered;
    timer.join();
    if (!alive && !before && entered) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("timers are made, started, cancelled and joined by all threads at once", "[timer][stress]") {
  std::atomic<long> called{0};
  std::atomic<long> expected{0};
  std::atomic<int> wrong{0};
  const int rounds = scaled(2000);
  NativeCrew crew(4, [&](int index) {
    for (int round = 0; round < rounds; ++round) {
      std::atomic<int> calls{0};
      const bool soon = (round + index) % 8 == 0;
      thrum::Timer timer(soon ? 1e-5 : 0.5 + 0.001 * (round % 100), [&] {
        calls.fetch_add(1);
        called.fetch_add(1);
      });
      timer.start();
      if (soon) {
        timer.join();
        expected.fetch_add(1);
        if (calls != 1) wrong.fetch_add(1);
      } else {
        timer.cancel();
        if (!timer.join(0)) wrong.fetch_add(1);
        if (calls != 0) wrong.fetch_add(1);
      }
    }
  });
  crew.join();
  CHECK(wrong == 0);
  CHECK(called == expected);
}
