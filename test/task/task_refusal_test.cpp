// task_refusal_test.cpp - the system refuses the threads and the memory of timers, pools and futures.
#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/eventually.hpp"
#include "support/out_of_memory.hpp"
#include "support/program.h"
#include "support/raised.hpp"
#include "support/refusal.hpp"
#include "thrum/thrum.hpp"

using support::check_out_of_memory;
using support::eventually;
using support::raised;
using support::Refusal;
using support::refuse_threads;
using support::threads_refused;

namespace {

void do_nothing(void*) {}

}  // namespace

TEST_CASE("a timer that is due waits until the system has a thread for it", "[timer][refused]") {
  thrum::Timer service(1e6, [] {});
  service.start();
  std::atomic<int> calls{0};
  thrum::Timer timer(0, [&] { calls.fetch_add(1); });
  thrum::Timer cancelled(0, [&] { calls.fetch_add(16); });
  const auto token = std::make_shared<int>(0);
  thrum::Timer dropped(0, [copy = token] {});
  {
    const Refusal refusal(refuse_threads);
    const int before = threads_refused;
    timer.start();
    cancelled.start();
    dropped.start();
    eventually([&] { return threads_refused >= before + 8; });
    CHECK(timer.is_alive());
    CHECK_FALSE(timer.join(0));
    CHECK(raised<thrum::RuntimeError>([&] { timer.thread(); }) == THRUM_E_NOT_STARTED);
    cancelled.cancel();
    CHECK(cancelled.join());
    dropped.cancel();
    CHECK(dropped.join());
    eventually([&] { return token.use_count() == 1; });
  }
  CHECK(timer.join());
  CHECK(calls == 1);
  service.cancel();
}

TEST_CASE("a timer with nothing to wait for fires behind those that are overdue", "[timer][refused]") {
  thrum::Timer service(1e6, [] {});
  service.start();
  std::atomic<bool> held{false};
  std::atomic<bool> go{false};
  support::before_refusing_thread = [&] {
    held = true;
    eventually([&] { return go.load(); });
  };
  thrum::Timer first(0, [] {});
  {
    const Refusal refusal(refuse_threads);
    first.start();
    eventually([&] { return held.load(); });
  }
  // The thread that starts the others' is held back, in its attempt for the first.
  thrum::Timer overdue(0.001, [] {});
  overdue.start();
  support::outlast(support::Clock::now(), 0.002);
  thrum::Timer at_once(0, [] {});
  at_once.start();
  thrum::Timer next(0, [] {});
  next.start();
  go = true;
  for (thrum::Timer* timer : {&first, &overdue, &at_once, &next}) CHECK(timer->join());
  support::before_refusing_thread = nullptr;
  // Threads are numbered as they are made.
  const auto number = [](const thrum::Timer& timer) { return std::stol(timer.thread().name().substr(7)); };
  CHECK(number(overdue) < number(at_once));
  CHECK(number(at_once) < number(next));
  service.cancel();
}

TEST_CASE("a timer that finds no thread to wait for it is as it was", "[timer][refused]") {
  // In a process of its own, where no timer has been started.
  CHECK(support::run_case("a first timer finds no thread to wait for it").how == "exit 0");
}

TEST_CASE("a first timer finds no thread to wait for it", "[.]") {
  int calls = 0;
  thrum::Timer timer(0, [&] { ++calls; });
  {
    const Refusal refusal(refuse_threads);
    errno = 42;
    CHECK(thrum_timer_start(timer.handle()) == THRUM_E_AGAIN);
    CHECK(errno == 42);
    CHECK_FALSE(timer.is_alive());
    CHECK(thrum_timer_join(timer.handle(), 0) == THRUM_E_NOT_STARTED);
    timer.set_daemon(false);
  }
  timer.start();
  CHECK(timer.join());
  CHECK(calls == 1);
}

TEST_CASE("a timer that the system always refuses a thread does not keep the process", "[timer][refused]") {
  CHECK(support::run_case("the process exits while a timer is refused a thread").how == "exit 0");
}

TEST_CASE("the process exits while a timer is refused a thread", "[.]") {
  thrum::Timer service(1e6, [] {});
  service.set_daemon(true);
  service.start();
  int calls = 0;
  thrum::Timer timer(0, [&] { ++calls; });
  const Refusal refusal(refuse_threads);
  timer.start();
  thrum::shutdown();
  CHECK_FALSE(timer.is_alive());
  CHECK(timer.join());
  CHECK(calls == 0);
}

