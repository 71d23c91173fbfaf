// thread_pool_test.cpp - thrum::ThreadPool: the tasks that it takes and the workers that do them.
//
// A tag that begins with test_ names the case of CPython's Lib/test/test_concurrent_futures that a test
// corresponds to: executor.py, test_thread_pool.py, test_shutdown.py, test_init.py.
#include "thrum/thread_pool.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"
#include "task/pools.hpp"
#include "thrum/event.hpp"
#include "thrum/semaphore.hpp"

using support::Crew;
using support::eventually;
using support::Plug;
using support::raised;
using support::scaled;
using support::threads_called;
using thrum::Future;
using thrum::ThreadPool;

static_assert(!std::is_copy_constructible_v<ThreadPool>);
static_assert(std::is_nothrow_move_constructible_v<ThreadPool>);

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
        pool.map([](int number) { return number * number; }, numbers, thrum::no_timeout, chunksize);
    REQUIRE(squares.size() == numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) CHECK(squares[i] == numbers[i] * numbers[i]);
  }
  std::atomic<int> sum{0};
  pool.map([&sum](int number) { sum.fetch_add(number); }, numbers);
  CHECK(sum == 4950);
  CHECK(pool.map([](int) { return 1; }, std::vector<int>{}).empty());
  CHECK(raised<thrum::ValueError>([&] { pool.map([](int) {}, numbers, thrum::no_timeout, 0); }) ==
        THRUM_E_VALUE);
  for (const double timeout : support::no_number) {
    CHECK(raised<thrum::ValueError>([&] { pool.map([](int) {}, numbers, timeout); }) == THRUM_E_VALUE);
  }
}

TEST_CASE("map keeps copies, also of what a range has in place of references", "[pool]") {
  ThreadPool pool(2);
  const auto invert = [](auto& element) {
    static_assert(std::is_same_v<decltype(element), bool&>, "no reference into the range");
    return !element;
  };
  CHECK(pool.map(invert, std::vector<bool>{true, false, true}, thrum::no_timeout, 2) ==
        std::vector<bool>{false, true, false});
  const std::vector<bool> constant{true, true};
  std::atomic<int> set{0};
  pool.map([&](bool& element) { set.fetch_add(element ? 1 : 0); }, constant);
  CHECK(set == 2);
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
  // The second as a size_t of 32 bits would be 1.
  for (const std::int64_t workers : {std::int64_t{THRUM_POOL_MAX_WORKERS} + 1, (std::int64_t{1} << 32) + 1}) {
    CHECK(raised<thrum::OverflowError>([&] { ThreadPool pool(workers); }) == THRUM_E_OVERFLOW);
  }
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
  CHECK(raised<thrum::BrokenThreadPool>([&] { std::rethrow_exception(second.exception()); }) ==
        THRUM_E_BROKEN);
  CHECK(raised<thrum::BrokenThreadPool>([&] { pool.submit([] {}); }) == THRUM_E_BROKEN);
  pool.shutdown();
  CHECK(calls == 1);
}
