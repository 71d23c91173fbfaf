// leak_test.cpp - calls that are refused leave nothing behind, however often.
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "support/eventually.hpp"
#include "support/refusal.hpp"
#include "thrum/thrum.hpp"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

using support::eventually;
using support::Refusal;
using support::refuse_keys;
using support::refuse_threads;

namespace {

constexpr int kTimes = 3000;

/// What has been allocated and not been freed, where the C library tells; else 0.
std::size_t heap_in_use() {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  return mallinfo2().uordblks;
#else
  return 0;
#endif
}

void do_nothing(void* /*unused*/) {}

/// Which of its type's slots a handle has.
std::uint32_t index_of(std::uint64_t id) { return static_cast<std::uint32_t>(id & ((1U << 27) - 1)); }

/// Calls so often. What the heap has grown by is less than the least that each call could leave there.
template <class Call>
void check_heap(Call call) {
  // What is kept once it is there.
  for (int i = 0; i < 100; ++i) call();
  const std::size_t before = heap_in_use();
  for (int i = 0; i < kTimes; ++i) call();
  CHECK(heap_in_use() <= before + std::size_t{8} * kTimes);
}

/// The same, of objects whose next handle make() returns, and destroys.
template <class Make, class Call>
void check_refused(Make make, Call call) {
  const std::uint32_t before = index_of(make());
  check_heap(call);
  // A worker may not have given up its reference to the last one yet, whose slot then is not the next. One
  // that is lost never is again.
  eventually([&] { return index_of(make()) == before; });
}

std::uint64_t make_thread() {
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(&thread, nullptr, do_nothing, nullptr) == THRUM_OK);
  REQUIRE(thrum_thread_destroy(thread) == THRUM_OK);
  return thread.id;
}

std::uint64_t make_timer() {
  thrum_timer timer{0};
  REQUIRE(thrum_timer_create(&timer, 1, do_nothing, nullptr) == THRUM_OK);
  REQUIRE(thrum_timer_destroy(timer) == THRUM_OK);
  return timer.id;
}

}  // namespace

TEST_CASE("threads that the library cannot take up leave nothing behind", "[dummy][refused][leak]") {
  check_refused(make_thread, [count = 0]() mutable {
    thrum_status status = THRUM_OK;
    std::thread([&] {
      const Refusal refusal(refuse_keys);
      thrum_thread self{0};
      status = thrum_current_thread(&self);
    }).join();
    if (++count % 1000 == 0) CHECK(status == THRUM_E_NOMEM);
  });
}

TEST_CASE("tasks that a pool does not take leave nothing behind", "[pool][refused][leak]") {
  thrum_pool open{0};
  thrum_pool closed{0};
  REQUIRE(thrum_pool_create(&open, 1, nullptr) == THRUM_OK);
  REQUIRE(thrum_pool_create(&closed, 1, nullptr) == THRUM_OK);
  REQUIRE(thrum_pool_shutdown(closed, 1, 0) == THRUM_OK);
  const auto make_future = [&] {
    thrum_future future{0};
    REQUIRE(thrum_pool_submit(open, do_nothing, nullptr, &future) == THRUM_OK);
    REQUIRE(thrum_future_wait(future, THRUM_FOREVER) == THRUM_OK);
    REQUIRE(thrum_future_destroy(future) == THRUM_OK);
    return future.id;
  };
  int others = 0;
  check_refused(make_future, [&] {
    thrum_future future{0};
    if (thrum_pool_submit(closed, do_nothing, nullptr, &future) != THRUM_E_SHUTDOWN) ++others;
  });
  CHECK(thrum_pool_shutdown(open, 1, 0) == THRUM_OK);
  CHECK(thrum_pool_destroy(open) == THRUM_OK);
  CHECK(thrum_pool_destroy(closed) == THRUM_OK);
  {
    thrum::ThreadPool pool(1);
    pool.shutdown();
    check_heap([&] {
      try {
        pool.submit([] {});
        ++others;
      } catch (const thrum::RuntimeError&) {
        // As it has been shut down.
      }
    });
  }
  CHECK(others == 0);
}

TEST_CASE("a pool's worker that the system refuses leaves nothing behind", "[pool][refused][leak]") {
  thrum_pool pool{0};
  REQUIRE(thrum_pool_create(&pool, 1, nullptr) == THRUM_OK);
  int others = 0;
  {
    const Refusal refusal(refuse_threads);
    check_refused(make_thread, [&] {
      if (thrum_pool_submit(pool, do_nothing, nullptr, nullptr) != THRUM_E_AGAIN) ++others;
    });
  }
  CHECK(others == 0);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
}

TEST_CASE("pools that come and go leave nothing behind", "[pool][leak]") {
  const std::string prefix(200, 'p');
  thrum_pool_options options = THRUM_POOL_OPTIONS_INIT;
  options.thread_name_prefix = prefix.c_str();
  int others = 0;
  check_heap([&] {
    thrum_pool pool{0};
    if (thrum_pool_create(&pool, 1, &options) != THRUM_OK || thrum_pool_destroy(pool) != THRUM_OK) ++others;
    if (thrum_pool_create(&pool, 0, &options) != THRUM_E_VALUE) ++others;
  });
  CHECK(others == 0);
}

TEST_CASE("threads and timers that are refused leave nothing behind", "[thread][timer][refused][leak]") {
  int others = 0;
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  options.name = "a name that does not fit in a string's own few bytes";
  check_refused(make_thread, [&] {
    thrum_thread thread{0};
    if (thrum_thread_create(&thread, &options, do_nothing, nullptr) != THRUM_OK) ++others;
    {
      const Refusal refusal(refuse_threads);
      if (thrum_thread_start(thread) != THRUM_E_AGAIN) ++others;
    }
    if (thrum_thread_destroy(thread) != THRUM_OK) ++others;
    if (thrum_thread_create(&thread, &options, nullptr, nullptr) != THRUM_E_VALUE) ++others;
  });
  check_refused(make_timer, [&] {
    thrum_timer timer{0};
    if (thrum_timer_create(&timer, 1, nullptr, nullptr) != THRUM_E_VALUE) ++others;
  });
  CHECK(others == 0);
}
