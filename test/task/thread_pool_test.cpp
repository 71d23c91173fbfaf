// thread_pool_test.cpp - thrum::ThreadPool and thrum_pool.
//
// A tag that begins with test_ names the case of CPython's Lib/test/test_concurrent_futures that a test
// corresponds to: executor.py, test_thread_pool.py, test_shutdown.py, test_init.py.
#include "thrum/thread_pool.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"
#include "thrum/event.hpp"
#include "thrum/semaphore.hpp"

using support::Crew;
using support::eventually;
using support::raised;
using support::scaled;
using thrum::Future;
using thrum::ThreadPool;

static_assert(!std::is_copy_constructible_v<ThreadPool>);
static_assert(std::is_nothrow_move_constructible_v<ThreadPool>);

namespace {

/// The threads whose names begin with the prefix.
std::size_t threads_called(const std::string& prefix) {
  std::size_t count = 0;
  for (const thrum::ThreadRef& thread : thrum::enumerate()) {
    if (thread.name().rfind(prefix, 0) == 0) ++count;
  }
  return count;
}

/// Keeps every worker of a pool busy until it is let go.
class Plug {
 public:
  Plug(ThreadPool& pool, int workers) {
    for (int i = 0; i < workers; ++i) {
      futures_.push_back(pool.submit([this] {
        entered_.release();
        leave_.wait();
      }));
    }
    for (int i = 0; i < workers; ++i) entered_.acquire();
  }
  Plug(const Plug&) = delete;
  Plug& operator=(const Plug&) = delete;
  ~Plug() { pull(); }

  void pull() {
    leave_.set();
    for (const Future<void>& future : futures_) future.wait();
  }

 private:
  thrum::Semaphore entered_{0};
  thrum::Event leave_;
  std::vector<Future<void>> futures_;
};

}  // namespace

TEST_CASE("a pool calls what is submitted, with its arguments", "[pool][test_submit][test_submit_keyword]") {
  ThreadPool pool(2);
  CHECK(pool.submit([](double base, int power) { return base * power; }, 2.0, 8).result() == 16);
  CHECK(pool.submit([](std::unique_ptr<int> box) { return *box; }, std::make_unique<int>(5)).result() == 5);
  CHECK(*pool.submit([] { return std::make_unique<int>(6); }).result() == 6);
  int place = 0;
  int& found = pool.submit([&place]() -> int& { return place; }).result();
  CHECK(&found == &place);
  const std::string text = pool.submit(&std::string::substr, std::string("a method"), 2U, 6U).result();
  CHECK(text == "method");
  pool.submit([&place] { place = 7; }).result();
  CHECK(place == 7);
}

TEST_CASE("map calls for every element, and answers in order",
          "[pool][test_map][test_map_submits_without_iteration]") {
  ThreadPool pool(3);
  std::vector<int> numbers(100);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i);
  for (const std::size_t chunksize : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
    const std::vector<int> squares =
        pool.map([](int number) { return number * number; }, numbers, thrum::forever, chunksize);
    REQUIRE(squares.size() == numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) CHECK(squares[i] == numbers[i] * numbers[i]);
  }
  std::atomic<int> sum{0};
  pool.map([&sum](int number) { sum.fetch_add(number); }, numbers);
  CHECK(sum == 4950);
  CHECK(pool.map([](int) { return 1; }, std::vector<int>{}).empty());
  CHECK(raised<thrum::ValueError>([&] { pool.map([](int) {}, numbers, thrum::forever, 0); }) ==
        THRUM_E_VALUE);
  for (const double timeout : support::no_number) {
    CHECK(raised<thrum::ValueError>([&] { pool.map([](int) {}, numbers, timeout); }) == THRUM_E_VALUE);
  }
}

TEST_CASE("map throws what the first call threw that did", "[pool][test_map_exception]") {
  ThreadPool pool(2);
  const auto divide = [](int number) { return number == 0 ? throw std::domain_error("zero") : 10 / number; };
  CHECK_THROWS_AS(pool.map(divide, std::vector<int>{1, 0, 2}), std::domain_error);
}

