// futures_test.cpp - waiting for several futures.
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
#include <type_traits>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/raised.hpp"
#include "support/timeouts.hpp"
#include "task/stage.hpp"
#include "thrum/event.hpp"
#include "thrum/thread_pool.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::raised;
using support::seconds_since;
using support::Stage;
using thrum::Future;
using thrum::ReturnWhen;
using thrum::ThreadPool;

TEST_CASE("wait returns with the first that is done",
          "[future][test_first_completed][test_first_completed_some_already_completed]") {
  Stage stage;
  const Future<int> running = stage.running();
  const Future<int> cancelled = stage.cancelled();
  const Future<int> pending = stage.pending();
  auto [done, not_done] = thrum::wait(std::vector<Future<int>>{running, cancelled, pending},
                                      thrum::no_timeout, ReturnWhen::first_completed);
  CHECK(done == std::vector<Future<int>>{cancelled});
  CHECK(not_done == std::vector<Future<int>>{running, pending});
  std::vector<Future<int>> found;
  Crew crew(1, [&] {
    found =
        thrum::wait(std::vector<Future<int>>{running}, thrum::no_timeout, ReturnWhen::first_completed).done;
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
    const auto found = thrum::wait(std::vector<Future<int>>{first, late, failing}, thrum::no_timeout,
                                   ReturnWhen::first_exception);
    CHECK(found.done == std::vector<Future<int>>{first, failing});
    CHECK(found.not_done == std::vector<Future<int>>{late});
  }
  leave.set();
  const auto all =
      thrum::wait(std::vector<Future<int>>{first, late}, thrum::no_timeout, ReturnWhen::first_exception);
  CHECK(all.not_done.empty());
}

TEST_CASE("a future that was cancelled has not thrown", "[future][test_first_exception]") {
  Stage stage;
  const std::vector<Future<int>> futures{stage.running(), stage.cancelled()};
  const auto start = Clock::now();
  const auto early = thrum::wait(futures, 0.005, ReturnWhen::first_exception);
  CHECK(seconds_since(start) >= 0.005);
  CHECK(early.done == std::vector<Future<int>>{futures[1]});
  CHECK(early.not_done == std::vector<Future<int>>{futures[0]});
  stage.go_on();
  CHECK(thrum::wait(futures, thrum::no_timeout, ReturnWhen::first_exception).done == futures);
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

TEST_CASE("the futures of a broken pool are done, with an exception", "[future][test_initializer]") {
  thrum::Event submitted;
  ThreadPool pool(1, {"", [&] {
                        submitted.wait();
                        throw std::runtime_error("this line is part of the test");
                      }});
  const std::vector<Future<int>> futures{pool.submit([] { return 1; }), pool.submit([] { return 2; })};
  submitted.set();
  const auto found = thrum::wait(futures, thrum::no_timeout, ReturnWhen::first_exception);
  CHECK_FALSE(found.done.empty());
  CHECK(thrum::wait(futures).done == futures);
  std::size_t completed = 0;
  for (const Future<int>& future : thrum::as_completed(futures)) {
    ++completed;
    const std::exception_ptr exception = future.exception();
    REQUIRE(exception != nullptr);
    try {
      std::rethrow_exception(exception);
    } catch (const thrum::BrokenThreadPool& error) {
      CHECK(error.status() == THRUM_E_BROKEN);
      CHECK(std::string(error.what()).find("pool") != std::string::npos);
      CHECK(std::string(error.what()).find("barrier") == std::string::npos);
    }
  }
  CHECK(completed == futures.size());
}

TEST_CASE("as_completed waits for no more futures than are looked at", "[future]") {
  using Range = thrum::AsCompleted<int>;
  static_assert(!std::is_copy_constructible_v<Range> && !std::is_copy_assignable_v<Range>);
  static_assert(std::is_move_constructible_v<Range> && std::is_move_assignable_v<Range>);
  Stage stage;
  const Future<int> cancelled = stage.cancelled();
  const Future<int> running = stage.running();
  Range range = thrum::as_completed(std::vector<Future<int>>{running, cancelled});
  auto next = range.begin();
  CHECK(*next == cancelled);
  CHECK(*next == cancelled);
  ++next;  // the other one is still running
  CHECK(next != range.end());
  Range moved = std::move(range);
  stage.go_on();
  // Begun again it goes on.
  std::vector<Future<int>> rest;
  for (const Future<int>& future : moved) rest.push_back(future);
  CHECK(rest == std::vector<Future<int>>{running});
  CHECK(moved.begin() == moved.end());
}

TEST_CASE("a loop over as_completed that is left goes on with the next", "[future]") {
  Stage stage;
  auto range = thrum::as_completed(std::vector<Future<int>>{stage.cancelled(), stage.cancelled()});
  int came = 0;
  for (int loop = 0; loop < 3; ++loop) {
    for (const Future<int>& future : range) {
      if (future.cancelled()) ++came;
      break;
    }
  }
  CHECK(came == 2);
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

TEST_CASE("who waits for several futures does not wait for their call-backs", "[future]") {
  for (const ReturnWhen when :
       {ReturnWhen::all_completed, ReturnWhen::first_completed, ReturnWhen::first_exception}) {
    thrum::Event go;
    thrum::Event waited;
    ThreadPool pool(1);  // the first to go
    const std::vector<Future<void>> futures{pool.submit([&] { go.wait(); })};
    // It needs what the thread does that waits.
    Future<void>(futures[0]).add_done_callback([&] { waited.wait(); });
    auto completed = thrum::as_completed(futures);
    go.set();
    CHECK(thrum::wait(futures, thrum::no_timeout, when).done == futures);
    CHECK(*completed.begin() == futures[0]);
    // It is done by now, while its call-back is not.
    CHECK(*thrum::as_completed(futures, 0).begin() == futures[0]);
    waited.set();
  }
}
