// dummy_test.cpp - dummies for threads that thrum did not start.
#include <algorithm>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "self/current.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "support/thread_end.hpp"
#include "thrum/event.hpp"
#include "thrum/rlock.hpp"
#include "thrum/thread.hpp"

using support::as_flag;
using support::Crew;
using support::current;
using support::enumerated;
using support::eventually;
using support::in_foreign_thread;
using support::is_enumerated;
using support::scaled;

namespace {

bool is_stale(thrum_thread thread) {
  int alive = 0;
  return thrum_thread_is_alive(thread, &alive) == THRUM_E_HANDLE;
}

}  // namespace

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
  CHECK(thrum_thread_join(dummy, thrum::no_timeout) == THRUM_E_FOREIGN);
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
