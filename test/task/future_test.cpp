// future_test.cpp - thrum::Future: call-backs, cancellation and results.
//
// A tag that begins with test_ names the case of CPython's Lib/test/test_concurrent_futures that a test
// corresponds to: test_future.py, test_wait.py, test_as_completed.py.
#include "thrum/future.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <memory>
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
#include "task/stage.hpp"
#include "thrum/event.hpp"
#include "thrum/thread_pool.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::raised;
using support::scaled;
using support::seconds_since;
using support::Stage;
using thrum::Future;
using thrum::ThreadPool;

static_assert(std::is_copy_constructible_v<Future<std::unique_ptr<int>>>);
static_assert(std::is_nothrow_move_constructible_v<Future<void>>);
static_assert(std::is_same_v<decltype(std::declval<const Future<int>&>().result()), int&>);
static_assert(std::is_same_v<decltype(std::declval<Future<int>>().result()), int>);
static_assert(std::is_same_v<decltype(std::declval<Future<int&>>().result()), int&>);
static_assert(std::is_void_v<decltype(std::declval<Future<void>&>().result())>);

TEST_CASE("a call-back is given the future with its result", "[future][test_done_callback_with_result]") {
  Stage stage;
  Future<int> future = stage.pending(5);
  std::atomic<int> found{0};
  future.add_done_callback([&](const Future<int>& done) { found = done.result(); });
  CHECK(found == 0);
  stage.go_on();
  eventually([&] { return found == 5; });
}

TEST_CASE("a call-back is given the future with its exception",
          "[future][test_done_callback_with_exception]") {
  Stage stage;
  std::atomic<bool> thrown{false};
  stage.throwing().add_done_callback(
      [&](const Future<int>& future) { thrown = future.exception() != nullptr; });
  stage.go_on();
  eventually([&] { return thrown.load(); });
}

TEST_CASE("a call-back is called in the thread that cancels", "[future][test_done_callback_with_cancel]") {
  Stage stage;
  Future<int> future = stage.pending();
  bool cancelled = false;
  std::uint64_t ident = 0;
  future.add_done_callback([&](const Future<int>& done) {
    cancelled = done.cancelled();
    ident = thrum::get_ident();
  });
  CHECK(future.cancel());
  CHECK(cancelled);
  CHECK(ident == thrum::get_ident());
  CHECK(future.cancel());
}

