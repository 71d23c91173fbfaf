// current_thread_test.cpp - who runs: the current thread, the main thread, dummies for threads that thrum did
// not start, all threads that are alive, and which of them are daemons.
#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/thread_end.hpp"
#include "thrum/event.hpp"
#include "thrum/lock.hpp"
#include "thrum/rlock.hpp"
#include "thrum/thread.hpp"

using support::Crew;
using support::eventually;
using support::raised;
using support::scaled;

namespace {

thrum_thread current() {
  thrum_thread thread{0};
  return thrum_current_thread(&thread) == THRUM_OK ? thread : thrum_thread{0};
}

std::vector<std::uint64_t> enumerated() {
  std::vector<std::uint64_t> ids;
  for (const thrum::ThreadRef& thread : thrum::enumerate()) ids.push_back(thread.handle().id);
  return ids;
}

bool is_enumerated(thrum_thread thread) {
  const std::vector<std::uint64_t> ids = enumerated();
  return std::count(ids.begin(), ids.end(), thread.id) == 1;
}

bool is_stale(thrum_thread thread) {
  int alive = 0;
  return thrum_thread_is_alive(thread, &alive) == THRUM_E_HANDLE;
}

/// Runs body() in a thread that thrum did not start.
template <class Body>
void in_foreign_thread(Body body) {
  std::thread(std::move(body)).join();
}

std::optional<bool> as_flag(thrum_status (*get)(thrum_thread, int*), thrum_thread thread) {
  int flag = -1;
  if (get(thread, &flag) != THRUM_OK || (flag != 0 && flag != 1)) return std::nullopt;
  return flag == 1;
}

}  // namespace

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
  CHECK(thrum_thread_join(main, thrum::forever) == THRUM_E_SELF);
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

TEST_CASE("a foreign thread gets a dummy, alive and a daemon", "[thread][dummy]") {
  struct Seen {
    std::uint64_t ident_before = 0;
    std::optional<std::uint64_t> ident;
    std::optional<std::uint64_t> native_id;
    std::uint64_t own_native_id = 0;
    std::string name;
    bool alive = false;
    bool daemon = false;
    bool enumerated = false;
    bool same = false;
    bool is_main = true;
  } seen;
  in_foreign_thread([&seen] {
    seen.ident_before = thrum::get_ident();
    const thrum::ThreadRef dummy = thrum::current_thread();
    seen.ident = dummy.ident();
    seen.native_id = dummy.native_id();
    seen.own_native_id = thrum::get_native_id();
    seen.name = dummy.name();
    seen.alive = dummy.is_alive();
    seen.daemon = dummy.daemon();
    seen.enumerated = is_enumerated(dummy.handle());
    seen.same = thrum::current_thread() == dummy;
    seen.is_main = thrum::main_thread() == dummy;
  });
  CHECK(seen.ident == seen.ident_before);
  CHECK(seen.native_id == seen.own_native_id);
  CHECK(seen.name.compare(0, 6, "Dummy-") == 0);
  CHECK(seen.name.size() > 6);
  CHECK(seen.name.find_first_not_of("0123456789", 6) == std::string::npos);
  CHECK(seen.alive);
  CHECK(seen.daemon);
  CHECK(seen.enumerated);
  CHECK(seen.same);
  CHECK_FALSE(seen.is_main);
}

TEST_CASE("dummies have names of their own", "[thread][dummy]") {
  std::string first;
  std::string second;
  in_foreign_thread([&] { first = thrum::current_thread().name(); });
  in_foreign_thread([&] { second = thrum::current_thread().name(); });
  CHECK(first != second);
}

TEST_CASE("a dummy goes when its thread ends", "[thread][dummy]") {
  const std::size_t before = thrum::active_count();
  thrum_thread dummy{0};
  in_foreign_thread([&dummy] { dummy = current(); });
  CHECK(dummy.id != 0);
  CHECK(is_stale(dummy));
  CHECK_FALSE(is_enumerated(dummy));
  CHECK(thrum::active_count() == before);
}

TEST_CASE("a reference to a dummy outlives its thread", "[thread][dummy]") {
  thrum::ThreadRef dummy;
  in_foreign_thread([&dummy] {
    dummy = thrum::current_thread();
    dummy.set_name("outlived");
  });
  CHECK_FALSE(dummy.is_alive());
  CHECK(dummy.name() == "outlived");
  CHECK_FALSE(is_enumerated(dummy.handle()));
  const thrum_thread handle = dummy.handle();
  dummy = thrum::ThreadRef();
  CHECK(is_stale(handle));
}

