// look_test.cpp - what can be told of a thread that waits without taking a lock: for what, since when.
#include <atomic>
#include <catch2/catch_test_macros.hpp>

#include "core/park/lot.hpp"
#include "core/self/runtime.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "thrum/thrum.hpp"

using support::Crew;
using support::eventually;
using thrum::Kind;
using thrum::lot::Look;

namespace {

/// Runs wait() in a thread until it is seen asleep there, then let_go().
template <class Wait, class LetGo>
Look look_at(Wait wait, LetGo let_go) {
  std::atomic<const thrum::Waiter*> waiter{nullptr};
  Crew crew(1, [&] {
    waiter = &thrum::runtime::current()->waiter;
    wait();
  });
  Look seen{};
  eventually([&] {
    if (waiter != nullptr) seen = thrum::lot::look(*waiter);
    return seen.address != nullptr && seen.since != 0;
  });
  let_go();
  crew.join();
  return seen;
}

}  // namespace

TEST_CASE("what a thread waits for, and since when, is told without a lock", "[lot]") {
  const std::uint64_t before = thrum::platform::now();
  SECTION("an event") {
    thrum::Event event;
    const Look seen = look_at([&] { event.wait(); }, [&] { event.set(); });
    CHECK(seen.address == &event);
    CHECK(seen.kind == Kind::event);
    CHECK_FALSE(seen.called);
    CHECK(seen.since >= before);
    CHECK(seen.since <= (thrum::platform::now() | 1));
  }
  SECTION("a lock") {
    thrum::Lock lock;
    lock.acquire();
    const Look seen = look_at(
        [&] {
          lock.acquire();
          lock.release();
        },
        [&] { lock.release(); });
    CHECK(seen.address == &lock);
    CHECK(seen.kind == Kind::lock);
    CHECK(seen.since >= before);
  }
  SECTION("a semaphore") {
    thrum::Semaphore semaphore(0);
    const Look seen = look_at([&] { semaphore.acquire(); }, [&] { semaphore.release(); });
    CHECK(seen.address == &semaphore);
    CHECK(seen.kind == Kind::semaphore);
  }
  SECTION("a condition") {
    thrum::Lock lock;
    thrum::Condition condition(lock);
    const Look seen = look_at(
        [&] {
          lock.acquire();
          condition.wait();
          lock.release();
        },
        [&] {
          lock.acquire();
          condition.notify();
          lock.release();
        });
    CHECK(seen.address == &condition);
    CHECK(seen.kind == Kind::condition);
  }
}

TEST_CASE("a thread that waits for nothing is told so", "[lot]") {
  CHECK(thrum::lot::look(thrum::runtime::current()->waiter).address == nullptr);
}