TEST_CASE("map that is out of time cancels what has not begun", "[pool][test_map_timeout]") {
  ThreadPool pool(1);
  thrum::Event leave;
  std::atomic<int> begun{0};
  const auto wait = [&](int) {
    begun.fetch_add(1);
    leave.wait();
  };
  CHECK(raised<thrum::TimeoutError>([&] {
          pool.map(wait, std::vector<int>{1, 2, 3}, 0.01);
        }) == THRUM_TIMEOUT);
  leave.set();
  pool.shutdown();
  CHECK(begun <= 1);
}

TEST_CASE("a map whose tasks are cancelled throws, and calls nothing",
          "[pool][test_executor_map_current_future_cancel]") {
  ThreadPool pool(1);
  Plug plug(pool, 1);
  std::atomic<int> called{0};
  std::atomic<int> thrown{0};
  Crew crew(1, [&] {
    try {
      pool.map([&](int) { called.fetch_add(1); }, std::vector<int>{1, 2, 3});
    } catch (const thrum::CancelledError&) {
      thrown.fetch_add(1);
    } catch (const thrum::RuntimeError&) {
      thrown.fetch_add(1);  // the pool has been shut down before map has submitted all
    }
  });
  for (int i = 0; i < 10; ++i) std::this_thread::yield();
  pool.shutdown(false, true);
  crew.join();
  plug.pull();
  pool.shutdown();
  CHECK(thrown == 1);
  CHECK(called == 0);
}

TEST_CASE("a pool has at least one worker", "[pool][test_max_workers_negative]") {
  for (const std::int64_t workers : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN}) {
    CHECK(raised<thrum::ValueError>([&] { ThreadPool pool(workers); }) == THRUM_E_VALUE);
  }
  CHECK(raised<thrum::OverflowError>([] { ThreadPool pool(THRUM_POOL_MAX_WORKERS + 1); }) ==
        THRUM_E_OVERFLOW);
}

TEST_CASE("a pool has some workers by default", "[pool][test_default_workers]") {
  ThreadPool pool;
  const std::size_t most = std::min(32U, std::thread::hardware_concurrency() + 4);
  thrum::Semaphore entered(0);
  thrum::Event leave;
  for (std::size_t i = 0; i < most + 3; ++i) {
    pool.submit([&] {
      entered.release();
      leave.wait();
    });
  }
  for (std::size_t i = 0; i < most; ++i) entered.acquire();
  CHECK_FALSE(entered.acquire(0.001));
  leave.set();
}

TEST_CASE("a pool starts as many workers as it may, and no more", "[pool][test_saturation]") {
  ThreadPool pool(4, {"saturated", nullptr});
  thrum::Semaphore semaphore(0);
  for (int i = 0; i < 60; ++i) pool.submit([&] { semaphore.acquire(); });
  eventually([&] { return threads_called("saturated_") == 4; });
  for (int i = 0; i < 60; ++i) semaphore.release();
  pool.shutdown();
  CHECK(threads_called("saturated_") == 0);
  CHECK(semaphore.value() == 0);
}

TEST_CASE("a worker that is idle is used again", "[pool][test_idle_thread_reuse]") {
  ThreadPool pool(8, {"reused", nullptr});
  std::set<std::uint64_t> idents;
  for (int i = 0; i < 20; ++i) idents.insert(pool.submit([] { return thrum::get_ident(); }).result());
  CHECK(idents.size() == 1);
  CHECK(threads_called("reused_") == 1);
}

TEST_CASE("no task waits behind a long one while a worker is free", "[pool]") {
  ThreadPool pool(2);
  for (int round = 0; round < scaled(300); ++round) {
    // The first waits for the last: in one batch with it, on one worker, it would wait for ever.
    thrum::Event last;
    std::vector<Future<void>> futures;
    futures.push_back(pool.submit([&] { last.wait(); }));
    for (int i = 0; i < round % 150; ++i) futures.push_back(pool.submit([] {}));
    futures.push_back(pool.submit([&] { last.set(); }));
    for (const auto& future : futures) future.result();
  }
  SUCCEED("nobody has waited for ever");
}

