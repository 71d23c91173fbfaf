// pool_process_test.cpp - pools and the process: its exit, its forks, and tasks that end their threads.
//
// A tag that begins with test_ names the case of CPython's test_concurrent_futures/test_shutdown.py that a
// test corresponds to.
#include <pthread.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "posix/forked.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/thread_sanitizer.hpp"
#include "thrum/thrum.hpp"

using support::Ending;
using support::eventually;
using support::raised;
using support::run_forked;
using thrum::Future;
using thrum::ThreadPool;

TEST_CASE("a forked child's pool has none of the parent's tasks, and goes on", "[pool][fork]") {
  ThreadPool pool(2);
  thrum::Semaphore entered(0);
  thrum::Event leave;
  std::atomic<int> called{0};
  std::vector<Future<int>> futures;
  futures.reserve(50);
  for (int i = 0; i < 50; ++i) {
    futures.push_back(pool.submit([&, i] {
      entered.release();
      leave.wait();
      called.fetch_add(1);
      return i;
    }));
  }
  entered.acquire();
  entered.acquire();
  const Ending ending = run_forked([&] {
    for (const Future<int>& future : futures) {
      CHILD_REQUIRE(future.cancelled());
      CHILD_REQUIRE(raised<thrum::CancelledError>([&] { future.result(); }) == THRUM_CANCELLED);
    }
    if (!support::thread_sanitized) {
      for (int i = 0; i < 100; ++i) {
        CHILD_REQUIRE(pool.submit([i] { return i; }).result() == i);
      }
      std::vector<int> numbers(1000, 1);
      pool.map([&](int number) { called.fetch_add(number); }, numbers);
      CHILD_REQUIRE(called == 1000);
      CHILD_REQUIRE(thrum::active_count() <= 3);
    }
    pool.shutdown();
    CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { pool.submit([] {}); }) == THRUM_E_SHUTDOWN);
    thrum::shutdown();
  });
  CHECK(ending.how == "exit 0");
  leave.set();
  for (int i = 0; i < 50; ++i) CHECK(futures[static_cast<std::size_t>(i)].result() == i);
  CHECK(called == 50);
}

TEST_CASE("a task forks", "[pool][fork]") {
  ThreadPool pool(2);
  const Ending ending =
      pool.submit([&] {
            return run_forked([&] {
              CHILD_REQUIRE(thrum::current_thread() == thrum::main_thread());
              CHILD_REQUIRE(raised<thrum::RuntimeError>([&] { pool.shutdown(); }) == THRUM_E_SELF);
              if (support::thread_sanitized) return;
              CHILD_REQUIRE(pool.submit([] { return 3; }).result() == 3);
            });
          })
          .result();
  CHECK(ending.how == "exit 0");
  CHECK(pool.submit([] { return 4; }).result() == 4);
}

TEST_CASE("a process forks while its pools are busy", "[pool][fork][stress]") {
  std::atomic<bool> over{false};
  ThreadPool shared(2);
  support::Crew crew(2, [&](int index) {
    while (!over) {
      if (index == 0) {
        shared.submit([] {}).wait();
      } else {
        thrum_pool pool{0};
        if (thrum_pool_create(&pool, 2, nullptr) != THRUM_OK) return;
        for (int i = 0; i < 10; ++i) {
          static_cast<void>(thrum_pool_submit(
              pool, [](void*) {}, nullptr, nullptr));
        }
        static_cast<void>(thrum_pool_shutdown(pool, 1, 0));
        static_cast<void>(thrum_pool_destroy(pool));
      }
    }
  });
  const int forks = support::scaled(100);
  int clean = 0;
  for (int i = 0; i < forks; ++i) {
    const Ending ending = run_forked([&] {
      thrum_future future{0};
      // Without a C++ allocation: another thread may have been at one. A sanitizer's memory may be locked for
      // ever then.
      if (!support::sanitized) {
        for (int task = 0; task < 20; ++task) {
          CHILD_REQUIRE(thrum_pool_submit(
                            shared.handle(), [](void*) {}, nullptr, &future) == THRUM_OK);
          CHILD_REQUIRE(thrum_future_wait(future, THRUM_FOREVER) == THRUM_OK);
          CHILD_REQUIRE(thrum_future_destroy(future) == THRUM_OK);
        }
      }
      CHILD_REQUIRE(thrum_pool_shutdown(shared.handle(), 1, 0) == THRUM_OK);
    });
    if (ending.how == "exit 0") ++clean;
  }
  over = true;
  crew.join();
  CHECK(clean == forks);
}

