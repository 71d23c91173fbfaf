// thread_arguments_test.cpp - what the functions about threads refuse.
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>

#include "thread/handled.hpp"
#include "thrum/thread.hpp"

using support::created;
using support::is_alive;
using support::is_stale;

namespace {

void do_nothing(void*) {}

}  // namespace

TEST_CASE("a thread is not created from bad arguments", "[thread][arguments]") {
  thrum_thread thread{7};
  const auto refused = [&](const thrum_thread_options& options) {
    return thrum_thread_create(&thread, &options, do_nothing, nullptr) == THRUM_E_VALUE && thread.id == 7;
  };
  CHECK(thrum_thread_create(nullptr, nullptr, do_nothing, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_thread_create(&thread, nullptr, nullptr, nullptr) == THRUM_E_VALUE);
  CHECK(thread.id == 7);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, sizeof(thrum_thread_options) - 1}) {
    CAPTURE(size);
    thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
    options.size = size;
    CHECK(refused(options));
  }
  for (const int daemon : {-1, 3, 1000}) {
    CAPTURE(daemon);
    thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
    options.daemon = daemon;
    CHECK(refused(options));
  }
  thrum_thread_options small = THRUM_THREAD_OPTIONS_INIT;
  small.stack_size = 1;
  CHECK(refused(small));
}

TEST_CASE("a null pointer is refused by every function about threads", "[thread][arguments]") {
  const thrum_thread thread = created(do_nothing, nullptr);
  thrum_thread found{0};
  CHECK(thrum_thread_is_alive(thread, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_thread_name(thread, nullptr, 1, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_thread_set_name(thread, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_thread_daemon(thread, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_thread_ident(thread, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_thread_native_id(thread, nullptr) == THRUM_E_VALUE);
  CHECK(thrum_current_thread(nullptr) == THRUM_E_VALUE);
  CHECK(thrum_main_thread(nullptr) == THRUM_E_VALUE);
  CHECK(thrum_active_count(nullptr) == THRUM_E_VALUE);
  CHECK(thrum_enumerate(&found, 1, nullptr) == THRUM_E_VALUE);
  CHECK(found.id == 0);
  std::size_t count = 7;
  CHECK(thrum_enumerate(nullptr, 1, &count) == THRUM_E_VALUE);
  CHECK(count == 7);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a handle that names no thread is refused", "[thread][arguments]") {
  const thrum_thread thread = created(do_nothing, nullptr);
  thrum_thread main{0};
  REQUIRE(thrum_main_thread(&main) == THRUM_OK);
  CHECK(is_stale(thrum_thread{0}));
  CHECK(is_stale(thrum_thread{UINT64_MAX}));
  for (int bit = 0; bit < 64; ++bit) {
    CAPTURE(bit);
    const thrum_thread forged{thread.id ^ (std::uint64_t{1} << bit)};
    if (forged.id != main.id) CHECK(is_stale(forged));
  }
  CHECK_FALSE(is_alive(thread));
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  CHECK(is_stale(thread));
}

TEST_CASE("the stack size is kept, rounded and refused as it should be", "[thread][stack_size]") {
  std::size_t first = 7;
  REQUIRE(thrum_stack_size(THRUM_STACK_SIZE_KEEP, &first) == THRUM_OK);
  CHECK(first == 0);

  std::size_t old = 7;
  CHECK(thrum_stack_size(1, &old) == THRUM_E_VALUE);
  CHECK(thrum_stack_size(SIZE_MAX - 1, &old) == THRUM_E_OVERFLOW);
  CHECK(old == 7);
  CHECK(thrum_stack_size(THRUM_STACK_SIZE_KEEP, nullptr) == THRUM_OK);

  constexpr std::size_t kUneven = 256 * 1024 + 1;
  CHECK(thrum_stack_size(kUneven, &old) == THRUM_OK);
  CHECK(old == 0);
  CHECK(thrum_stack_size(THRUM_STACK_SIZE_KEEP, &old) == THRUM_OK);
  CHECK(old > kUneven);
  CHECK(old % 4096 == 0);
  CHECK(thrum_stack_size(0, &old) == THRUM_OK);
  CHECK(thrum_stack_size(THRUM_STACK_SIZE_KEEP, &old) == THRUM_OK);
  CHECK(old == 0);
}