TEST_CASE("timers that there is no memory for are refused, and nothing is lost", "[timer][refused]") {
  check_out_of_memory<thrum_timer>(
      [](thrum_timer* out) { return thrum_timer_create(out, 1000, do_nothing, nullptr); },
      thrum_timer_destroy);
  thrum_timer refused{7};
  const auto start = [&](thrum_timer* out) {
    thrum_timer timer{0};
    thrum_status status = thrum_timer_create(&timer, 1000, do_nothing, nullptr);
    if (status == THRUM_OK && (status = thrum_timer_start(timer)) != THRUM_OK) {
      CHECK(thrum_timer_destroy(timer) == THRUM_OK);
    }
    if (status == THRUM_OK) *out = timer;
    return status;
  };
  CHECK(start(&refused) == THRUM_OK);
  CHECK(thrum_timer_cancel(refused) == THRUM_OK);
  CHECK(thrum_timer_destroy(refused) == THRUM_OK);
  check_out_of_memory<thrum_timer>(start, [](thrum_timer timer) {
    const thrum_status status = thrum_timer_cancel(timer);
    return status == THRUM_OK ? thrum_timer_destroy(timer) : status;
  });
}

TEST_CASE("a pool whose first worker the system refuses has no task, and goes on later", "[pool][refused]") {
  thrum::ThreadPool pool(2, {"hired", nullptr});
  int calls = 0;
  thrum_future future{7};
  {
    const Refusal refusal(refuse_threads);
    errno = 42;
    for (int i = 0; i < 3; ++i) {
      CHECK(thrum_pool_submit(
                pool.handle(), [](void* arg) { ++*static_cast<int*>(arg); }, &calls, &future) ==
            THRUM_E_AGAIN);
    }
    CHECK(errno == 42);
    CHECK(future.id == 7);
    CHECK(raised<thrum::RuntimeError>([&] { pool.submit([] {}); }) == THRUM_E_AGAIN);
  }
  // The numbers are those of workers that there are.
  thrum::Event go;
  const auto name = [] { return thrum::current_thread().name(); };
  const auto first = pool.submit([&] {
    go.wait();
    return name();
  });
  {
    const Refusal refusal(refuse_threads);
    const int before = threads_refused;
    pool.submit([] {});
    eventually([&] { return threads_refused > before; });
  }
  // The first is taken up, so another one does these.
  CHECK(pool.submit(name).result() == "hired_1");
  go.set();
  CHECK(first.result() == "hired_0");
  pool.shutdown();
  CHECK(calls == 0);
}

TEST_CASE("a task that comes while a pool's first worker is refused is refused as well", "[pool][refused]") {
  const thrum::ThreadPool pool(2);
  std::atomic<bool> asked{false};
  std::atomic<bool> over{false};
  thrum_status second = THRUM_OK;
  std::thread other;
  support::before_refusing_thread = [&] {
    if (asked.exchange(true)) return;
    other = std::thread([&] {
      second = thrum_pool_submit(pool.handle(), do_nothing, nullptr, nullptr);
      over = true;
    });
    // A pool that took it would have done so by then.
    for (int turn = 0; turn < 1000 && !over; ++turn) std::this_thread::yield();
  };
  {
    const Refusal refusal(refuse_threads);
    CHECK(thrum_pool_submit(pool.handle(), do_nothing, nullptr, nullptr) == THRUM_E_AGAIN);
    other.join();
  }
  support::before_refusing_thread = nullptr;
  CHECK(second == THRUM_E_AGAIN);
}

TEST_CASE("a task that comes while a pool is refused a worker has the system asked again",
          "[pool][refused]") {
  thrum::ThreadPool pool(2);
  thrum::Event entered;
  thrum::Event leave;
  const auto first = pool.submit([&] {
    entered.set();
    leave.wait();
  });
  entered.wait();
  support::before_refusing_thread = [&] {
    std::thread([&] { pool.submit([&] { leave.set(); }); }).join();
    refuse_threads = false;
  };
  {
    const Refusal refusal(refuse_threads);
    pool.submit([] {});
  }
  support::before_refusing_thread = nullptr;
  eventually([&] { return first.done(); });
}

