// local_test.cpp - one value for each thread: thrum_local.
#include <array>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/scale.hpp"
#include "support/thread_end.hpp"
#include "support/thread_sanitizer.hpp"
#include "thread/locals.hpp"
#include "thrum/thrum.hpp"

using locals::Counted;
using locals::RawLocal;
using locals::Value;
using support::Crew;
using support::CrewOf;
using support::eventually;
using support::Foreign;
using support::Native;
using support::NativeCrew;

TEST_CASE("a local has no value until a thread sets one", "[local]") {
  const RawLocal local;
  CHECK(local.get() == nullptr);
  int value = 0;
  local.set(&value);
  CHECK(local.get() == &value);
  int other = 0;
  local.set(&other);
  CHECK(local.get() == &other);
  local.set(nullptr);
  CHECK(local.get() == nullptr);
}

TEMPLATE_TEST_CASE("each thread has its own value", "[local]", Native, Foreign) {
  const RawLocal local;
  constexpr int kThreads = 8;
  std::array<int, kThreads> values{};
  std::array<void*, kThreads> first{};
  std::array<void*, kThreads> last{};
  std::atomic<int> set{0};
  CrewOf<TestType> crew(kThreads, [&](int index) {
    const auto at = static_cast<std::size_t>(index);
    first[at] = local.get();
    local.set(&values[at]);
    ++set;
    eventually([&] { return set == kThreads; });
    last[at] = local.get();
  });
  crew.join();
  for (std::size_t index = 0; index < values.size(); ++index) {
    CHECK(first[index] == nullptr);
    CHECK(last[index] == &values[index]);
  }
  CHECK(local.get() == nullptr);
}

TEST_CASE("any pointer is a value", "[local]") {
  const RawLocal local;
  for (const std::uintptr_t bits : {std::uintptr_t{1}, UINTPTR_MAX, UINTPTR_MAX - 1, UINTPTR_MAX / 2 + 1}) {
    local.set(reinterpret_cast<void*>(bits));  // NOLINT(performance-no-int-to-ptr)
    CHECK(reinterpret_cast<std::uintptr_t>(local.get()) == bits);
  }
}

TEMPLATE_TEST_CASE("a value is destroyed in its thread when that ends", "[local]", Native, Foreign) {
  const RawLocal local(Value::destroy);
  Value value;
  std::uint64_t ident = 0;
  CrewOf<TestType>(1, [&] {
    ident = thrum_get_ident();
    local.set(&value);
  }).join();
  CHECK(value.destroyed == 1);
  CHECK(value.destroyer == ident);
}

TEST_CASE("a thread is alive and joined after its values have gone", "[local][join]") {
  struct Watched {
    thrum::Thread* thread = nullptr;
    thrum::Event entered;
    thrum::Event open;
    bool was_alive = false;
    bool was_itself = false;
    static void destroy(void* arg) {
      auto* watched = static_cast<Watched*>(arg);
      watched->was_alive = watched->thread->is_alive();
      watched->was_itself = thrum::current_thread() == *watched->thread;
      watched->entered.set();
      watched->open.wait();
    }
  } watched;
  const RawLocal local(Watched::destroy);
  thrum::Thread thread([&] { local.set(&watched); });
  watched.thread = &thread;
  thread.start();
  watched.entered.wait();
  CHECK(thread.is_alive());
  CHECK_FALSE(thread.join(0));
  CHECK_FALSE(thread.join(0.001));
  watched.open.set();
  CHECK(thread.join());
  CHECK(watched.was_alive);
  CHECK(watched.was_itself);
}

TEST_CASE("a NULL value and a replaced one are not destroyed", "[local]") {
  const RawLocal local(Value::destroy);
  Value first;
  Value second;
  Value third;
  NativeCrew(1, [&] {
    local.set(&first);
    local.set(&second);
  }).join();
  NativeCrew(1, [&] {
    local.set(&third);
    local.set(nullptr);
  }).join();
  NativeCrew(1, [&] { local.set(nullptr); }).join();
  CHECK(first.destroyed == 0);
  CHECK(second.destroyed == 1);
  CHECK(third.destroyed == 0);
}

TEST_CASE("a value is NULL when it is destroyed", "[local]") {
  static thrum_local local;
  static void* seen;
  int value = 0;
  seen = &value;
  REQUIRE(thrum_local_create(&local, [](void*) { static_cast<void>(thrum_local_get(local, &seen)); }) ==
          THRUM_OK);
  NativeCrew(1, [&] { static_cast<void>(thrum_local_set(local, &value)); }).join();
  CHECK(seen == nullptr);
  CHECK(thrum_local_destroy(local) == THRUM_OK);
}

namespace {

/// Sets its local again from the destructor, as often as it is told to.
struct Again {
  explicit Again(int times) : local(destroy), left(times) {}
  const RawLocal local;
  int left;
  int destroyed = 0;

  static void destroy(void* arg) {
    auto* again = static_cast<Again*>(arg);
    ++again->destroyed;
    if (again->left-- > 0) again->local.set(again);
  }
};

}  // namespace

