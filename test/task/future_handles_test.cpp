// future_handles_test.cpp - thrum_future: a future by handle, its states and its end.
#include "thrum/future.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "task/stage.hpp"
#include "thrum/thread_pool.hpp"

using support::Crew;
using support::eventually;
using support::scaled;
using support::Stage;
using thrum::ThreadPool;

TEST_CASE("a future by handle is cancelled, asked and destroyed", "[future][handles]") {
  Stage stage;
  const thrum_pool pool = stage.pool().handle();
  std::atomic<int> calls{0};
  const auto count = [](void* arg) { static_cast<std::atomic<int>*>(arg)->fetch_add(1); };
  const auto count_done = [](thrum_future future, void* arg) {
    int done = 0;
    if (thrum_future_done(future, &done) == THRUM_OK && done == 1) {
      static_cast<std::atomic<int>*>(arg)->fetch_add(100);
    } else {
      static_cast<std::atomic<int>*>(arg)->fetch_add(10000);
    }
  };
  thrum_future pending{0};
  thrum_future cancelled{0};
  thrum_future dropped{0};
  for (thrum_future* future : {&pending, &cancelled, &dropped}) {
    REQUIRE(thrum_pool_submit(pool, count, &calls, future) == THRUM_OK);
    REQUIRE(thrum_future_add_done_callback(*future, count_done, &calls) == THRUM_OK);
  }
  int flag = 7;
  CHECK(thrum_future_wait(pending, 0) == THRUM_TIMEOUT);
  CHECK(thrum_future_running(pending, &flag) == THRUM_OK);
  CHECK(flag == 0);
  CHECK(thrum_future_cancel(cancelled, &flag) == THRUM_OK);
  CHECK(flag == 1);
  CHECK(calls == 100);
  CHECK(thrum_future_wait(cancelled, THRUM_FOREVER) == THRUM_CANCELLED);
  CHECK(thrum_future_cancelled(cancelled, &flag) == THRUM_OK);
  CHECK(flag == 1);
  CHECK(thrum_future_destroy(cancelled) == THRUM_OK);
  CHECK(thrum_future_destroy(dropped) == THRUM_OK);
  CHECK(thrum_future_wait(dropped, 0) == THRUM_E_HANDLE);
  CHECK(thrum_future_destroy(dropped) == THRUM_E_HANDLE);
  stage.go_on();
  CHECK(thrum_future_wait(pending, THRUM_FOREVER) == THRUM_OK);
  CHECK(thrum_future_cancel(pending, &flag) == THRUM_OK);
  CHECK(flag == 0);
  CHECK(thrum_future_cancelled(pending, &flag) == THRUM_OK);
  CHECK(flag == 0);
  // The one that was cancelled, the two that were called, and their call-backs, one with a stale handle.
  eventually([&] { return calls == 100 + 1 + 100 + 1 + 10000; });
  CHECK(thrum_future_destroy(pending) == THRUM_OK);
}

TEST_CASE("a future that threads wait for is not destroyed", "[future][handles]") {
  Stage stage;
  thrum_future future{0};
  REQUIRE(thrum_pool_submit(
              stage.pool().handle(), [](void*) {}, nullptr, &future) == THRUM_OK);
  std::atomic<thrum_status> answer{THRUM_TIMEOUT};
  thrum_status destroyed = THRUM_E_BUSY;
  Crew crew(1, [&] { answer = thrum_future_wait(future, THRUM_FOREVER); });
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();
  destroyed = thrum_future_destroy(future);
  stage.go_on();
  crew.join();
  // It waited, or had not come so far yet.
  if (destroyed == THRUM_OK) {
    CHECK(answer == THRUM_E_HANDLE);
  } else {
    CHECK(destroyed == THRUM_E_BUSY);
    CHECK(answer == THRUM_OK);
    CHECK(thrum_future_destroy(future) == THRUM_OK);
  }
}

TEST_CASE("a future is waited for and cancelled by all threads while one destroys it",
          "[future][handles][stress]") {
  ThreadPool pool(1);
  std::atomic<std::uint64_t> current{0};
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  std::atomic<int> calls{0};
  Crew crew(2, [&](int index) {
    for (int turn = 0; !over; ++turn) {
      const thrum_future future{current};
      int flag = 0;
      thrum_status status = THRUM_OK;
      switch ((turn + index) % 4) {
        case 0: status = thrum_future_wait(future, 1e-5); break;
        case 1: status = thrum_future_cancel(future, &flag); break;
        case 2:
          status = thrum_future_add_done_callback(
              future, [](thrum_future, void* arg) { static_cast<std::atomic<int>*>(arg)->fetch_sub(1); },
              &calls);
          if (status == THRUM_OK) calls.fetch_add(1);
          break;
        default: status = thrum_future_done(future, &flag);
      }
      if (status < 0 && status != THRUM_E_HANDLE) wrong.fetch_add(1);
    }
  });
  for (int round = 0; round < scaled(5000); ++round) {
    thrum_future future{0};
    if (thrum_pool_submit(
            pool.handle(), [](void*) {}, nullptr, &future) != THRUM_OK) {
      wrong.fetch_add(1);
    }
    current = future.id;
    if (round % 8 == 0) std::this_thread::yield();
    eventually([&] { return thrum_future_destroy(future) == THRUM_OK; });
    if (thrum_future_wait(future, 0) != THRUM_E_HANDLE) wrong.fetch_add(1);
  }
  over = true;
  crew.join();
  pool.shutdown();
  CHECK(wrong == 0);
  CHECK(calls == 0);
}