TEST_CASE("an initializer that leaves by pthread_exit breaks its pool", "[pool][pthread_exit]") {
  ThreadPool pool(2, {"", [] { pthread_exit(nullptr); }});
  // It may be broken before the first task is in its queue.
  CHECK(raised<thrum::BrokenThreadPool>([&] { pool.submit([] {}).result(); }) == THRUM_E_BROKEN);
  CHECK(raised<thrum::BrokenThreadPool>([&] { pool.submit([] {}); }) == THRUM_E_BROKEN);
}

TEST_CASE("a done call-back that leaves by pthread_exit keeps nobody from being told",
          "[pool][pthread_exit]") {
  ThreadPool pool(1);
  thrum::Event go;
  std::atomic<int> called{0};
  const auto token = std::make_shared<int>(0);
  {
    std::vector<Future<int>> futures{pool.submit([&] {
      go.wait();
      return 1;
    })};
    for (int i = 0; i < 3; ++i) {
      futures[0].add_done_callback([&, copy = token] {
        if (called.fetch_add(1) == 0) pthread_exit(nullptr);
      });
    }
    std::atomic<bool> told{false};
    std::thread waiter([&] { told = thrum::wait(futures).done.size() == 1; });
    go.set();
    waiter.join();
    CHECK(told);
    eventually([&] { return called == 3; });
  }
  CHECK(pool.submit([] { return 2; }).result() == 2);
  pool.shutdown();
  eventually([&] { return token.use_count() == 1; });
}

TEST_CASE("a thread that a call-back ends by pthread_exit makes the other calls as it ends",
          "[pool][pthread_exit]") {
  ThreadPool pool(1);
  thrum::Event go;
  static_cast<void>(pool.submit([&] { go.wait(); }));
  for (const bool foreign : {true, false}) {
    std::vector<int> called;
    Future<void> inner = pool.submit([] {});
    Future<void> outer = pool.submit([] {});
    inner.add_done_callback([&] {
      called.push_back(2);
      pthread_exit(nullptr);
    });
    inner.add_done_callback([&] { called.push_back(3); });
    outer.add_done_callback([&] {
      called.push_back(1);
      inner.cancel();
      called.push_back(0);  // it does not come back
    });
    outer.add_done_callback([&] {
      called.push_back(4);
      // ThreadSanitizer has taken its leave of the thread by then.
      if (!support::thread_sanitized) pthread_exit(nullptr);
    });
    outer.add_done_callback([&] { called.push_back(5); });
    const auto cancel = [&] { outer.cancel(); };
    if (foreign) {
      std::thread(cancel).join();
    } else {
      thrum::Thread thread(cancel);
      thread.start();
      thread.join();
    }
    CHECK(called == std::vector<int>{1, 2, 3, 4, 5});
  }
  go.set();
}

TEST_CASE("a call-back that leaves by pthread_exit keeps no task from being cancelled",
          "[pool][pthread_exit]") {
  ThreadPool pool(1);
  thrum::Event begun;
  thrum::Event go;
  static_cast<void>(pool.submit([&] {
    begun.set();
    go.wait();
  }));
  // Else the worker might take some of the others while they are cancelled.
  begun.wait();
  int called = 0;
  std::vector<Future<void>> futures;
  for (int i = 0; i < 100; ++i) {
    futures.push_back(pool.submit([] {}));
    futures.back().add_done_callback([&, i] {
      ++called;
      if (i == 3) pthread_exit(nullptr);
    });
  }
  std::thread([&] { pool.shutdown(false, true); }).join();
  for (const auto& future : futures) CHECK(future.cancelled());
  CHECK(called == 100);
  go.set();
}

namespace {

/// A pool by handle, whose worker or first task waits for `go`, and a future of a task that has yet to begin.
class Waiting {
 public:
  explicit Waiting(int (*initializer)(void*)) {
    thrum_pool_options options = THRUM_POOL_OPTIONS_INIT;
    options.initializer = initializer;
    options.initializer_arg = this;
    CHECK(thrum_pool_create(&pool, 1, &options) == THRUM_OK);
  }
  void submit(void (*task)(void*), void (*callback)(thrum_future, void*)) {
    thrum_future future{};
    CHECK(thrum_pool_submit(pool, task, this, &future) == THRUM_OK);
    CHECK(thrum_future_add_done_callback(future, callback, this) == THRUM_OK);
    CHECK(thrum_future_destroy(future) == THRUM_OK);
  }
  /// Nothing is left of the pool, and so many calls have been made.
  void check_end(int calls) {
    CHECK(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK);
    CHECK(thrum_pool_destroy(pool) == THRUM_OK);
    CHECK(called == calls);
  }