TEST_CASE("who brings a task asks the system twice at most, whatever others bring meanwhile",
          "[pool][refused]") {
  thrum::ThreadPool pool(2);
  thrum::Event entered;
  thrum::Event leave;
  pool.submit([&] {
    entered.set();
    leave.wait();
  });
  entered.wait();
  std::vector<std::thread> others;
  std::atomic<std::size_t> brought{0};
  std::atomic<std::size_t> asked{0};
  const std::uint64_t self = number_of_thread();
  support::before_refusing_thread = [&] {
    if (number_of_thread() != self || ++asked > 4) return;
    others.emplace_back([&] {
      pool.submit([] {});
      ++brought;
    });
    if (asked == 1) eventually([&] { return brought == 1; });
    // One that may bring a task has done so by then.
    for (int turn = 0; turn < 1000 && brought != asked; ++turn) std::this_thread::yield();
  };
  {
    const Refusal refusal(refuse_threads);
    pool.submit([] {});
    for (std::thread& other : others) other.join();
  }
  support::before_refusing_thread = nullptr;
  CHECK(asked == 2);
  CHECK(brought == 2);
  leave.set();
}

TEST_CASE("a pool makes do with the workers that the system allows", "[pool][refused]") {
  thrum::ThreadPool pool(4);
  thrum::Event entered;
  thrum::Event leave;
  thrum::Future<void> first = pool.submit([&] {
    entered.set();
    leave.wait();
  });
  entered.wait();
  std::vector<thrum::Future<int>> futures;
  {
    const Refusal refusal(refuse_threads);
    for (int i = 0; i < 20; ++i) futures.push_back(pool.submit([i] { return i; }));
    leave.set();
    for (int i = 0; i < 20; ++i) CHECK(futures[static_cast<std::size_t>(i)].result() == i);
  }
  first.result();
}

TEST_CASE("a pool's shutdown waits for a worker that is about to be started", "[pool]") {
  std::atomic<int> begun{0};
  std::atomic<bool> over{false};
  std::atomic<bool> late{false};
  thrum::ThreadPool pool(2, {"hired", [&] {
                               if (over) late = true;
                               begun.fetch_add(1);
                             }});
  thrum::Event entered;
  thrum::Event leave;
  pool.submit([&] {
    entered.set();
    leave.wait();
  });
  entered.wait();
  static std::atomic<std::uint64_t> waits_for_memory;
  static std::atomic<bool> waiting;
  static std::atomic<bool> keep_waiting;
  waits_for_memory = 0;
  waiting = false;
  keep_waiting = true;
  support::before_allocating = [](std::size_t) {
    if (waits_for_memory == 0 || waits_for_memory != number_of_thread()) return;
    waiting = true;
    eventually([] { return !keep_waiting; });
  };
  std::thread submitter([&] {
    thrum::current_thread();
    waits_for_memory = number_of_thread();
    pool.submit([] {});
  });
  eventually([] { return waiting.load(); });
  std::thread shutter([&] {
    pool.shutdown();
    over = true;
  });
  // The first worker does what there is, and ends. A shutdown that waits for no other would be over then.
  leave.set();
  eventually([] {
    const std::vector<thrum::ThreadRef> threads = thrum::enumerate();
    return std::none_of(threads.begin(), threads.end(),
                        [](const thrum::ThreadRef& thread) { return thread.name() == "hired_0"; });
  });
  for (int i = 0; i < 1000 && !over; ++i) std::this_thread::yield();
  keep_waiting = false;
  submitter.join();
  support::before_allocating = nullptr;
  shutter.join();
  CHECK(begun == 2);
  CHECK_FALSE(late);
}

TEST_CASE("pools and futures that there is no memory for are refused, and nothing is lost",
          "[pool][refused]") {
  check_out_of_memory<thrum_pool>([](thrum_pool* out) { return thrum_pool_create(out, 1, nullptr); },
                                  thrum_pool_destroy);
  const thrum::ThreadPool pool(1);
  check_out_of_memory<thrum_future>(
      [&pool](thrum_future* out) { return thrum_pool_submit(pool.handle(), do_nothing, nullptr, out); },
      [](thrum_future future) {
        const thrum_status status = thrum_future_wait(future, THRUM_FOREVER);
        return status == THRUM_OK ? thrum_future_destroy(future) : status;
      });
}

TEST_CASE("who waits for several futures is told that there is no memory for that", "[future][refused]") {
  thrum::Event open;
  thrum::ThreadPool pool(1);
  const std::vector<thrum::Future<void>> futures{pool.submit([&] { open.wait(); })};
  {
    const Refusal refusal(support::refuse_memory);
    CHECK(raised<thrum::MemoryError>([&] { thrum::as_completed(futures, 0); }) == THRUM_E_NOMEM);
  }
  open.set();
  CHECK(thrum::wait(futures, thrum::no_timeout, thrum::ReturnWhen::first_completed).done == futures);
}