TEST_CASE("a dummy is named and not otherwise governed", "[thread][dummy]") {
  thrum::Event entered;
  thrum::Event open;
  thrum_thread dummy{0};
  std::string name_inside;
  std::thread foreign([&] {
    dummy = current();
    entered.set();
    open.wait();
    name_inside = thrum::current_thread().name();
  });
  entered.wait();
  CHECK(thrum_thread_start(dummy) == THRUM_E_FOREIGN);
  CHECK(thrum_thread_join(dummy, thrum::forever) == THRUM_E_FOREIGN);
  CHECK(thrum_thread_join(dummy, 0) == THRUM_E_FOREIGN);
  CHECK(thrum_thread_set_daemon(dummy, 0) == THRUM_E_FOREIGN);
  CHECK(thrum_thread_set_daemon(dummy, 1) == THRUM_E_FOREIGN);
  CHECK(thrum_thread_destroy(dummy) == THRUM_E_FOREIGN);
  CHECK(thrum_thread_detach(dummy) == THRUM_E_FOREIGN);
  CHECK(as_flag(thrum_thread_is_alive, dummy) == true);
  CHECK(as_flag(thrum_thread_daemon, dummy) == true);
  CHECK(is_enumerated(dummy));
  CHECK(thrum_thread_set_name(dummy, "visitor") == THRUM_OK);
  open.set();
  foreign.join();
  CHECK(name_inside == "visitor");
}

TEST_CASE("a foreign thread that only waits and locks gets no object", "[thread][dummy]") {
  const std::size_t before = thrum::active_count();
  thrum::Event entered;
  thrum::Event open;
  thrum::RLock rlock;
  std::thread foreign([&] {
    rlock.acquire();
    static_cast<void>(thrum::get_ident());
    entered.set();
    open.wait();
    rlock.release();
  });
  entered.wait();
  CHECK(thrum::active_count() == before);
  open.set();
  foreign.join();
  CHECK(thrum::active_count() == before);
}

TEST_CASE("a foreign thread's identifier is unique and stays", "[thread][dummy]") {
  const int count = scaled(2000);
  std::vector<std::uint64_t> idents;
  bool stays = true;
  for (int round = 0; round < count; ++round) {
    in_foreign_thread([&] {
      idents.push_back(thrum::get_ident());
      stays =
          stays && thrum::current_thread().ident() == idents.back() && thrum::get_ident() == idents.back();
    });
  }
  CHECK(stays);
  idents.push_back(thrum::get_ident());
  std::sort(idents.begin(), idents.end());
  CHECK(idents.front() != 0);
  CHECK(std::adjacent_find(idents.begin(), idents.end()) == idents.end());
}

TEST_CASE("dummies come and go from many threads at once", "[thread][dummy]") {
  const std::size_t before = thrum::active_count();
  const int rounds = scaled(200);
  std::atomic<int> failures{0};
  Crew crew(8, [&] {
    for (int round = 0; round < rounds; ++round) {
      in_foreign_thread([&failures] {
        const thrum::ThreadRef self = thrum::current_thread();
        if (!self.is_alive() || !is_enumerated(self.handle())) failures.fetch_add(1);
      });
    }
  });
  crew.join();
  CHECK(failures == 0);
  CHECK(thrum::active_count() == before);
}

TEST_CASE("a foreign thread that asks for itself at its very end leaves no dummy",
          "[thread][dummy][thread_local]") {
  const std::size_t before = thrum::active_count();
  std::atomic<bool> alive{false};
  in_foreign_thread([&alive] {
    support::at_thread_end(
        [](void* arg) { *static_cast<std::atomic<bool>*>(arg) = thrum::current_thread().is_alive(); },
        &alive);
  });
  // A join of std::thread's may be back before that.
  eventually([&] { return alive.load(); });
  // Where a thread's end has been told by then, the dummy goes when a thread comes after it.
  eventually([&] {
    in_foreign_thread([] { thrum::current_thread(); });
    return thrum::active_count() == before;
  });
  CHECK(thrum::active_count() == before);
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
