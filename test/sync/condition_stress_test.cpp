// condition_stress_test.cpp - conditions that many threads use at once: no notify is lost, and the last one
// may free the condition.
//
// A tag that begins with test_ names the case of CPython's Lib/test/lock_tests.py that a test corresponds to.
#include "thrum/condition.hpp"

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "sync/conditions.hpp"

using support::Crew;
using support::eventually;
using support::HandleOwn;
using support::HandleWithLock;
using support::HandleWithRLock;
using support::Holding;
using support::notify;
using support::notify_all;
using support::Own;
using support::scaled;
using support::WithLock;
using support::WithRLock;

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
        not_full.wait_for([&] { return queue.size() < capacity; }, round % 2 == 0 ? thrum::no_timeout : 1000);
        queue.emplace_back(index, round);
        not_empty.notify();
      }
    } else {
      std::vector<int> last(producers, -1);
      for (int round = 0; round < rounds; ++round) {
        const std::lock_guard<TestType> guard(lock);
        while (queue.empty()) not_empty.wait(round % 2 == 0 ? thrum::no_timeout : 1e-5);
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
        condition.wait(thrum::no_timeout);
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
      const double timeouts[] = {thrum::no_timeout, 1000, 1e-5};
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
