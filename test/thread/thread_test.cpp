// thread_test.cpp - a thread's life through its handle: created, started and run, beside many others.
#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "support/crew.hpp"
#include "support/scale.hpp"
#include "thread/handled.hpp"
#include "thrum/thread.hpp"

using support::created;
using support::Crew;
using support::Gate;
using support::ident;
using support::is_alive;
using support::is_stale;
using support::scaled;
using support::started;

namespace {

void do_nothing(void*) {}

}  // namespace

TEST_CASE("a thread that has not been started has neither life nor number", "[thread]") {
  int runs = 0;
  const thrum_thread thread = created([](void* arg) { ++*static_cast<int*>(arg); }, &runs);
  std::uint64_t number = 7;
  CHECK_FALSE(is_alive(thread));
  CHECK(thrum_thread_ident(thread, &number) == THRUM_E_NOT_STARTED);
  CHECK(thrum_thread_native_id(thread, &number) == THRUM_E_NOT_STARTED);
  CHECK(number == 7);
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  CHECK(runs == 0);
}

TEST_CASE("a thread runs its target once, with its argument", "[thread]") {
  struct Seen {
    int runs = 0;
    std::uint64_t ident = 0;
    std::uint64_t native_id = 0;
  } seen;
  const thrum_thread thread = started(
      [](void* arg) {
        auto* here = static_cast<Seen*>(arg);
        ++here->runs;
        here->ident = thrum_get_ident();
        here->native_id = thrum_get_native_id();
      },
      &seen);
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(seen.runs == 1);
  CHECK_FALSE(is_alive(thread));
  std::uint64_t native_id = 0;
  CHECK(ident(thread) == seen.ident);
  CHECK(thrum_thread_native_id(thread, &native_id) == THRUM_OK);
  CHECK(native_id == seen.native_id);
  CHECK(seen.ident != thrum_get_ident());
  CHECK(seen.native_id != thrum_get_native_id());
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  CHECK(is_stale(thread));
}

