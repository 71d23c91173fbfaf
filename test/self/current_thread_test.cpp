// current_thread_test.cpp - who runs: the current thread, the main thread, all threads that are alive, and
// which of them are daemons.
#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "self/current.hpp"
#include "support/crew.hpp"
#include "support/scale.hpp"
#include "thrum/event.hpp"
#include "thrum/thread.hpp"

using support::as_flag;
using support::Crew;
using support::current;
using support::enumerated;
using support::in_foreign_thread;
using support::is_enumerated;
using support::scaled;

TEST_CASE("the current thread is the one that asks", "[thread][current_thread]") {
  thrum_thread inside{0};
  thrum_thread inside_again{0};
  std::uint64_t ident = 0;
  thrum::Thread thread([&] {
    inside = current();
    inside_again = thrum::current_thread().handle();
    ident = thrum::get_ident();
  });
  thread.start();
  thread.join();
  CHECK(inside.id == thread.handle().id);
  CHECK(inside_again.id == thread.handle().id);
  CHECK(thread.ident() == ident);
  CHECK(current().id != thread.handle().id);
}

TEST_CASE("a thread's numbers are its own and do not change", "[thread][current_thread]") {
  CHECK(thrum::get_ident() == thrum::get_ident());
  CHECK(thrum::get_native_id() == thrum::get_native_id());
  CHECK(thrum::current_thread().ident() == thrum::get_ident());
  CHECK(thrum::current_thread().native_id() == thrum::get_native_id());
}

TEST_CASE("the main thread is the one the process began with", "[thread][main_thread]") {
  thrum::ThreadRef main = thrum::main_thread();
  CHECK(main == thrum::current_thread());
  CHECK(main.is_alive());
  CHECK_FALSE(main.daemon());
  CHECK(is_enumerated(main.handle()));

  thrum_thread from_native{0};
  thrum_thread from_foreign{0};
  thrum::Thread thread([&] { from_native = thrum::main_thread().handle(); });
  thread.start();
  thread.join();
  in_foreign_thread([&] { static_cast<void>(thrum_main_thread(&from_foreign)); });
  CHECK(from_native.id == main.handle().id);
  CHECK(from_foreign.id == main.handle().id);
}

TEST_CASE("the main thread refuses what its state forbids", "[thread][main_thread]") {
  const thrum_thread main = thrum::main_thread().handle();
  CHECK(thrum_thread_start(main) == THRUM_E_STARTED);
  CHECK(thrum_thread_join(main, 0) == THRUM_E_SELF);
  CHECK(thrum_thread_join(main, thrum::no_timeout) == THRUM_E_SELF);
  CHECK(thrum_thread_set_daemon(main, 1) == THRUM_E_STARTED);
  CHECK(thrum_thread_destroy(main) == THRUM_E_BUSY);
  CHECK(thrum_thread_detach(main) == THRUM_E_FOREIGN);
  CHECK(as_flag(thrum_thread_daemon, main) == false);
  CHECK(as_flag(thrum_thread_is_alive, main) == true);
}

TEST_CASE("a join of the main thread times out while that runs", "[thread][main_thread]") {
  const thrum_thread main = thrum::main_thread().handle();
  std::array<thrum_status, 2> statuses{};
  thrum::Thread thread([&] { statuses = {thrum_thread_join(main, 0), thrum_thread_join(main, 0.01)}; });
  thread.start();
  thread.join();
  CHECK(statuses == std::array<thrum_status, 2>{THRUM_TIMEOUT, THRUM_TIMEOUT});
}

TEST_CASE("a thread is enumerated from its start to its end", "[thread][enumerate]") {
  const std::size_t before = thrum::active_count();
  thrum::Event open;
  thrum::Thread thread([&open] { open.wait(); });
  CHECK_FALSE(is_enumerated(thread.handle()));
  thread.start();
  CHECK(is_enumerated(thread.handle()));
  CHECK(thrum::active_count() == before + 1);
  open.set();
  thread.join();
  CHECK_FALSE(is_enumerated(thread.handle()));
  CHECK(thrum::active_count() == before);
}