TEST_CASE("as many tasks as there are workers run at the same time, however many come", "[pool]") {
  for (const int workers : {2, 3, 5}) {
    ThreadPool pool(workers);
    std::atomic<int> inside{0};
    std::atomic<int> met{0};
    Plug plug(pool, workers);
    for (int i = 0; i < 40; ++i) pool.submit([] {});
    for (int i = 0; i < workers; ++i) {
      pool.submit([&] {
        inside.fetch_add(1);
        eventually([&] { return inside == workers; });
        met.fetch_add(1);
      });
    }
    for (int i = 0; i < 40; ++i) pool.submit([] {});
    plug.pull();
    pool.shutdown();
    CHECK(met == workers);
  }
}

TEST_CASE("one worker does the tasks in the order of their submission", "[pool]") {
  ThreadPool pool(1);
  std::vector<int> order;
  const int count = scaled(20000);
  for (int i = 0; i < count; ++i) pool.submit([&order, i] { order.push_back(i); });
  pool.shutdown();
  CHECK(order.size() == static_cast<std::size_t>(count));
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("tasks may wait for those that were submitted before them", "[pool][stress]") {
  for (const int workers : {1, 2, 3}) {
    ThreadPool pool(workers);
    Future<int> last = pool.submit([] { return 0; });
    for (int i = 0; i < scaled(5000); ++i) {
      last = pool.submit([previous = last] { return previous.result() + 1; });
    }
    CHECK(last.result() == scaled(5000));
  }
}

TEST_CASE("tasks submit tasks", "[pool]") {
  ThreadPool pool(2);
  struct Tree {
    ThreadPool& pool;
    std::atomic<int>& leaves;
    int depth;
    void operator()() const {
      if (depth == 0) {
        leaves.fetch_add(1);
        return;
      }
      pool.submit(Tree{pool, leaves, depth - 1});
      pool.submit(Tree{pool, leaves, depth - 1});
    }
  };
  std::atomic<int> leaves{0};
  pool.submit(Tree{pool, leaves, 10});
  eventually([&] { return leaves == 1024; });
  pool.shutdown();
  CHECK(leaves == 1024);
}

TEST_CASE("what a task holds is destroyed once it has run, and what it returned with the last future",
          "[pool][test_no_stale_references][test_free_reference]") {
  const auto token = std::make_shared<int>(0);
  const auto holders = [&] { return token.use_count() - 1; };
  ThreadPool pool(1);
  Future<std::shared_ptr<int>> future = pool.submit([copy = token] { return copy; });
  future.wait();
  CHECK(holders() == 1);
  Future<std::shared_ptr<int>> copy = future;
  future = {};
  CHECK(holders() == 1);
  copy = {};
  eventually([&] { return holders() == 0; });

  Plug plug(pool, 1);
  Future<void> cancelled = pool.submit([copy = token] {});
  CHECK(cancelled.cancel());
  pool.submit([copy = token] {});
  plug.pull();
  eventually([&] { return holders() == 0; });
  CHECK(cancelled.cancelled());

  Plug other(pool, 1);
  pool.submit([copy = token] {});
  Future<void> dropped = pool.submit([copy = token] {});
  CHECK(holders() == 2);
  pool.shutdown(false, true);
  CHECK(holders() == 0);
  CHECK(dropped.cancelled());
}

// ---------------------------------------------------------------------------------------- shutdown --

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

// ------------------------------------------------------------------------------ names, initializers --

TEST_CASE("a pool's threads have names", "[pool][test_thread_names_assigned][test_thread_names_default]") {
  ThreadPool pool(5, {"SpecialPool", nullptr});
  std::set<std::string> names;
  {
    const Plug plug(pool, 5);
    for (const thrum::ThreadRef& thread : thrum::enumerate()) {
      if (thread.name().rfind("SpecialPool", 0) != 0) continue;
      names.insert(thread.name());
      CHECK_FALSE(thread.daemon());
    }
  }
  CHECK(names == std::set<std::string>{"SpecialPool_0", "SpecialPool_1", "SpecialPool_2", "SpecialPool_3",
                                       "SpecialPool_4"});
  ThreadPool other(1);
  const std::string name = other.submit([] { return thrum::current_thread().name(); }).result();
  CHECK(name.rfind("ThreadPool-", 0) == 0);
  CHECK(name.substr(name.size() - 2) == "_0");
}

TEST_CASE("every worker calls the initializer first", "[pool][test_initializer]") {
  std::atomic<int> initialized{0};
  thread_local bool ready = false;
  ThreadPool pool(3, {"", [&] {
                        ready = true;
                        initialized.fetch_add(1);
                      }});
  std::atomic<int> unready{0};
  { const Plug plug(pool, 3); }
  for (int i = 0; i < 50; ++i) {
    pool.submit([&] {
      if (!ready) unready.fetch_add(1);
    });
  }
  pool.shutdown();
  CHECK(initialized == 3);
  CHECK(unready == 0);
}

TEST_CASE("a pool whose initializer fails is broken", "[pool][test_initializer]") {
  thrum::Event submitted;
  ThreadPool pool(2, {"", [&] {
                        submitted.wait();
                        throw std::runtime_error("this line is part of the test");
                      }});
  Future<int> first = pool.submit([] { return 1; });
  Future<int> second = pool.submit([] { return 2; });
  std::atomic<int> calls{0};
  second.add_done_callback([&] { calls.fetch_add(1); });
  submitted.set();
  CHECK(raised<thrum::BrokenThreadPool>([&] { first.result(); }) == THRUM_E_BROKEN);
  CHECK(second.wait());
  CHECK(raised<thrum::BrokenThreadPool>([&] { second.exception(); }) == THRUM_E_BROKEN);
  CHECK(raised<thrum::BrokenThreadPool>([&] { pool.submit([] {}); }) == THRUM_E_BROKEN);
  pool.shutdown();
  CHECK(calls == 1);
}

// --------------------------------------------------------------------------------------- the C ABI --

namespace {

void count_call(void* count) { static_cast<std::atomic<int>*>(count)->fetch_add(1); }

int fail(void* calls) {
  count_call(calls);
  return -1;
}

}  // namespace

TEST_CASE("a pool by handle does tasks, with and without futures", "[pool][handles]") {
  thrum_pool pool{0};
  thrum_pool_options options = THRUM_POOL_OPTIONS_INIT;
  std::atomic<int> initialized{0};
  options.thread_name_prefix = "handled";
  options.initializer_arg = &initialized;
  options.initializer = [](void* arg) {
    count_call(arg);
    return 0;
  };
  REQUIRE(thrum_pool_create(&pool, 2, &options) == THRUM_OK);
  std::atomic<int> calls{0};
  std::vector<thrum_future> futures(1000, thrum_future{0});
  int failed = 0;
  for (thrum_future& future : futures) {
    if (thrum_pool_submit(pool, count_call, &calls, &future) != THRUM_OK) ++failed;
    if (thrum_pool_submit(pool, count_call, &calls, nullptr) != THRUM_OK) ++failed;
  }
  CHECK(thrum_pool_destroy(pool) == THRUM_E_BUSY);
  for (const thrum_future future : futures) {
    int done = 0;
    if (thrum_future_wait(future, THRUM_FOREVER) != THRUM_OK) ++failed;
    if (thrum_future_done(future, &done) != THRUM_OK || done != 1) ++failed;
    if (thrum_future_destroy(future) != THRUM_OK) ++failed;
  }
  CHECK(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK);
  CHECK(thrum_pool_submit(pool, count_call, &calls, nullptr) == THRUM_E_SHUTDOWN);
  thrum_future refused{7};
  CHECK(thrum_pool_submit(pool, count_call, &calls, &refused) == THRUM_E_SHUTDOWN);
  CHECK(refused.id == 7);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
  CHECK(thrum_pool_submit(pool, count_call, &calls, nullptr) == THRUM_E_HANDLE);
  CHECK(failed == 0);
  CHECK(calls == 2000);
  CHECK((initialized == 1 || initialized == 2));
}

TEST_CASE("a pool by handle is broken by its initializer, and ended", "[pool][handles]") {
  thrum_pool pool{0};
  std::atomic<int> failures{0};
  std::atomic<int> calls{0};
  thrum_pool_options options = THRUM_POOL_OPTIONS_INIT;
  options.initializer = fail;
  options.initializer_arg = &failures;
  REQUIRE(thrum_pool_create(&pool, 1, &options) == THRUM_OK);
  thrum_future future{0};
  // The worker that the first task starts may have failed before the task is in the queue.
  const thrum_status submitted = thrum_pool_submit(pool, count_call, &calls, &future);
  if (submitted == THRUM_OK) {
    CHECK(thrum_future_wait(future, THRUM_FOREVER) == THRUM_E_BROKEN);
    CHECK(thrum_future_destroy(future) == THRUM_OK);
  } else {
    CHECK(submitted == THRUM_E_BROKEN);
    CHECK(future.id == 0);
  }
  eventually([&] { return thrum_pool_submit(pool, count_call, &calls, nullptr) == THRUM_E_BROKEN; });
  CHECK(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
  CHECK(failures == 1);
  CHECK(calls == 0);
}

TEST_CASE("a pool of a C++ object is not destroyed by handle", "[pool][handles]") {
  const ThreadPool pool(1);
  CHECK(thrum_pool_destroy(pool.handle()) == THRUM_E_BUSY);
}

TEST_CASE("a pool is used by all threads while one destroys it", "[pool][handles][stress]") {
  const int rounds = scaled(500);
  std::atomic<std::uint64_t> current{0};
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  std::atomic<int> calls{0};
  std::atomic<int> submitted{0};
  Crew crew(3, [&](int index) {
    for (int turn = 0; !over; ++turn) {
      const thrum_pool pool{current};
      thrum_future future{0};
      thrum_status status = THRUM_OK;
      if ((turn + index) % 16 == 0) {
        status = thrum_pool_shutdown(pool, turn % 2, 0);
      } else {
        status = thrum_pool_submit(pool, count_call, &calls, turn % 2 == 0 ? &future : nullptr);
        if (status == THRUM_OK) submitted.fetch_add(1);
        if (future.id != 0 && thrum_future_destroy(future) != THRUM_OK) wrong.fetch_add(1);
      }
      if (status != THRUM_OK && status != THRUM_E_HANDLE && status != THRUM_E_SHUTDOWN) wrong.fetch_add(1);
    }
  });
  for (int round = 0; round < rounds; ++round) {
    thrum_pool pool{0};
    if (thrum_pool_create(&pool, 1 + static_cast<std::size_t>(round % 3), nullptr) != THRUM_OK) {
      wrong.fetch_add(1);
    }
    current = pool.id;
    std::this_thread::yield();
    if (thrum_pool_shutdown(pool, 0, 0) != THRUM_OK) wrong.fetch_add(1);
    eventually([&] {
      const thrum_status status = thrum_pool_destroy(pool);
      if (status != THRUM_OK && status != THRUM_E_BUSY) wrong.fetch_add(1);
      return status == THRUM_OK;
    });
    if (thrum_pool_shutdown(pool, 1, 1) != THRUM_E_HANDLE) wrong.fetch_add(1);
  }
  over = true;
  crew.join();
  CHECK(wrong == 0);
  CHECK(calls == submitted);
}