TEST_CASE("a thread is alive and has its numbers as soon as start returns", "[thread]") {
  Gate gate;
  const thrum_thread thread = started(Gate::pass, &gate);
  std::uint64_t native_id = 0;
  CHECK(is_alive(thread));
  CHECK(ident(thread) != 0);
  CHECK(thrum_thread_native_id(thread, &native_id) == THRUM_OK);
  CHECK(native_id != 0);
  gate.open.set();
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK_FALSE(is_alive(thread));
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("a thread is started once", "[thread]") {
  Gate gate;
  const thrum_thread thread = started(Gate::pass, &gate);
  CHECK(thrum_thread_start(thread) == THRUM_E_STARTED);
  gate.open.set();
  CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
  CHECK(thrum_thread_start(thread) == THRUM_E_STARTED);
  CHECK_FALSE(is_alive(thread));
  CHECK(thrum_thread_destroy(thread) == THRUM_OK);
}

TEST_CASE("of many threads that start one thread, one does", "[thread]") {
  for (int round = 0; round < scaled(200); ++round) {
    std::atomic<int> runs{0};
    std::atomic<int> successes{0};
    std::atomic<int> refusals{0};
    const thrum_thread thread =
        created([](void* arg) { static_cast<std::atomic<int>*>(arg)->fetch_add(1); }, &runs);
    Crew crew(4, [&] {
      const thrum_status status = thrum_thread_start(thread);
      if (status == THRUM_OK) successes.fetch_add(1);
      if (status == THRUM_E_STARTED) refusals.fetch_add(1);
    });
    crew.join();
    CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
    CHECK(runs == 1);
    CHECK(successes == 1);
    CHECK(refusals == 3);
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  }
}

TEST_CASE("thread identifiers and handles are never given twice", "[thread]") {
  const int count = scaled(5000);
  std::set<std::uint64_t> idents;
  std::set<std::uint64_t> handles;
  std::set<std::uint32_t> upper;
  std::set<std::uint32_t> lower;
  for (int round = 0; round < count; ++round) {
    const thrum_thread thread = started(do_nothing, nullptr);
    REQUIRE(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
    idents.insert(ident(thread));
    handles.insert(thread.id);
    upper.insert(static_cast<std::uint32_t>(thread.id >> 32));
    lower.insert(static_cast<std::uint32_t>(thread.id));
    REQUIRE(thrum_thread_destroy(thread) == THRUM_OK);
  }
  CHECK(idents.size() == static_cast<std::size_t>(count));
  CHECK(idents.count(0) == 0);
  CHECK(idents.count(thrum_get_ident()) == 0);
  CHECK(handles.size() == static_cast<std::size_t>(count));
  // One half of a handle is the slot, and a slot is used again.
  CHECK(std::min(upper.size(), lower.size()) <= 16);
}

TEST_CASE("hundreds of threads are alive at once", "[thread][enumerate]") {
  // Wine gives each a stack of a megabyte at least, for which 32 bits leave little room.
  constexpr std::size_t kThreads = sizeof(void*) == 8 ? 1000 : 200;
  std::size_t before = 0;
  REQUIRE(thrum_active_count(&before) == THRUM_OK);
  Gate gate;
  thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
  options.stack_size = std::size_t{128} * 1024;
  std::vector<thrum_thread> threads;
  for (std::size_t index = 0; index < kThreads; ++index) {
    threads.push_back(created(Gate::pass, &gate, &options));
    REQUIRE(thrum_thread_start(threads.back()) == THRUM_OK);
  }
  std::size_t count = 0;
  CHECK(thrum_active_count(&count) == THRUM_OK);
  CHECK(count == before + kThreads);

  std::vector<thrum_thread> found(count + 1, thrum_thread{7});
  CHECK(thrum_enumerate(found.data(), found.size(), &count) == THRUM_OK);
  CHECK(count == before + kThreads);
  CHECK(found.back().id == 7);
  std::set<std::uint64_t> ids;
  for (const thrum_thread thread : found) ids.insert(thread.id);
  CHECK(std::all_of(threads.begin(), threads.end(), [&](auto thread) { return ids.count(thread.id) == 1; }));
  CHECK(ids.size() == found.size());

  std::set<std::uint64_t> idents;
  for (const thrum_thread thread : threads) idents.insert(ident(thread));
  CHECK(idents.size() == kThreads);

  gate.open.set();
  for (const thrum_thread thread : threads) {
    CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  }
  CHECK(thrum_active_count(&count) == THRUM_OK);
  CHECK(count == before);
}

TEST_CASE("enumerate stores what fits and counts all", "[thread][enumerate]") {
  Gate gate;
  const thrum_thread threads[]{started(Gate::pass, &gate), started(Gate::pass, &gate)};
  std::size_t all = 0;
  CHECK(thrum_enumerate(nullptr, 0, &all) == THRUM_OK);
  CHECK(all >= 3);
  std::array<thrum_thread, 3> found{thrum_thread{7}, thrum_thread{7}, thrum_thread{7}};
  std::size_t count = 0;
  CHECK(thrum_enumerate(found.data(), 2, &count) == THRUM_OK);
  CHECK(count == all);
  CHECK(found[0].id != 7);
  CHECK(found[1].id != 7);
  CHECK(found[2].id == 7);
  gate.open.set();
  for (const thrum_thread thread : threads) {
    CHECK(thrum_thread_join(thread, thrum::no_timeout) == THRUM_OK);
    CHECK(thrum_thread_destroy(thread) == THRUM_OK);
  }
}

TEST_CASE("threads start threads that start threads", "[thread]") {
  struct Node {
    int depth;
    std::atomic<int>* leaves;
    static void grow(void* arg) {
      const auto* node = static_cast<const Node*>(arg);
      if (node->depth == 0) {
        node->leaves->fetch_add(1);
        return;
      }
      std::array<thrum_thread, 3> children{};
      Node child{node->depth - 1, node->leaves};
      for (thrum_thread& thread : children) {
        static_cast<void>(thrum_thread_create(&thread, nullptr, grow, &child));
        static_cast<void>(thrum_thread_start(thread));
      }
      for (const thrum_thread thread : children) {
        static_cast<void>(thrum_thread_join(thread, thrum::no_timeout));
        static_cast<void>(thrum_thread_destroy(thread));
      }
    }
  };
  std::atomic<int> leaves{0};
  Node root{4, &leaves};
  Node::grow(&root);
  CHECK(leaves == 81);
}

TEST_CASE("threads are created, joined and destroyed from many threads at once", "[thread]") {
  std::size_t before = 0;
  REQUIRE(thrum_active_count(&before) == THRUM_OK);
  const int rounds = scaled(500);
  std::atomic<int> runs{0};
  std::atomic<int> failures{0};
  Crew crew(8, [&] {
    for (int round = 0; round < rounds; ++round) {
      thrum_thread thread{0};
      const auto run = [](void* arg) { static_cast<std::atomic<int>*>(arg)->fetch_add(1); };
      if (thrum_thread_create(&thread, nullptr, run, &runs) != THRUM_OK ||
          thrum_thread_start(thread) != THRUM_OK ||
          thrum_thread_join(thread, thrum::no_timeout) != THRUM_OK ||
          thrum_thread_destroy(thread) != THRUM_OK) {
        failures.fetch_add(1);
      }
    }
  });
  crew.join();
  CHECK(failures == 0);
  CHECK(runs == 8 * rounds);
  std::size_t after = 0;
  CHECK(thrum_active_count(&after) == THRUM_OK);
  CHECK(after == before);
}