TEST_CASE("enumerate is used while threads come and go", "[thread][enumerate]") {
  const int rounds = scaled(1000);
  std::atomic<bool> over{false};
  std::atomic<int> failures{0};
  Crew crew(4, [&](int index) {
    if (index != 0) {
      for (int round = 0; round < rounds; ++round) {
        thrum::Thread thread([] {});
        thread.start();
        if (round % 2 == 0) thread.join();
      }
      if (index == 1) over = true;
      return;
    }
    const thrum_thread main = thrum::main_thread().handle();
    while (!over) {
      if (!is_enumerated(main)) failures.fetch_add(1);
    }
  });
  crew.join();
  CHECK(failures == 0);
}

TEST_CASE("whether a thread is a daemon comes from the thread that creates it", "[thread][daemon]") {
  const thrum::Thread from_main([] {});
  CHECK_FALSE(from_main.daemon());

  const auto inherited = [](bool daemon) {
    std::optional<bool> inside;
    thrum::ThreadOptions options;
    options.daemon = daemon;
    thrum::Thread creator(options, [&inside] { inside = thrum::Thread([] {}).daemon(); });
    creator.start();
    creator.join();
    return inside;
  };
  CHECK(inherited(true) == true);
  CHECK(inherited(false) == false);

  std::optional<bool> in_foreign;
  in_foreign_thread([&in_foreign] { in_foreign = thrum::Thread([] {}).daemon(); });
  CHECK(in_foreign == true);
}

TEST_CASE("whether a thread is a daemon comes from its creator, not its starter", "[thread][daemon]") {
  std::optional<thrum::Thread> created;
  thrum::ThreadOptions options;
  options.daemon = true;
  thrum::Thread creator(options, [&created] { created.emplace([] {}); });
  creator.start();
  creator.join();
  REQUIRE(created.has_value());
  created->start();
  CHECK(created->daemon());
  created->join();
}

TEST_CASE("an explicit choice of daemon wins", "[thread][daemon]") {
  std::optional<bool> child;
  thrum::ThreadOptions daemon;
  daemon.daemon = true;
  thrum::ThreadOptions no_daemon;
  no_daemon.daemon = false;
  CHECK(thrum::Thread(daemon, [] {}).daemon());
  CHECK_FALSE(thrum::Thread(no_daemon, [] {}).daemon());
  thrum::Thread creator(daemon, [&] { child = thrum::Thread(no_daemon, [] {}).daemon(); });
  creator.start();
  creator.join();
  CHECK(child == false);

  const auto by_handle = [](int choice) {
    thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
    options.daemon = choice;
    thrum_thread thread{0};
    REQUIRE(thrum_thread_create(
                &thread, &options, [](void*) {}, nullptr) == THRUM_OK);
    const std::optional<bool> found = as_flag(thrum_thread_daemon, thread);
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
    return found;
  };
  CHECK(by_handle(THRUM_DAEMON_INHERIT) == false);
  CHECK(by_handle(THRUM_DAEMON_NO) == false);
  CHECK(by_handle(THRUM_DAEMON_YES) == true);
}

TEST_CASE("daemon is set before the start and not after", "[thread][daemon]") {
  thrum::Event open;
  thrum::Thread thread([&open] { open.wait(); });
  thread.set_daemon(true);
  CHECK(thread.daemon());
  thread.set_daemon(false);
  CHECK_FALSE(thread.daemon());
  CHECK(thrum_thread_set_daemon(thread.handle(), 7) == THRUM_OK);
  CHECK(thread.daemon());
  thread.start();
  CHECK(thrum_thread_set_daemon(thread.handle(), 0) == THRUM_E_STARTED);
  CHECK(thread.daemon());
  open.set();
  thread.join();
  CHECK(thrum_thread_set_daemon(thread.handle(), 0) == THRUM_E_STARTED);
  CHECK(thread.daemon());
}
