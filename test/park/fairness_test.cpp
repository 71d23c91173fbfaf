// fairness_test.cpp - that a lock and a semaphore are handed over to the first who has waited for a
// millisecond, in every stripe of the parking lot, whatever happens beside it.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "core/park/lot.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/inside.hpp"
#include "thrum/lock.hpp"
#include "thrum/semaphore.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::until_waiting;

namespace {

struct alignas(64) Object {
  thrum::Lock lock;
};

constexpr unsigned stripes = 32;

/// As the lot finds it (core/park/lot.cpp).
unsigned stripe_of(const void* address) {
  return static_cast<unsigned>((reinterpret_cast<std::uintptr_t>(address) * 0x9E3779B97F4A7C15) >> 59);
}

/// Whether the first waiter has been asleep for so long that the lock is its.
bool first_is_due(const void* address) {
  const thrum::lot::Bucket bucket(address);
  const thrum::Waiter* first = bucket.first();
  return first != nullptr && thrum::lot::is_due(*first);
}

/// Two locks of each stripe.
class Stripes {
 public:
  Stripes() : objects_(new Object[4096]) {
    for (std::size_t i = 0; i < 4096; ++i) {
      std::vector<Object*>& found = by_stripe_[stripe_of(&objects_[i].lock)];
      if (found.size() < 2) found.push_back(&objects_[i]);
    }
  }
  thrum::Lock& cold(unsigned stripe) { return by_stripe_[stripe].at(0)->lock; }
  thrum::Lock& hot(unsigned stripe) { return by_stripe_[stripe].at(1)->lock; }

 private:
  std::unique_ptr<Object[]> objects_;
  std::vector<Object*> by_stripe_[stripes];
};

}  // namespace

TEST_CASE("a lock is handed over to who has waited for a millisecond, beside a busy one in each stripe",
          "[lock]") {
  Stripes locks;
  for (unsigned stripe = 0; stripe < stripes; ++stripe) {
    thrum::Lock& cold = locks.cold(stripe);
    thrum::Lock& hot = locks.hot(stripe);
    std::atomic<bool> stop{false};
    // Sleepers and hand-overs in the same stripe all the time.
    Crew busy(3, [&] {
      while (!stop) {
        hot.acquire();
        std::this_thread::yield();
        hot.release();
      }
    });
    cold.acquire();
    std::atomic<bool> got{false};
    Crew patient(1, [&] {
      cold.acquire();
      got = true;
      cold.release();
    });
    until_waiting(cold, 1);
    eventually([&] { return first_is_due(&cold); });
    cold.release();
    // It is the other's by now: who comes by does not get it before.
    cold.acquire();
    const bool first = got;
    cold.release();
    stop = true;
    patient.join();
    busy.join();
    REQUIRE(first);
  }
}

TEST_CASE("at most three releases pass a waiter by whose lock is held for a millisecond each time",
          "[lock]") {
  Stripes locks;
  for (unsigned stripe = 0; stripe < stripes; ++stripe) {
    thrum::Lock& lock = locks.cold(stripe);
    std::atomic<bool> stop{false};
    // With the waiter in the queue: one that has been called may take its time to come back.
    std::atomic<long> releases{0};
    Crew holder(1, [&] {
      while (!stop) {
        lock.acquire();
        const auto since = Clock::now();
        while (Clock::now() - since < std::chrono::milliseconds(1)) std::this_thread::yield();
        if (thrum::lot::Bucket(&lock).occupied()) releases.fetch_add(1);
        lock.release();
      }
    });
    long most = 0;
    for (int round = 0; round < 3; ++round) {
      eventually([&] { return lock.locked(); });
      releases = 0;
      lock.acquire();
      const long passed = releases;
      lock.release();
      if (passed > most) most = passed;
    }
    stop = true;
    holder.join();
    // One calls it, one lets it in, and one may come before it has waited for a millisecond.
    REQUIRE(most <= 3);
  }
}

TEST_CASE("a unit is handed over to who has waited for a millisecond", "[semaphore]") {
  thrum::Semaphore semaphore(0);
  std::atomic<bool> got{false};
  Crew patient(1, [&] {
    semaphore.acquire();
    got = true;
  });
  until_waiting(semaphore, 1);
  eventually([&] { return first_is_due(&semaphore); });
  semaphore.release();
  CHECK_FALSE(semaphore.acquire(0));
  patient.join();
  CHECK(got);
}
