// stack_refusal_test.cpp - stacks that a program's thread-local data does not fit in, or that the system has
// no room for: what can never succeed is not tried again for ever.
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>

#include "support/raised.hpp"
#include "support/refusal.hpp"
#include "thrum/thrum.hpp"

using support::least_stack;
using support::raised;

namespace {

constexpr std::size_t small = std::size_t{1} << 16;
constexpr std::size_t large = std::size_t{1} << 22;

void count(void* arg) { ++*static_cast<int*>(arg); }

/// While it lives the program seems to have so much thread-local data.
class ThreadLocalData {
 public:
  explicit ThreadLocalData(std::size_t size) { least_stack = size; }
  ThreadLocalData(const ThreadLocalData&) = delete;
  ThreadLocalData& operator=(const ThreadLocalData&) = delete;
  ~ThreadLocalData() { least_stack = 0; }
};

/// While it lives threads are created with stacks of that size.
class StackSize {
 public:
  explicit StackSize(std::size_t size) : before_(thrum::stack_size(size)) {}
  StackSize(const StackSize&) = delete;
  StackSize& operator=(const StackSize&) = delete;
  ~StackSize() { thrum::stack_size(before_); }

 private:
  std::size_t before_;
};

}  // namespace

TEST_CASE("a thread whose stack is too small says so, and no other is", "[thread][refused]") {
  const ThreadLocalData data(large);
  int calls = 0;
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  options.stack_size = small;
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(&thread, &options, count, &calls) == THRUM_OK);
  for (int round = 0; round < 3; ++round) CHECK(thrum_thread_start(thread) == THRUM_E_VALUE);
  CHECK(thrum_thread_join(thread, 0) == THRUM_E_NOT_STARTED);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  CHECK(calls == 0);
  options.stack_size = 2 * large;
  REQUIRE(thrum_thread_create(&thread, &options, count, &calls) == THRUM_OK);
  CHECK(thrum_thread_start(thread) == THRUM_OK);
  CHECK(thrum_thread_join(thread, THRUM_FOREVER) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  CHECK(calls == 1);
}

TEST_CASE("the same as exceptions: of threads and of pools", "[thread][pool][refused]") {
  const ThreadLocalData data(large);
  const StackSize size(small);
  thrum::Thread thread([] {});
  CHECK(raised<thrum::ValueError>([&] { thread.start(); }) == THRUM_E_VALUE);
  CHECK_FALSE(thread.is_alive());
  thrum::ThreadPool pool(2);
  CHECK(raised<thrum::ValueError>([&] { pool.submit([] {}); }) == THRUM_E_VALUE);
  thrum::stack_size(2 * large);
  CHECK(pool.submit([] { return 3; }).result() == 3);
}

TEST_CASE("a pool's task is refused by that status", "[pool][refused]") {
  const ThreadLocalData data(large);
  const StackSize size(small);
  int calls = 0;
  thrum_pool pool{0};
  thrum_future future{0};
  REQUIRE(thrum_pool_create(&pool, 2, nullptr) == THRUM_OK);
  CHECK(thrum_pool_submit(pool, count, &calls, &future) == THRUM_E_VALUE);
  CHECK(thrum_pool_shutdown(pool, 1, 0) == THRUM_OK);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
  CHECK(calls == 0);
}

TEST_CASE("a timer fires, whatever the stacks are that are asked for", "[timer][refused]") {
  // The second is more than the system's default size.
  for (const std::size_t data_size : {large, std::size_t{1} << 26}) {
    const ThreadLocalData data(data_size);
    const StackSize size(small);
    int calls = 0;
    thrum_timer timer{0};
    REQUIRE(thrum_timer_create(&timer, 0.001, count, &calls) == THRUM_OK);
    CHECK(thrum_timer_start(timer) == THRUM_OK);
    CHECK(thrum_timer_join(timer, THRUM_FOREVER) == THRUM_OK);
    CHECK(calls == 1);
    CHECK(thrum_timer_destroy(timer) == THRUM_OK);
  }
}

TEST_CASE("a timer fires where there is no room for the stack that is asked for", "[timer][refused]") {
  // Half of what can be addressed.
  const StackSize size(SIZE_MAX / 2 + 1);
  int calls = 0;
  thrum::Timer timer(0.001, [&] { ++calls; });
  timer.start();
  CHECK(timer.join());
  CHECK(calls == 1);
}

TEST_CASE("a stack that would take up all addresses is too large", "[thread][stack_size]") {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  CHECK(thrum_stack_size(SIZE_MAX - page + 1, nullptr) == THRUM_E_OVERFLOW);
}
