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

/// Since when the first waiter waits, and when it fell asleep.
struct Since {
  std::uint64_t age = 0;
  std::uint64_t asleep = 0;
};
Since since_when(const void* address) {
  const thrum::lot::Bucket bucket(address);
  const thrum::Waiter* first = bucket.first();
  if (first == nullptr) return {};
  return {first->age, thrum::lot::look(*first).since};
}

/// Calls the first waiter of a lock that stays held.
void call_in_vain(const void* address) {
  thrum::lot::Bucket bucket(address);
  thrum::Waiter* const waiter = bucket.call();
  bucket.unlock();
  REQUIRE(waiter != nullptr);
  thrum::lot::wake(*waiter, thrum::Verdict::look_again);
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

TEST_CASE("who is called in vain has waited for as long as before", "[lock]") {
  thrum::Lock lock;
  lock.acquire();
  Crew patient(1, [&] {
    lock.acquire();
    lock.release();
  });
  eventually([&] { return since_when(&lock).asleep != 0; });
  const Since before = since_when(&lock);
  for (int round = 0; round < 20; ++round) {
    call_in_vain(&lock);
    until_waiting(lock, 1);
    // It has the time to fall asleep again.
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    const Since after = since_when(&lock);
    REQUIRE(after.age == before.age);
    REQUIRE(after.asleep == before.asleep);
  }
  lock.release();
  patient.join();
}

// In virtual time both begin at the same moment.
TEST_CASE("the next wait has lasted for no time", "[lock][spin]") {
  thrum::Lock first;
  thrum::Lock second;
  first.acquire();
  second.acquire();
  Crew patient(1, [&] {
    first.acquire();
    second.acquire();
    first.release();
    second.release();
  });
  until_waiting(first, 1);
  const std::uint64_t age = since_when(&first).age;
  first.release();
  until_waiting(second, 1);
  CHECK(since_when(&second).age > age);
  second.release();
  patient.join();
}
