// argument_values_test.cpp - the numbers and options that a function of the C ABI takes, and those that it
// refuses.
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "support/calls.hpp"
#include "thrum/thrum.h"

TEST_CASE("a semaphore's counts are checked", "[arguments]") {
  thrum_semaphore semaphore{7};
  for (const auto create : {thrum_semaphore_create, thrum_semaphore_create_bounded}) {
    for (const std::int64_t value : {std::int64_t{-1}, INT64_MIN}) {
      CHECK(create(&semaphore, value) == THRUM_E_VALUE);
    }
    for (const std::int64_t value : {std::int64_t{THRUM_SEMAPHORE_MAX} + 1, INT64_MAX}) {
      CHECK(create(&semaphore, value) == THRUM_E_OVERFLOW);
    }
    CHECK(create(nullptr, -1) == THRUM_E_VALUE);
  }
  CHECK(semaphore.id == 7);

  for (const auto create : {thrum_semaphore_create, thrum_semaphore_create_bounded}) {
    REQUIRE(create(&semaphore, 3) == THRUM_OK);
    for (const std::int64_t n : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN}) {
      CHECK(thrum_semaphore_release(semaphore, n) == THRUM_E_VALUE);
    }
    const bool bounded = create == thrum_semaphore_create_bounded;
    for (const std::int64_t n : {std::int64_t{THRUM_SEMAPHORE_MAX} - 2, INT64_MAX}) {
      CHECK(thrum_semaphore_release(semaphore, n) == (bounded ? THRUM_E_VALUE : THRUM_E_OVERFLOW));
    }
    std::int64_t value = 0;
    CHECK(thrum_semaphore_value(semaphore, &value) == THRUM_OK);
    CHECK(value == 3);
    CHECK(thrum_semaphore_destroy(semaphore) == THRUM_OK);
  }
}

TEST_CASE("a barrier's parties are checked", "[arguments]") {
  thrum_barrier barrier{7};
  for (const int parties : {0, -1, INT_MIN}) {
    CHECK(thrum_barrier_create(&barrier, parties, nullptr, nullptr, 0) == THRUM_E_VALUE);
  }
  CHECK(thrum_barrier_create(nullptr, 0, nullptr, nullptr, 0) == THRUM_E_VALUE);
  CHECK(barrier.id == 7);
  CHECK(thrum_barrier_create(&barrier, INT_MAX, nullptr, nullptr, -1) == THRUM_OK);
  int parties = 0;
  CHECK(thrum_barrier_parties(barrier, &parties) == THRUM_OK);
  CHECK(parties == INT_MAX);
  CHECK(thrum_barrier_destroy(barrier) == THRUM_OK);
}

TEST_CASE("a latch's counts are checked", "[arguments]") {
  thrum_latch latch{7};
  for (const std::int64_t count : {std::int64_t{-1}, INT64_MIN}) {
    CHECK(thrum_latch_create(&latch, count) == THRUM_E_VALUE);
  }
  for (const std::int64_t count : {std::int64_t{THRUM_LATCH_MAX} + 1, std::int64_t{1} << 32, INT64_MAX}) {
    CHECK(thrum_latch_create(&latch, count) == THRUM_E_OVERFLOW);
  }
  CHECK(thrum_latch_create(nullptr, 1) == THRUM_E_VALUE);
  CHECK(latch.id == 7);
  REQUIRE(thrum_latch_create(&latch, 3) == THRUM_OK);
  for (const std::int64_t n :
       {std::int64_t{-1}, std::int64_t{4}, std::int64_t{1} << 32, INT64_MIN, INT64_MAX}) {
    CHECK(thrum_latch_count_down(latch, n) == THRUM_E_VALUE);
    CHECK(thrum_latch_arrive_and_wait(latch, n, 0) == THRUM_E_VALUE);
  }
  std::int64_t count = 0;
  CHECK(thrum_latch_count(latch, &count) == THRUM_OK);
  CHECK(count == 3);
  CHECK(thrum_latch_destroy(latch) == THRUM_OK);
}

TEST_CASE("a queue's kind, bound and options are checked", "[arguments]") {
  thrum_queue_options options = THRUM_QUEUE_OPTIONS_INIT;
  const auto create = [&](int kind, std::int64_t maxsize, const thrum_queue_options* with) {
    thrum_queue queue{7};
    const thrum_status status = thrum_queue_create(&queue, kind, maxsize, with);
    CHECK((status == THRUM_OK || queue.id == 7));
    if (status == THRUM_OK) CHECK(thrum_queue_destroy(queue) == THRUM_OK);
    return status;
  };
  for (const int kind : {THRUM_QUEUE_FIFO - 1, THRUM_QUEUE_SIMPLE + 1, INT32_MIN, INT32_MAX}) {
    CHECK(create(kind, 5, nullptr) == THRUM_E_VALUE);
  }
  for (const std::int64_t maxsize : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN}) {
    CHECK(create(THRUM_QUEUE_FIFO, maxsize, nullptr) == THRUM_OK);
    CHECK(create(THRUM_QUEUE_SIMPLE, maxsize, nullptr) == THRUM_OK);
  }
  for (const std::int64_t maxsize : {std::int64_t{1}, std::int64_t{65537}, INT64_MAX}) {
    CHECK(create(THRUM_QUEUE_FIFO, maxsize, nullptr) == THRUM_OK);
    CHECK(create(THRUM_QUEUE_LIFO, maxsize, nullptr) == THRUM_OK);
    CHECK(create(THRUM_QUEUE_SIMPLE, maxsize, nullptr) == THRUM_E_VALUE);
  }
  CHECK(create(THRUM_QUEUE_PRIORITY, 0, nullptr) == THRUM_E_VALUE);
  CHECK(create(THRUM_QUEUE_PRIORITY, 0, &options) == THRUM_E_VALUE);
  options.compare = [](const void*, const void*, void*) { return 0; };
  CHECK(create(THRUM_QUEUE_PRIORITY, 0, &options) == THRUM_OK);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, sizeof(thrum_queue_options) - 1}) {
    options.size = size;
    CHECK(create(THRUM_QUEUE_PRIORITY, 0, &options) == THRUM_E_VALUE);
  }
}

