// thread_refusal_test.cpp - the system refuses a thread, or memory for one: it is as it was, and can be
// started later.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "support/eventually.hpp"
#include "support/out_of_memory.hpp"
#include "support/raised.hpp"
#include "support/refusal.hpp"
#include "thrum/thrum.hpp"

using support::check_out_of_memory;
using support::eventually;
using support::raised;
using support::Refusal;
using support::refuse_memory;
using support::refuse_threads;

namespace {

void do_nothing(void*) {}

}  // namespace

TEST_CASE("a thread that the system refuses is as it was, and can be started again", "[thread][refused]") {
  const std::size_t before = thrum::active_count();
  int runs = 0;
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  options.name = "refused";
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(
              &thread, &options, [](void* arg) { ++*static_cast<int*>(arg); }, &runs) == THRUM_OK);
  for (int round = 0; round < 3; ++round) {
    const Refusal refusal(refuse_threads);
    errno = 42;
    CHECK(thrum_thread_start(thread) == THRUM_E_AGAIN);
    CHECK(errno == 42);
    int flag = 7;
    std::uint64_t number = 7;
    CHECK(thrum_thread_is_alive(thread, &flag) == THRUM_OK);
    CHECK(flag == 0);
    CHECK(thrum_thread_ident(thread, &number) == THRUM_E_NOT_STARTED);
    CHECK(thrum_thread_native_id(thread, &number) == THRUM_E_NOT_STARTED);
    CHECK(thrum_thread_join(thread, 0) == THRUM_E_NOT_STARTED);
    CHECK(thrum_thread_detach(thread) == THRUM_E_NOT_STARTED);
    CHECK(thrum_thread_set_daemon(thread, 1) == THRUM_OK);
    CHECK(thrum_thread_set_daemon(thread, 0) == THRUM_OK);
    CHECK(thrum::active_count() == before);
    CHECK(number == 7);
  }
  CHECK(thrum::ThreadRef(thread).name() == "refused");
  CHECK(runs == 0);
  CHECK(thrum_thread_start(thread) == THRUM_OK);
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(runs == 1);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a join of a thread that was refused at first waits as long as it may, and for its end",
          "[thread][refused][join]") {
  thrum::Event open;
  thrum::Thread thread([&open] { open.wait(); });
  {
    const Refusal refusal(refuse_threads);
    CHECK(raised<thrum::RuntimeError>([&] { thread.start(); }) == THRUM_E_AGAIN);
  }
  thread.start();
  CHECK_FALSE(thread.join(0));
  CHECK_FALSE(thread.join(0.001));
  CHECK(thread.is_alive());
  open.set();
  CHECK(thread.join());
}

TEST_CASE("ThreadTests.test_limbo_cleanup, test_start_new_thread_failed", "[cpython][thread][refused]") {
  const std::size_t before = thrum::active_count();
  bool ran = false;
  thrum::Thread thread([&ran] { ran = true; });
  {
    const Refusal refusal(refuse_threads);
    CHECK(raised<thrum::RuntimeError>([&] { thread.start(); }) == THRUM_E_AGAIN);
  }
  CHECK_FALSE(thread.is_alive());
  CHECK(thrum::active_count() == before);
  thread.start();
  CHECK(thread.join());
  CHECK(ran);
}

TEST_CASE("what a refused thread was to run goes with it, once", "[thread][refused]") {
  auto token = std::make_shared<int>(0);
  const std::weak_ptr<int> watch = token;
  {
    thrum::Thread thread([token = std::move(token)] {});
    const Refusal refusal(refuse_threads);
    CHECK(raised<thrum::RuntimeError>([&] { thread.start(); }) == THRUM_E_AGAIN);
    CHECK_FALSE(watch.expired());
  }
  CHECK(watch.expired());
}

TEST_CASE("those who ask for a thread while the system refuses it are answered", "[thread][refused][join]") {
  thrum_thread thread{0};
  REQUIRE(thrum_thread_create(&thread, nullptr, do_nothing, nullptr) == THRUM_OK);
  std::atomic<int> asking{0};
  std::uint64_t number = 7;
  thrum_status numbered = THRUM_TIMEOUT;
  thrum_status joined = THRUM_TIMEOUT;
  std::thread asker;
  std::thread joiner;
  support::before_refusing_thread = [&] {
    asker = std::thread([&] {
      ++asking;
      numbered = thrum_thread_native_id(thread, &number);
    });
    joiner = std::thread([&] {
      ++asking;
      joined = thrum_thread_join(thread, thrum::no_timeout);
    });
    eventually([&] { return asking == 2; });
    // Nothing tells when they have come to wait. Where they have not, the test is weaker and no other.
    for (int turn = 0; turn < 1000; ++turn) std::this_thread::yield();
  };
  {
    const Refusal refusal(refuse_threads);
    CHECK(thrum_thread_start(thread) == THRUM_E_AGAIN);
  }
  support::before_refusing_thread = nullptr;
  asker.join();
  CHECK(numbered == THRUM_E_NOT_STARTED);
  CHECK(number == 7);
  joiner.join();
  CHECK(joined == THRUM_E_NOT_STARTED);
  CHECK(thrum_thread_start(thread) == THRUM_OK);
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a thread for which there is no memory", "[thread][out_of_memory]") {
  check_out_of_memory<thrum_thread>(
      [](thrum_thread* out) { return thrum_thread_create(out, nullptr, do_nothing, nullptr); },
      thrum_thread_destroy);

  bool ran = false;
  const auto create = [&ran] {
    thrum::Thread thread([&ran] { ran = true; });
    thread.start();
    thread.join();
  };
  {
    const Refusal refusal(refuse_memory);
    CHECK(raised<thrum::MemoryError>(create) == THRUM_E_NOMEM);
  }
  CHECK_FALSE(ran);
  create();
  CHECK(ran);
}

TEST_CASE("no number is spent on a name for which there is no memory", "[thread][name][out_of_memory]") {
  const auto number = [] { return std::stol(thrum::Thread([] {}).name().substr(7)); };
  const long first = number();
  {
    const Refusal refusal(refuse_memory);
    CHECK(raised<thrum::MemoryError>([&] { thrum::Thread thread([] {}); }) == THRUM_E_NOMEM);
  }
  CHECK(number() == first + 1);
}

TEST_CASE("a thread keeps its name where there is no memory for another", "[thread][name][out_of_memory]") {
  thrum::Thread thread([] {});
  thread.set_name("kept");
  {
    const Refusal refusal(refuse_memory);
    CHECK(thrum_thread_set_name(thread.handle(), "new") == THRUM_E_NOMEM);
  }
  CHECK(thread.name() == "kept");
  thread.set_name("new");
  CHECK(thread.name() == "new");
}

TEST_CASE("a thread that cannot start for want of memory is as it was", "[thread][out_of_memory]") {
  const std::size_t before = thrum::active_count();
  bool ran = false;
  thrum::Thread thread([&ran] { ran = true; });
  thrum_status status = THRUM_OK;
  {
    const Refusal refusal(refuse_memory);
    status = thrum_thread_start(thread.handle());
  }
  CHECK((status == THRUM_E_AGAIN || status == THRUM_E_NOMEM));
  CHECK_FALSE(thread.is_alive());
  CHECK(thrum::active_count() == before);
  thread.start();
  CHECK(thread.join());
  CHECK(ran);
}
