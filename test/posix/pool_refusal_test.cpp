// pool_refusal_test.cpp - a worker leaves by pthread_exit, and the system refuses another one.
#include <pthread.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>

#include "support/eventually.hpp"
#include "support/refusal.hpp"
#include "thrum/thrum.hpp"

using support::Refusal;
using support::refuse_threads;

TEST_CASE("what no worker is left for is cancelled when a pool has been shut down", "[pool][refused]") {
  thrum_pool pool{};
  REQUIRE(thrum_pool_create(&pool, 1, nullptr) == THRUM_OK);
  thrum_event go{};
  REQUIRE(thrum_event_create(&go) == THRUM_OK);
  const auto leave = [](void* event) {
    thrum_event_wait(*static_cast<thrum_event*>(event), THRUM_FOREVER);
    pthread_exit(nullptr);
  };
  const auto call = [](void* done) { static_cast<std::atomic<bool>*>(done)->store(true); };
  std::atomic<bool> done{false};
  thrum_future left{};
  thrum_future undone{};
  REQUIRE(thrum_pool_submit(pool, leave, &go, &left) == THRUM_OK);
  REQUIRE(thrum_pool_submit(pool, call, &done, &undone) == THRUM_OK);
  {
    const Refusal refusal(refuse_threads);
    CHECK(thrum_event_set(go) == THRUM_OK);
    CHECK(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK);
  }
  CHECK(thrum_future_wait(left, 0) == THRUM_OK);
  CHECK(thrum_future_wait(undone, 0) == THRUM_CANCELLED);
  CHECK_FALSE(done);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
  CHECK(thrum_future_destroy(left) == THRUM_OK);
  CHECK(thrum_future_destroy(undone) == THRUM_OK);
  CHECK(thrum_event_destroy(go) == THRUM_OK);
}

TEST_CASE("a worker that leaves while its pool is refused another has the system asked again",
          "[pool][refused]") {
  thrum_pool pool{};
  REQUIRE(thrum_pool_create(&pool, 2, nullptr) == THRUM_OK);
  static thrum::Event entered;
  static thrum::Event go;
  const auto leave = [](void* /*unused*/) {
    entered.set();
    go.wait();
    pthread_exit(nullptr);
  };
  const auto call = [](void* done) { static_cast<std::atomic<bool>*>(done)->store(true); };
  std::atomic<bool> done{false};
  thrum_future future{};
  REQUIRE(thrum_pool_submit(pool, leave, nullptr, nullptr) == THRUM_OK);
  entered.wait();
  support::before_refusing_thread = [] {
    go.set();
    // The main thread is left, and the one that is about to be refused.
    support::eventually([] { return thrum::active_count() == 2; });
    refuse_threads = false;
  };
  {
    const Refusal refusal(refuse_threads);
    REQUIRE(thrum_pool_submit(pool, call, &done, &future) == THRUM_OK);
  }
  support::before_refusing_thread = nullptr;
  CHECK(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK);
  CHECK(thrum_future_wait(future, 0) == THRUM_OK);
  CHECK(done);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
  CHECK(thrum_future_destroy(future) == THRUM_OK);
}