TEST_CASE("an owner out of its range is refused", "[arguments]") {
  thrum_rlock lock{0};
  REQUIRE(thrum_rlock_create(&lock) == THRUM_OK);
  for (const std::uint64_t owner : {std::uint64_t{0}, std::uint64_t{1} << 63, UINT64_MAX}) {
    CHECK(thrum_rlock_acquire_as(lock, owner, 0) == THRUM_E_VALUE);
    CHECK(thrum_rlock_release_as(lock, owner) == THRUM_E_VALUE);
  }
  int locked = -1;
  CHECK(thrum_rlock_locked(lock, &locked) == THRUM_OK);
  CHECK(locked == 0);
  CHECK(thrum_rlock_destroy(lock) == THRUM_OK);
}

TEST_CASE("a thread's options are checked", "[arguments]") {
  const thrum_thread_options good = THRUM_THREAD_OPTIONS_INIT;
  const auto create = [](thrum_thread_options options) {
    thrum_thread thread{7};
    const thrum_status status = thrum_thread_create(&thread, &options, support::detail::do_nothing, nullptr);
    CHECK((status == THRUM_OK || thread.id == 7));
    if (status == THRUM_OK) CHECK(thrum_thread_destroy(thread) == THRUM_OK);
    return status;
  };
  CHECK(create(good) == THRUM_OK);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, sizeof(thrum_thread_options) - 1}) {
    thrum_thread_options options = good;
    options.size = size;
    CHECK(create(options) == THRUM_E_VALUE);
  }
  for (const int daemon : {-1, 3, 1000}) {
    thrum_thread_options options = good;
    options.daemon = daemon;
    CHECK(create(options) == THRUM_E_VALUE);
  }
  thrum_thread_options options = good;
  options.stack_size = 1;
  CHECK(create(options) == THRUM_E_VALUE);
}

TEST_CASE("a pool's number of workers and options are checked", "[arguments]") {
  thrum_pool pool{7};
  CHECK(thrum_pool_create(&pool, 0, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_pool_create(&pool, THRUM_POOL_MAX_WORKERS + 1, nullptr) == THRUM_E_OVERFLOW);
  CHECK(thrum_pool_create(&pool, SIZE_MAX, nullptr) == THRUM_E_OVERFLOW);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, sizeof(thrum_pool_options) - 1}) {
    thrum_pool_options options = THRUM_POOL_OPTIONS_INIT;
    options.size = size;
    CHECK(thrum_pool_create(&pool, 1, &options) == THRUM_E_VALUE);
  }
  CHECK(pool.id == 7);
  CHECK(thrum_pool_create(&pool, THRUM_POOL_MAX_WORKERS, nullptr) == THRUM_OK);
  CHECK(thrum_pool_destroy(pool) == THRUM_OK);
}

TEST_CASE("the stack size is checked", "[arguments]") {
  std::size_t before = 7;
  REQUIRE(thrum_stack_size(THRUM_STACK_SIZE_KEEP, &before) == THRUM_OK);
  std::size_t old = 7;
  CHECK(thrum_stack_size(1, &old) == THRUM_E_VALUE);
  CHECK(thrum_stack_size(SIZE_MAX - 1, &old) == THRUM_E_OVERFLOW);
  CHECK(old == 7);
  CHECK(thrum_stack_size(THRUM_STACK_SIZE_KEEP, &old) == THRUM_OK);
  CHECK(old == before);
}

TEST_CASE("every status has a name and words, and no other number has", "[arguments]") {
  std::set<std::string> names;
  std::set<std::string> words;
  // As far as an enumeration of these values reaches in C++.
  for (int number = -32; number <= 31; ++number) {
    const auto status = static_cast<thrum_status>(number);
    errno = EDOM;
    const std::string name = thrum_status_name(status);
    const std::string said = thrum_strerror(status);
    CHECK(errno == EDOM);
    CHECK_FALSE(said.empty());
    if (number < THRUM_E_FAILED || number > THRUM_CANCELLED) {
      CHECK(name == "THRUM_?");
    } else {
      CHECK(names.insert(name).second);
      CHECK(words.insert(said).second);
    }
  }
  CHECK(names.size() == 23);
  CHECK(names.count("THRUM_OK") == 1);
  CHECK(names.count("THRUM_TIMEOUT") == 1);
  CHECK(std::string(thrum_status_name(THRUM_E_NOT_OWNER)) == "THRUM_E_NOT_OWNER");
}

TEST_CASE("the version is that of the header", "[arguments]") {
  CHECK(thrum_version() == THRUM_VERSION_NUMBER);
  CHECK(THRUM_VERSION_NUMBER ==
        THRUM_VERSION_MAJOR * 10000 + THRUM_VERSION_MINOR * 100 + THRUM_VERSION_PATCH);
}