  static void wait(void* arg) { static_cast<Waiting*>(arg)->go.wait(); }
  static void wait_and_leave(void* arg) {
    wait(arg);
    pthread_exit(nullptr);
  }
  static int wait_and_fail(void* arg) {
    wait(arg);
    return 1;
  }
  static void leave(thrum_future /*unused*/, void* arg) {
    auto& self = *static_cast<Waiting*>(arg);
    const bool ends_already = ++self.called != 1;
    // Of a thread that ends already ThreadSanitizer may have taken its leave.
    if (self.leaves && !(ends_already && support::thread_sanitized)) pthread_exit(nullptr);
  }

  thrum_pool pool{};
  thrum::Event go;
  bool leaves = true;
  std::atomic<int> called{0};
};

}  // namespace

TEST_CASE("a shutdown that a call-back leaves by pthread_exit keeps nothing of its pool",
          "[pool][pthread_exit]") {
  for (const int wait : {0, 1}) {
    Waiting waiting(nullptr);
    waiting.submit(Waiting::wait, [](thrum_future, void*) {});
    waiting.submit(Waiting::wait, Waiting::leave);
    waiting.submit(Waiting::wait, Waiting::leave);
    const auto shut_down = [&] { static_cast<void>(thrum_pool_shutdown(waiting.pool, wait, 1)); };
    std::thread(shut_down).join();
    waiting.go.set();
    waiting.check_end(2);
  }
}

TEST_CASE("a worker that a call-back ends once more keeps nothing of its pool", "[pool][pthread_exit]") {
  Waiting waiting(nullptr);
  waiting.leaves = !support::thread_sanitized;
  waiting.submit(Waiting::wait_and_leave, Waiting::leave);
  waiting.go.set();
  waiting.check_end(1);
}

TEST_CASE("a worker that a call-back ends as its pool breaks keeps nothing of it", "[pool][pthread_exit]") {
  Waiting waiting(Waiting::wait_and_fail);
  waiting.submit(Waiting::wait, Waiting::leave);
  waiting.submit(Waiting::wait, Waiting::leave);
  waiting.go.set();
  waiting.check_end(2);
}

TEST_CASE("a task that leaves by pthread_exit is done, and another worker takes its place",
          "[pool][pthread_exit]") {
  for (const int workers : {1, 3}) {
    ThreadPool pool(workers, {"leaving", nullptr});
    std::vector<Future<int>> leaving;
    std::vector<Future<int>> others;
    std::atomic<int> called{0};
    for (int i = 0; i < 200; ++i) {
      leaving.push_back(pool.submit([]() -> int { pthread_exit(nullptr); }));
      for (int n = 0; n < 5; ++n) {
        others.push_back(pool.submit([&] { return called.fetch_add(1); }));
      }
    }
    for (const auto& future : leaving) {
      CHECK(raised<thrum::RuntimeError>([&] { future.result(); }) == THRUM_E_FAILED);
      CHECK(future.exception() == nullptr);
    }
    std::set<int> results;
    for (const auto& future : others) results.insert(future.result());
    CHECK(results.size() == others.size());
    pool.shutdown();
    CHECK(called == 1000);
  }
}

TEST_CASE("the futures of tasks that leave by pthread_exit go as others", "[pool][future][pthread_exit]") {
  const ThreadPool pool(1);
  std::set<std::uint64_t> slots;
  for (int i = 0; i < 100; ++i) {
    thrum_future future{0};
    const auto leave = [](void*) { pthread_exit(nullptr); };
    REQUIRE(thrum_pool_submit(pool.handle(), leave, nullptr, &future) == THRUM_OK);
    CHECK(thrum_future_wait(future, THRUM_FOREVER) == THRUM_OK);
    CHECK(thrum_future_destroy(future) == THRUM_OK);
    slots.insert(future.id % (1U << 27));
  }
  // The thread may be at its end with one while the next is made.
  CHECK(slots.size() < 50);
}