TEST_CASE("a call-back that throws keeps none of the others from being called",
          "[future][test_done_callback_raises][test_done_callback_raises_already_succeeded]") {
  Stage stage;
  Future<int> future = stage.pending();
  std::vector<int> calls;
  thrum::Event last;
  future.add_done_callback([&] { calls.push_back(1); });
  future.add_done_callback([] { throw std::runtime_error("this line is part of the test"); });
  future.add_done_callback([&] { calls.push_back(2); });
  future.add_done_callback([] { throw 3; });
  future.add_done_callback([&] {
    calls.push_back(3);
    last.set();
  });
  stage.go_on();
  last.wait();
  CHECK(calls == std::vector<int>{1, 2, 3});
  future.add_done_callback([] { throw std::runtime_error("this line is part of the test"); });
  future.add_done_callback([&] { calls.push_back(4); });
  CHECK(calls == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("a call-back is called at once where the future is done",
          "[future][test_done_callback_already_successful][test_done_callback_already_failed]"
          "[test_done_callback_already_cancelled]") {
  Stage stage;
  Future<int> failed = stage.throwing();
  Future<int> cancelled = stage.cancelled();
  int calls = 0;
  cancelled.add_done_callback([&](const Future<int>& future) { calls += future.cancelled() ? 1 : 0; });
  CHECK(calls == 1);
  stage.go_on();
  Future<int> successful = stage.running();
  successful.wait();
  failed.wait();
  successful.add_done_callback([&](const Future<int>& future) { calls += future.result() == 0 ? 1 : 0; });
  CHECK(calls == 2);
  failed.add_done_callback([&](const Future<int>& future) { calls += future.exception() ? 1 : 0; });
  CHECK(calls == 3);
}

TEST_CASE("a task is cancelled unless it has begun", "[future][test_cancel]") {
  Stage stage;
  Future<int> pending = stage.pending();
  Future<int> running = stage.running();
  CHECK(pending.cancel());
  CHECK(pending.cancel());
  CHECK_FALSE(running.cancel());
  stage.go_on();
  running.wait();
  CHECK_FALSE(running.cancel());
  CHECK(running.result() == 0);
  Future<int> failed = stage.throwing();
  failed.wait();
  CHECK_FALSE(failed.cancel());
  CHECK(pending.cancelled());
}

TEST_CASE("a future says how far it is", "[future][test_cancelled][test_done][test_running]") {
  Stage stage;
  const Future<int> running = stage.running();
  const Future<int> pending = stage.pending();
  const Future<int> failing = stage.throwing();
  const Future<int> cancelled = stage.cancelled();
  const auto is = [](const Future<int>& future) {
    return std::string(future.running() ? "running " : "") + (future.cancelled() ? "cancelled " : "") +
           (future.done() ? "done" : "");
  };
  CHECK(is(running) == "running ");
  CHECK(is(pending).empty());
  CHECK(is(failing).empty());
  CHECK(is(cancelled) == "cancelled done");
  stage.go_on();
  CHECK(running.wait());
  CHECK(pending.wait());
  CHECK(failing.wait());
  CHECK(is(running) == "done");
  CHECK(is(pending) == "done");
  CHECK(is(failing) == "done");
}

TEST_CASE("a result that is not there in time is none",
          "[future][test_result_with_timeout][test_exception_with_timeout]") {
  Stage stage;
  const Future<int> running = stage.running();
  const Future<int> pending = stage.pending();
  const Future<int> cancelled = stage.cancelled();
  for (const Future<int>& future : {running, pending}) {
    CHECK(raised<thrum::TimeoutError>([&] { future.result(0); }) == THRUM_TIMEOUT);
    CHECK(raised<thrum::TimeoutError>([&] { future.exception(-1); }) == THRUM_TIMEOUT);
    CHECK_FALSE(future.wait(0));
    for (const double timeout : support::brief) {
      const auto start = Clock::now();
      CHECK_FALSE(future.wait(timeout));
      CHECK(seconds_since(start) >= timeout);
    }
  }
  CHECK(raised<thrum::CancelledError>([&] { cancelled.result(0); }) == THRUM_CANCELLED);
  CHECK(raised<thrum::CancelledError>([&] { cancelled.exception(0); }) == THRUM_CANCELLED);
  CHECK(cancelled.wait(0));
  const Future<int> failing = stage.throwing();
  stage.go_on();
  CHECK(pending.result(1000) == 42);
  CHECK(pending.exception(0) == nullptr);
  CHECK_THROWS_AS(failing.result(), std::out_of_range);
  CHECK_THROWS_AS(failing.result(), std::out_of_range);
  CHECK(failing.exception() != nullptr);
}

TEST_CASE("a future's timeout is checked first", "[future]") {
  Stage stage;
  for (const Future<int>& future : {stage.running(), stage.cancelled()}) {
    for (const double timeout : support::no_number) {
      CHECK(raised<thrum::ValueError>([&] { future.wait(timeout); }) == THRUM_E_VALUE);
      CHECK(raised<thrum::ValueError>([&] { future.result(timeout); }) == THRUM_E_VALUE);
    }
    for (const double timeout : support::too_large) {
      CHECK(raised<thrum::OverflowError>([&] { future.wait(timeout); }) == THRUM_E_OVERFLOW);
    }
  }
}

TEST_CASE("threads wait for a result that another brings about",
          "[future][test_result_with_success][test_exception_with_success]") {
  Stage stage;
  const Future<int> future = stage.pending(6);
  std::atomic<int> right{0};
  Crew crew(4, [&](int index) {
    if (index == 0 && future.exception() == nullptr) right.fetch_add(1);
    if (index == 1 && future.result(1000) == 6) right.fetch_add(1);
    if (index > 1 && future.result() == 6) right.fetch_add(1);
  });
  for (int i = 0; i < 50; ++i) std::this_thread::yield();
  stage.go_on();
  crew.join();
  CHECK(right == 4);
}

TEST_CASE("threads that wait for a result learn of its cancellation", "[future][test_result_with_cancel]") {
  Stage stage;
  Future<int> future = stage.pending();
  std::atomic<int> right{0};
  Crew crew(3, [&] {
    if (raised<thrum::CancelledError>([&] { future.result(); }) == THRUM_CANCELLED) right.fetch_add(1);
  });
  for (int i = 0; i < 50; ++i) std::this_thread::yield();
  CHECK(future.cancel());
  crew.join();
  CHECK(right == 3);
}

TEST_CASE("a task may return a reference of either kind", "[future]") {
  ThreadPool pool(1);
  std::string text = "moved by nobody but who asks for it";
  Future<std::string&&> movable = pool.submit([&]() -> std::string&& { return std::move(text); });
  CHECK(std::addressof(movable.result()) == std::addressof(text));
  const std::string moved = std::move(movable).result();
  CHECK(moved == "moved by nobody but who asks for it");
  text = "here";
  const Future<const std::string&> constant = pool.submit([&]() -> const std::string& { return text; });
  CHECK(std::addressof(constant.result()) == std::addressof(text));
}

TEST_CASE("a future of no task is refused", "[future]") {
  Future<int> none;
  CHECK(raised<thrum::RuntimeError>([&] { none.result(); }) == THRUM_E_HANDLE);
  CHECK(raised<thrum::RuntimeError>([&] { none.cancel(); }) == THRUM_E_HANDLE);
  CHECK(raised<thrum::RuntimeError>([&] { static_cast<void>(none.done()); }) == THRUM_E_HANDLE);
  CHECK(raised<thrum::RuntimeError>([&] { none.add_done_callback([] {}); }) == THRUM_E_HANDLE);
  Stage stage;
  const Future<int> running = stage.running();
  CHECK(running == stage.running());
  CHECK(running != none);
}

TEST_CASE("a task that is cancelled as it begins is called or cancelled", "[future][stress]") {
  ThreadPool pool(1);
  int wrong = 0;
  for (int round = 0; round < scaled(20000); ++round) {
    std::atomic<int> calls{0};
    std::atomic<int> told{0};
    Future<void> future = pool.submit([&] { calls.fetch_add(1); });
    if (round % 2 == 0) future.add_done_callback([&] { told.fetch_add(1); });
    if (round % 4 == 0) std::this_thread::yield();
    const bool cancelled = future.cancel();
    future.wait();
    if (cancelled != future.cancelled() || calls != (cancelled ? 0 : 1)) ++wrong;
    if (round % 2 == 0) eventually([&] { return told == 1; });
  }
  CHECK(wrong == 0);
}

TEST_CASE("call-backs that are added as the task ends are called once", "[future][stress]") {
  ThreadPool pool(2);
  const int rounds = scaled(5000);
  std::atomic<int> calls{0};
  for (int round = 0; round < rounds; ++round) {
    Future<int> future = pool.submit([] { return 1; });
    for (int i = 0; i < 3; ++i) {
      future.add_done_callback([&](const Future<int>& done) { calls.fetch_add(done.result()); });
    }
  }
  pool.shutdown();
  CHECK(calls == 3 * rounds);
}
