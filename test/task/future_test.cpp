// future_test.cpp - thrum::Future and thrum_future, and waiting for several futures.
//
// A tag that begins with test_ names the case of CPython's Lib/test/test_concurrent_futures that a test
// corresponds to: test_future.py, test_wait.py, test_as_completed.py.
#include "thrum/future.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <exception>
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
#include "thrum/event.hpp"
#include "thrum/thread_pool.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::raised;
using support::scaled;
using support::seconds_since;
using thrum::Future;
using thrum::ReturnWhen;
using thrum::ThreadPool;

static_assert(std::is_copy_constructible_v<Future<std::unique_ptr<int>>>);
static_assert(std::is_nothrow_move_constructible_v<Future<void>>);
static_assert(std::is_same_v<decltype(std::declval<const Future<int>&>().result()), int&>);
static_assert(std::is_same_v<decltype(std::declval<Future<int>>().result()), int>);
static_assert(std::is_same_v<decltype(std::declval<Future<int&>>().result()), int&>);
static_assert(std::is_void_v<decltype(std::declval<Future<void>&>().result())>);

namespace {

/// A pool with one worker, futures of which are in whatever state a test wants.
class Stage {
 public:
  Stage() {
    running_ = pool_.submit([this] {
      entered_.set();
      leave_.wait();
      return 0;
    });
    entered_.wait();
  }
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() { go_on(); }

  /// Runs until go_on().
  Future<int> running() const { return running_; }
  /// Waits for the running one.
  Future<int> pending(int result = 42) {
    return pool_.submit([result] { return result; });
  }
  Future<int> throwing() {
    return pool_.submit([]() -> int { throw std::out_of_range("thrown by the test"); });
  }
  Future<int> cancelled() {
    Future<int> future = pending();
    future.cancel();
    return future;
  }
  void go_on() { leave_.set(); }
  ThreadPool& pool() { return pool_; }

 private:
  thrum::Event entered_;
  thrum::Event leave_;
  Future<int> running_;
  ThreadPool pool_{1};  // the first to go
};

}  // namespace

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

// --------------------------------------------------------------------------------- several futures --

TEST_CASE("wait returns with the first that is done",
          "[future][test_first_completed][test_first_completed_some_already_completed]") {
  Stage stage;
  const Future<int> running = stage.running();
  const Future<int> cancelled = stage.cancelled();
  const Future<int> pending = stage.pending();
  auto [done, not_done] = thrum::wait(std::vector<Future<int>>{running, cancelled, pending}, thrum::forever,
                                      ReturnWhen::first_completed);
  CHECK(done == std::vector<Future<int>>{cancelled});
  CHECK(not_done == std::vector<Future<int>>{running, pending});
  std::vector<Future<int>> found;
  Crew crew(1, [&] {
    found = thrum::wait(std::vector<Future<int>>{running}, thrum::forever, ReturnWhen::first_completed).done;
  });
  stage.go_on();
  crew.join();
  CHECK(found == std::vector<Future<int>>{running});
}

TEST_CASE("wait returns with the first that throws",
          "[future][test_first_exception][test_first_exception_some_already_complete]"
          "[test_first_exception_one_already_failed]") {
  ThreadPool pool(2);
  thrum::Event leave;
  const Future<int> first = pool.submit([] { return 1; });
  first.wait();
  const Future<int> late = pool.submit([&] {
    leave.wait();
    return 2;
  });
  const Future<int> failing = pool.submit([]() -> int { throw 3; });
  for (int i = 0; i < 2; ++i) {
    // The second time it has thrown already.
    const auto found = thrum::wait(std::vector<Future<int>>{first, late, failing}, thrum::forever,
                                   ReturnWhen::first_exception);
    CHECK(found.done == std::vector<Future<int>>{first, failing});
    CHECK(found.not_done == std::vector<Future<int>>{late});
  }
  leave.set();
  const auto all =
      thrum::wait(std::vector<Future<int>>{first, late}, thrum::forever, ReturnWhen::first_exception);
  CHECK(all.not_done.empty());
}

