// forced_unwind_test.cpp - a thread that ends, by pthread_exit or cancellation, in a function which an object
// calls: the stack is unwound through the call, and the object is as if the function had failed.
#include <pthread.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "thrum/thrum.hpp"

using support::Crew;
using support::eventually;
using support::until_parked;

TEST_CASE("an action that ends its thread breaks the barrier", "[barrier][pthread_exit]") {
  thrum::Barrier barrier(2, [] { pthread_exit(nullptr); });
  bool broken = false;
  Crew crew(1, [&] {
    broken = support::raised<thrum::BrokenBarrierError>([&] { barrier.wait(); }) == THRUM_E_BROKEN;
  });
  until_parked(barrier);
  pthread_t thread{};
  REQUIRE(pthread_create(
              &thread, nullptr,
              [](void* arg) -> void* {
                static_cast<thrum::Barrier*>(arg)->wait();
                return arg;
              },
              &barrier) == 0);
  void* result = &barrier;
  CHECK(pthread_join(thread, &result) == 0);
  CHECK(result == nullptr);
  crew.join();
  CHECK(broken);
  CHECK(barrier.broken());
}

TEST_CASE("a call that ends its thread has failed", "[once][pthread_exit]") {
  thrum::Once once;
  pthread_t thread{};
  REQUIRE(pthread_create(
              &thread, nullptr,
              [](void* arg) -> void* {
                static_cast<thrum::Once*>(arg)->call([] { pthread_exit(nullptr); });
                return arg;
              },
              &once) == 0);
  void* result = &once;
  CHECK(pthread_join(thread, &result) == 0);
  CHECK(result == nullptr);
  CHECK_FALSE(once.done());
  int calls = 0;
  CHECK(once.call([&] { ++calls; }, 0));
  CHECK(calls == 1);
}

TEST_CASE("a call that is cancelled has failed, and who waits for it tries", "[once][cancel]") {
  static thrum::Once once;
  static std::atomic<bool> called{false};
  pthread_t thread{};
  REQUIRE(pthread_create(
              &thread, nullptr,
              [](void*) -> void* {
                once.call([] {
                  called = true;
                  for (;;) {
                    pthread_testcancel();
                    std::this_thread::yield();
                  }
                });
                return nullptr;
              },
              nullptr) == 0);
  eventually([] { return called.load(); });
  int calls = 0;
  Crew crew(1, [&] { once.call([&] { ++calls; }); });
  until_parked(once);
  CHECK(pthread_cancel(thread) == 0);
  void* result = nullptr;
  CHECK(pthread_join(thread, &result) == 0);
  CHECK(result == PTHREAD_CANCELED);
  crew.join();
  CHECK(calls == 1);
  CHECK(once.done());
}
