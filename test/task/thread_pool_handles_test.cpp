// thread_pool_handles_test.cpp - thrum_pool: a pool by handle.
#include "thrum/thread_pool.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"

using support::Crew;
using support::eventually;
using support::scaled;
using thrum::ThreadPool;

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

TEST_CASE("workers are no daemons, whoever submits", "[pool][daemon]") {
  struct Asked {
    thrum_pool pool{0};
    int daemon = 7;
  };
  Asked asked;
  REQUIRE(thrum_pool_create(&asked.pool, 1, nullptr) == THRUM_OK);
  const auto ask = [](void* arg) {
    thrum_thread self{0};
    static_cast<void>(thrum_current_thread(&self));
    static_cast<void>(thrum_thread_daemon(self, &static_cast<Asked*>(arg)->daemon));
  };
  bool in_cpp = true;
  thrum_status status = THRUM_E_VALUE;
  thrum::ThreadPool pool(1);
  thrum::ThreadOptions options;
  options.daemon = true;
  thrum::Thread daemon(options, [&] {
    status = thrum_pool_submit(asked.pool, ask, &asked, nullptr);
    in_cpp = pool.submit([] { return thrum::current_thread().daemon(); }).result();
  });
  daemon.start();
  daemon.join();
  CHECK(status == THRUM_OK);
  CHECK_FALSE(in_cpp);
  CHECK(thrum_pool_shutdown(asked.pool, 1, 0) == THRUM_OK);
  CHECK(asked.daemon == 0);
  CHECK(thrum_pool_destroy(asked.pool) == THRUM_OK);
}
