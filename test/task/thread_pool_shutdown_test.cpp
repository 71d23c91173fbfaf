// thread_pool_shutdown_test.cpp - how a pool ends, and what becomes of its tasks.
//
// A tag that begins with test_ names the case of CPython's Lib/test/test_concurrent_futures that a test
// corresponds to: executor.py, test_thread_pool.py, test_shutdown.py, test_init.py.
#include "thrum/thread_pool.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "task/pools.hpp"
#include "thrum/event.hpp"

using support::Crew;
using support::eventually;
using support::Plug;
using support::raised;
using support::scaled;
using support::threads_called;
using thrum::Future;
using thrum::ThreadPool;

TEST_CASE("a pool that has been shut down takes no tasks",
          "[pool][test_run_after_shutdown][test_context_manager_shutdown]") {
  ThreadPool pool(2);
  Future<int> future = pool.submit([] { return 1; });
  pool.shutdown();
  CHECK(future.done());
  CHECK(raised<thrum::RuntimeError>([&] { pool.submit([] {}); }) == THRUM_E_SHUTDOWN);
  CHECK(raised<thrum::RuntimeError>([&] { pool.map([](int) {}, std::vector<int>{1}); }) == THRUM_E_SHUTDOWN);
  pool.shutdown();
  pool.shutdown(false, true);
  CHECK(future.result() == 1);
}

TEST_CASE("a pool that goes does all of its tasks first, and its threads end",
          "[pool][test_threads_terminate][test_del_shutdown][test_hang_issue12364]") {
  std::atomic<int> done{0};
  {
    ThreadPool pool(5, {"going", nullptr});
    for (int i = 0; i < 200; ++i) pool.submit([&] { done.fetch_add(1); });
  }
  CHECK(done == 200);
  CHECK(threads_called("going_") == 0);
  {
    ThreadPool pool(2);
    ThreadPool moved(std::move(pool));
    CHECK(raised<thrum::RuntimeError>([&] { pool.submit([] {}); }) == THRUM_E_HANDLE);
    pool = std::move(moved);
    pool.submit([&] { done.fetch_add(1); });
  }
  CHECK(done == 201);
}

TEST_CASE("a shutdown that does not wait lets the tasks be done", "[pool][test_shutdown_no_wait]") {
  ThreadPool pool(1, {"unawaited", nullptr});
  Plug plug(pool, 1);
  Future<int> future = pool.submit([] { return 3; });
  pool.shutdown(false);
  CHECK(raised<thrum::RuntimeError>([&] { pool.submit([] {}); }) == THRUM_E_SHUTDOWN);
  CHECK_FALSE(future.done());
  plug.pull();
  CHECK(future.result() == 3);
  eventually([&] { return threads_called("unawaited_") == 0; });
}

TEST_CASE("a shutdown cancels what has not begun",
          "[pool][test_cancel_futures][test_cancel_futures_wait_false]") {
  ThreadPool pool(3);
  std::vector<Future<int>> futures;
  {
    Plug plug(pool, 3);
    for (int i = 0; i < 300; ++i) futures.push_back(pool.submit([i] { return i; }));
    pool.shutdown(false, true);
    for (const auto& future : futures) CHECK(future.cancelled());
  }
  pool.shutdown();
  CHECK(raised<thrum::CancelledError>([&] { futures[7].result(); }) == THRUM_CANCELLED);

  // Behind tasks that are under way, batches of the workers are emptied too.
  ThreadPool busy(2);
  std::vector<Future<void>> many;
  many.reserve(5000);
  for (int i = 0; i < 5000; ++i) many.push_back(busy.submit([] {}));
  busy.shutdown(true, true);
  for (const auto& future : many) CHECK(future.done());
}

TEST_CASE("what a task returned may use the pool while it is destroyed", "[pool]") {
  ThreadPool pool(2);
  thrum::Event go;
  thrum::Event destroyed;
  // Destroyed by the worker: nobody has a future.
  const auto use = [&](void*) {
    pool.submit([] {}).result();
    destroyed.set();
  };
  static_cast<void>(pool.submit([&] {
    go.wait();
    return std::shared_ptr<void>(nullptr, use);
  }));
  go.set();
  destroyed.wait();
  CHECK(destroyed.is_set());
}

TEST_CASE("a task cannot wait for its own pool's end", "[pool]") {
  ThreadPool pool(2);
  thrum_status answer = THRUM_OK;
  pool.submit([&] { answer = raised<thrum::RuntimeError>([&] { pool.shutdown(); }); }).result();
  CHECK(answer == THRUM_E_SELF);
  CHECK(pool.submit([] { return 1; }).result() == 1);
  pool.submit([&] { pool.shutdown(false); }).result();
  CHECK(raised<thrum::RuntimeError>([&] { pool.submit([] {}); }) == THRUM_E_SHUTDOWN);
}

TEST_CASE("the last task may destroy its pool", "[pool]") {
  for (int round = 0; round < 50; ++round) {
    auto pool = std::make_unique<ThreadPool>(2);
    std::atomic<int> done{0};
    ThreadPool& reference = *pool;
    thrum::Event go;
    Future<void> future = reference.submit([&done, &go, owned = std::move(pool)]() mutable {
      go.wait();
      owned.reset();
      done.fetch_add(1);
    });
    reference.submit([&done] { done.fetch_add(1); });
    go.set();
    future.result();
    eventually([&] { return done == 2; });
  }
  SUCCEED("and is gone");
}

TEST_CASE("threads submit while one shuts the pool down",
          "[pool][stress][test_shutdown_race_issue12456][test_hang_global_shutdown_lock]") {
  for (int round = 0; round < scaled(100); ++round) {
    ThreadPool pool(2);
    std::atomic<int> submitted{0};
    std::atomic<int> called{0};
    std::atomic<int> cancelled{0};
    std::atomic<int> wrong{0};
    const bool cancel = round % 2 == 1;
    Crew crew(3, [&](int index) {
      if (index == 0) {
        for (int i = 0; i < round % 4; ++i) std::this_thread::yield();
        pool.shutdown(round % 3 != 0, cancel);
        return;
      }
      for (;;) {
        try {
          Future<void> future = pool.submit([&] { called.fetch_add(1); });
          submitted.fetch_add(1);
          future.add_done_callback([&](const Future<void>& done) {
            if (done.cancelled()) cancelled.fetch_add(1);
          });
        } catch (const thrum::RuntimeError& error) {
          if (error.status() != THRUM_E_SHUTDOWN) wrong.fetch_add(1);
          break;
        }
      }
    });
    crew.join();
    pool.shutdown();
    REQUIRE(wrong == 0);
    REQUIRE(called + cancelled == submitted);
    if (!cancel) REQUIRE(cancelled == 0);
  }
}

TEST_CASE("the workers that rest leave a pool that goes in one of its own tasks", "[pool][shutdown]") {
  auto pool = std::make_unique<ThreadPool>(2, thrum::ThreadPoolOptions{"Leaving", nullptr});
  { const Plug plug(*pool, 2); }
  thrum::Event gone;
  pool->submit([&] {
    pool.reset();
    gone.set();
  });
  gone.wait();
  eventually([] { return threads_called("Leaving") == 0; });
  CHECK(pool == nullptr);
}