TEST_CASE("wait returns when all are done, or the time is up", "[future][test_all_completed][test_timeout]") {
  Stage stage;
  const std::vector<Future<int>> futures{stage.running(), stage.pending(), stage.throwing(),
                                         stage.cancelled(), stage.cancelled()};
  const auto start = Clock::now();
  const auto early = thrum::wait(futures, 0.005);
  CHECK(seconds_since(start) >= 0.005);
  CHECK(early.done.size() == 2);
  CHECK(early.not_done.size() == 3);
  CHECK(raised<thrum::ValueError>([&] { thrum::wait(futures, support::no_number[0]); }) == THRUM_E_VALUE);
  stage.go_on();
  const auto all = thrum::wait(futures);
  CHECK(all.done == futures);
  CHECK(all.not_done.empty());
  CHECK(thrum::wait(std::vector<Future<int>>{}).done.empty());
}

TEST_CASE("a future that is given twice is one", "[future][test_20369][test_duplicate_futures]") {
  Stage stage;
  const Future<int> running = stage.running();
  const Future<int> done = stage.cancelled();
  const std::vector<Future<int>> futures{running, done, running, done, done};
  const auto early = thrum::wait(futures, 0);
  CHECK(early.done == std::vector<Future<int>>{done});
  CHECK(early.not_done == std::vector<Future<int>>{running});
  stage.go_on();
  CHECK(thrum::wait(futures).done == std::vector<Future<int>>{running, done});
  std::vector<Future<int>> completed;
  for (const Future<int>& future : thrum::as_completed(futures)) completed.push_back(future);
  CHECK(completed.size() == 2);
}

TEST_CASE("threads wait for the same futures while they are done",
          "[future][stress][test_pending_calls_race]") {
  ThreadPool pool(4);
  thrum::Event go;
  std::vector<Future<int>> futures;
  futures.reserve(100);
  for (int i = 0; i < 100; ++i) {
    futures.push_back(pool.submit([&go, i] {
      go.wait();
      return i;
    }));
  }
  std::atomic<int> all{0};
  Crew crew(3, [&] {
    if (thrum::wait(futures).done.size() == futures.size()) all.fetch_add(1);
  });
  go.set();
  crew.join();
  CHECK(all == 3);
}

TEST_CASE("futures come as they are done", "[future][test_no_timeout]") {
  Stage stage;
  const Future<int> running = stage.running();
  const Future<int> pending = stage.pending();
  const Future<int> cancelled = stage.cancelled();
  std::vector<Future<int>> order;
  for (const Future<int>& future :
       thrum::as_completed(std::vector<Future<int>>{pending, running, cancelled})) {
    order.push_back(future);
    stage.go_on();
  }
  CHECK(order == std::vector<Future<int>>{cancelled, running, pending});
  for (const Future<int>& future : thrum::as_completed(std::vector<Future<int>>{})) {
    CHECK(future.done());
    order.clear();
  }
  CHECK(order.size() == 3);
}

TEST_CASE("futures that are not done in time do not come",
          "[future][test_future_times_out][test_correct_timeout_exception_msg]") {
  Stage stage;
  const std::vector<Future<int>> futures{stage.cancelled(), stage.running(), stage.pending()};
  for (const double timeout : {0.0, 0.002}) {
    int came = 0;
    const auto start = Clock::now();
    CHECK(raised<thrum::TimeoutError>([&] {
            for (const Future<int>& future : thrum::as_completed(futures, timeout)) {
              if (future.cancelled()) ++came;
            }
          }) == THRUM_TIMEOUT);
    CHECK(came == 1);
    CHECK(seconds_since(start) >= timeout);
  }
  CHECK(raised<thrum::OverflowError>([&] { thrum::as_completed(futures, support::too_large[0]); }) ==
        THRUM_E_OVERFLOW);
}

TEST_CASE("what came out of as_completed is kept by nobody else",
          "[future][test_free_reference_yielded_future]") {
  const auto token = std::make_shared<int>(0);
  ThreadPool pool(1);
  std::vector<Future<std::shared_ptr<int>>> futures;
  futures.reserve(3);
  for (int i = 0; i < 3; ++i) futures.push_back(pool.submit([copy = token] { return copy; }));
  for (const auto& future : futures) future.wait();
  long left = 3;
  for (auto& future : thrum::as_completed(std::exchange(futures, {}))) {
    static_cast<void>(future);
    CHECK(token.use_count() - 1 <= left--);
  }
  eventually([&] { return token.use_count() == 1; });
}

// --------------------------------------------------------------------------------------- the C ABI --

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