TEMPLATE_TEST_CASE("a value that is set by a destructor is destroyed, for some rounds", "[local]", Native,
                   Foreign) {
  const auto destroyed = [](int times) {
    Again again(times);
    CrewOf<TestType>(1, [&] { again.local.set(&again); }).join();
    return again.destroyed;
  };
  CHECK(destroyed(0) == 1);
  CHECK(destroyed(1) == 2);
  CHECK(destroyed(THRUM_LOCAL_DESTRUCTOR_ROUNDS - 1) == THRUM_LOCAL_DESTRUCTOR_ROUNDS);
  // What is left is left.
  CHECK(destroyed(THRUM_LOCAL_DESTRUCTOR_ROUNDS) == THRUM_LOCAL_DESTRUCTOR_ROUNDS);
  CHECK(destroyed(1000000) == THRUM_LOCAL_DESTRUCTOR_ROUNDS);
}

TEST_CASE("values that are left after the last round are not destroyed with the local", "[local]") {
  Again again(1000000);
  NativeCrew(1, [&] { again.local.set(&again); }).join();
  CHECK(thrum_local_destroy(again.local.raw) == THRUM_OK);
  CHECK(again.destroyed == THRUM_LOCAL_DESTRUCTOR_ROUNDS);
}

TEST_CASE("a destructor makes locals, sets others and uses everything", "[local]") {
  struct Busy {
    const RawLocal local{destroy};
    std::vector<std::unique_ptr<RawLocal>> others;
    Value values[40];
    bool may_await_threads = true;
    bool done = false;

    static void destroy(void* arg) {
      auto* busy = static_cast<Busy*>(arg);
      // More than there is room for.
      for (Value& value : busy->values) {
        busy->others.push_back(std::make_unique<RawLocal>(Value::destroy));
        busy->others.back()->set(&value);
      }
      thrum::Lock lock;
      thrum::RLock rlock;
      thrum::Condition condition;
      thrum::Event event;
      thrum::Semaphore semaphore;
      lock.acquire();
      rlock.acquire();
      condition.acquire();
      bool good = !condition.wait(0.0001) && !event.wait(0.0001) && semaphore.acquire() && !lock.acquire(0);
      condition.release();
      rlock.release();
      lock.release();
      std::atomic<int> ran{0};
      thrum::Thread thread([&ran] { ran = 1; });
      if (busy->may_await_threads) {
        thread.start();
        good = good && thread.join() && ran == 1;
      }
      busy->done = good;
    }
  };
  for (const bool native : {true, false}) {
    CAPTURE(native);
    Busy busy;
    if (native) {
      NativeCrew(1, [&] { busy.local.set(&busy); }).join();
    } else {
      busy.may_await_threads = support::foreign_end_may_await_threads;
      Crew(1, [&] { busy.local.set(&busy); }).join();
    }
    CHECK(busy.done);
    for (const Value& value : busy.values) CHECK(value.destroyed == 1);
  }
}

TEST_CASE("handles of other types are no locals", "[local][arguments]") {
  const RawLocal local;
  int value = 0;
  local.set(&value);
  // Every type with the index and generation of a local that this thread has a value for.
  int accepted = 0;
  for (std::uint64_t type = 0; type < 32; ++type) {
    const std::uint64_t forged = (local.raw.id & ~(std::uint64_t{31} << 27)) | type << 27;
    if (forged == local.raw.id) continue;
    void* out = &value;
    if (thrum_local_get({forged}, &out) != THRUM_E_HANDLE || out != &value) ++accepted;
    if (thrum_local_set({forged}, nullptr) != THRUM_E_HANDLE) ++accepted;
    if (thrum_local_destroy({forged}) != THRUM_E_HANDLE) ++accepted;
  }
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t forged = local.raw.id ^ std::uint64_t{1} << bit;
    void* out = &value;
    if (thrum_local_get({forged}, &out) == THRUM_OK && out != nullptr) ++accepted;
  }
  CHECK(accepted == 0);
  CHECK(local.get() == &value);
}

TEST_CASE("thousands of threads with a hundred locals leave nothing behind", "[local][stress]") {
  // All of them under AddressSanitizer too.
  const int threads = support::thread_sanitized || support::windows ? 1000 : 10000;
  constexpr int kLocals = 100;
  Counted::Count count;
  {
    std::vector<std::unique_ptr<thrum::Local<Counted>>> locals;
    locals.reserve(kLocals);
    for (int index = 0; index < kLocals; ++index) {
      locals.push_back(std::make_unique<thrum::Local<Counted>>(std::ref(count)));
    }
    for (int started = 0; started < threads; started += 50) {
      const auto body = [&] {
        for (const auto& local : locals) local->get();
      };
      NativeCrew natives(25, body);
      Crew foreigners(25, body);
    }
    CHECK(count.alive == 0);
    for (const auto& local : locals) local->get();
  }
  CHECK(count.alive == 0);
  CHECK(count.made == static_cast<long>(threads + 1) * kLocals);
}

TEST_CASE("a thread uses the first and the last of many locals", "[local]") {
  std::vector<std::unique_ptr<RawLocal>> locals;
  constexpr int kLocals = 3000;
  locals.reserve(kLocals);
  for (int index = 0; index < kLocals; ++index) locals.push_back(std::make_unique<RawLocal>(Value::destroy));
  Value first;
  Value last;
  bool kept = false;
  NativeCrew(1, [&] {
    locals.front()->set(&first);
    locals.back()->set(&last);
    kept = locals.front()->get() == &first && locals.back()->get() == &last && locals[1]->get() == nullptr;
  }).join();
  CHECK(kept);
  CHECK(first.destroyed == 1);
  CHECK(last.destroyed == 1);
}
