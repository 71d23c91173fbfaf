// local_destroy_test.cpp - what destroying a thrum_local does to the values of all threads.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "thread/locals.hpp"
#include "thrum/thrum.hpp"

using locals::RawLocal;
using locals::Value;
using support::Crew;
using support::eventually;
using support::NativeCrew;
using support::scaled;

TEST_CASE("destroying a local destroys the values of all living threads, here and once", "[local][destroy]") {
  // More than are taken out at a time.
  constexpr int kOfEach = 75;
  std::vector<Value> natives_values(kOfEach);
  std::vector<Value> foreigners_values(kOfEach);
  thrum_local local{0};
  REQUIRE(thrum_local_create(&local, Value::destroy) == THRUM_OK);
  std::atomic<int> set{0};
  std::atomic<int> wrong{0};
  thrum::Event open;
  const auto body = [&](Value& own) {
    if (thrum_local_set(local, &own) != THRUM_OK) ++wrong;
    ++set;
    open.wait();
    void* value = &open;
    if (thrum_local_get(local, &value) != THRUM_E_HANDLE || value != &open) ++wrong;
    if (thrum_local_set(local, &value) != THRUM_E_HANDLE) ++wrong;
  };
  NativeCrew natives(kOfEach, [&](int index) { body(natives_values[static_cast<std::size_t>(index)]); });
  Crew foreigners(kOfEach, [&](int index) { body(foreigners_values[static_cast<std::size_t>(index)]); });
  eventually([&] { return set == 2 * kOfEach; });
  Value own;
  CHECK(thrum_local_set(local, &own) == THRUM_OK);
  CHECK(thrum_local_destroy(local) == THRUM_OK);
  CHECK(own.destroyed == 1);
  for (const auto* values : {&natives_values, &foreigners_values}) {
    for (const Value& value : *values) {
      CHECK(value.destroyed == 1);
      CHECK(value.destroyer == thrum_get_ident());
    }
  }
  open.set();
  natives.join();
  foreigners.join();
  CHECK(wrong == 0);
  for (const auto* values : {&natives_values, &foreigners_values}) {
    for (const Value& value : *values) CHECK(value.destroyed == 1);
  }
}

TEST_CASE("a new local has no value of one that was there before", "[local][destroy]") {
  for (int round = 0; round < 100; ++round) {
    const RawLocal local(Value::destroy);
    REQUIRE(local.get() == nullptr);
    Value value;
    local.set(&value);
    REQUIRE(thrum_local_destroy(local.raw) == THRUM_OK);
    REQUIRE(value.destroyed == 1);
  }
}

TEST_CASE("a destructor destroys its own local and others", "[local][destroy]") {
  struct Chain {
    RawLocal first{destroy};
    RawLocal second{Value::destroy};
    Value value;
    thrum_status statuses[3]{};
    static void destroy(void* arg) {
      auto* chain = static_cast<Chain*>(arg);
      chain->statuses[0] = thrum_local_destroy(chain->second.raw);
      chain->statuses[1] = thrum_local_destroy(chain->first.raw);
      chain->statuses[2] = thrum_local_destroy(chain->first.raw);
    }
  };
  Chain by_thread;
  NativeCrew(1, [&] {
    by_thread.second.set(&by_thread.value);
    by_thread.first.set(&by_thread);
  }).join();
  CHECK(by_thread.value.destroyed == 1);
  CHECK(by_thread.statuses[0] == THRUM_OK);
  CHECK(by_thread.statuses[1] == THRUM_OK);
  CHECK(by_thread.statuses[2] == THRUM_E_HANDLE);
  Chain by_destroy;
  by_destroy.second.set(&by_destroy.value);
  by_destroy.first.set(&by_destroy);
  CHECK(thrum_local_destroy(by_destroy.first.raw) == THRUM_OK);
  CHECK(by_destroy.value.destroyed == 1);
  CHECK(by_destroy.statuses[0] == THRUM_OK);
  CHECK(by_destroy.statuses[1] == THRUM_E_HANDLE);
}

TEST_CASE("a value is destroyed by one side where its thread ends as the local is destroyed",
          "[local][destroy][stress]") {
  std::atomic<long> destroyed{0};
  static std::atomic<long>* count;
  count = &destroyed;
  const int rounds = scaled(1000);
  long set = 0;
  for (int round = 0; round < rounds; ++round) {
    thrum_local local{0};
    REQUIRE(thrum_local_create(&local, [](void*) { ++*count; }) == THRUM_OK);
    std::atomic<int> taken{0};
    const auto body = [&] {
      if (thrum_local_set(local, &local) == THRUM_OK) ++taken;
    };
    NativeCrew natives(2, body);
    Crew foreigners(1, body);
    for (int turn = 0; turn < round % 64; ++turn) std::this_thread::yield();
    REQUIRE(thrum_local_destroy(local) == THRUM_OK);
    natives.join();
    foreigners.join();
    set += taken;
  }
  CHECK(destroyed == set);
}

TEST_CASE("a value that is replaced as the local is destroyed is its thread's or destroyed, never both",
          "[local][destroy][stress]") {
  // The owner sets one value after the other and destroys those that it has replaced or could not set.
  static std::atomic<long> destroyed_by_local;
  destroyed_by_local = 0;
  const int rounds = scaled(2000);
  std::atomic<std::uint64_t> id{0};
  std::atomic<bool> over{false};
  std::atomic<long> made{0};
  std::atomic<long> destroyed_by_owner{0};
  const auto destroy = [](void* value) {
    delete static_cast<int*>(value);
    ++destroyed_by_local;
  };
  const auto body = [&] {
    while (!over) {
      const thrum_local local{id};
      void* held = nullptr;
      for (;;) {
        auto* value = new int(0);
        ++made;
        if (thrum_local_set(local, value) != THRUM_OK) {
          delete value;
          ++destroyed_by_owner;
          break;
        }
        if (held != nullptr) {
          delete static_cast<int*>(held);
          ++destroyed_by_owner;
        }
        held = value;
      }
    }
  };
  Crew crew(2, body);
  for (int round = 0; round < rounds || destroyed_by_local == 0; ++round) {
    thrum_local local{0};
    REQUIRE(thrum_local_create(&local, destroy) == THRUM_OK);
    id = local.id;
    for (int turn = 0; turn < round % 16; ++turn) std::this_thread::yield();
    REQUIRE(thrum_local_destroy(local) == THRUM_OK);
  }
  over = true;
  crew.join();
  CHECK(made == destroyed_by_owner + destroyed_by_local);
}
