// local_test.cpp - one value for each thread: thrum_local and thrum::Local.
#include <array>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/thread_end.hpp"
#include "support/thread_sanitizer.hpp"
#include "thrum/thrum.hpp"

using support::Crew;
using support::CrewOf;
using support::eventually;
using support::Foreign;
using support::Native;
using support::NativeCrew;
using support::raised;
using support::scaled;

namespace {

/// What a C program keeps in a local here: it counts how often it has been destroyed, and where.
struct Value {
  std::atomic<int> destroyed{0};
  std::uint64_t destroyer = 0;

  static void destroy(void* arg) {
    auto* value = static_cast<Value*>(arg);
    value->destroyer = thrum_get_ident();
    ++value->destroyed;
  }
};

/// A local, destroyed at the end unless the test has done that.
struct RawLocal {
  explicit RawLocal(void (*destructor)(void*) = nullptr) {
    thrum::detail::check(thrum_local_create(&raw, destructor));
  }
  RawLocal(const RawLocal&) = delete;
  RawLocal& operator=(const RawLocal&) = delete;
  ~RawLocal() { static_cast<void>(thrum_local_destroy(raw)); }

  void* get() const {
    static int no_value;
    void* value = &no_value;
    thrum::detail::check(thrum_local_get(raw, &value));
    return value;
  }
  void set(void* value) const { thrum::detail::check(thrum_local_set(raw, value)); }

  thrum_local raw{0};
};

/// Counts the objects that are alive, and those that ever were.
class Counted {
 public:
  struct Count {
    std::atomic<long> alive{0};
    std::atomic<long> made{0};
  };
  explicit Counted(Count& count) : count_(count) {
    ++count_.alive;
    ++count_.made;
  }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count_.alive; }

 private:
  Count& count_;
};

}  // namespace

// ---------------------------------------------------------------------------------------- the C ABI --

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

// -------------------------------------------------------------------------------------- thrum::Local --

TEST_CASE("a Local makes a value for each thread that asks", "[local][class]") {
  thrum::Local<std::vector<int>> local;
  CHECK_FALSE(local.has_value());
  CHECK(local.get().empty());
  CHECK(local.has_value());
  local->push_back(1);
  (*local).push_back(2);
  std::size_t other = 7;
  bool had_value = true;
  NativeCrew(1, [&] {
    had_value = local.has_value();
    other = local->size();
  }).join();
  CHECK_FALSE(had_value);
  CHECK(other == 0);
  CHECK(local.get() == std::vector<int>{1, 2});
  CHECK(&local.get() == &*local);
}

TEST_CASE("a value of a plain type begins as zero", "[local][class]") {
  thrum::Local<int> local;
  CHECK(*local == 0);
  *local += 5;
  CHECK(*local == 5);
}

TEST_CASE("a Local makes values from its arguments, a copy for each thread", "[local][class]") {
  thrum::Local<std::string> local(3U, 'x');
  local->append("y");
  std::string other;
  Crew(1, [&] { other = *local; }).join();
  CHECK(*local == "xxxy");
  CHECK(other == "xxx");
  thrum::Local<std::string> from_text("text");
  CHECK(*from_text == "text");
}

TEST_CASE("a Local makes values by a factory in each thread", "[local][class]") {
  std::atomic<int> calls{0};
  auto local = thrum::Local<std::pair<int, std::uint64_t>>::from(
      [&calls] { return std::pair<int, std::uint64_t>(++calls, thrum::get_ident()); });
  CHECK(calls == 0);
  CHECK(local->first == 1);
  CHECK(local->second == thrum::get_ident());
  std::uint64_t ident = 0;
  bool own = false;
  NativeCrew(1, [&] {
    ident = thrum::get_ident();
    own = local->second == ident && local->first == 2;
  }).join();
  CHECK(own);
  CHECK(calls == 2);
}

TEST_CASE("a value need not be copied, moved or default constructed", "[local][class]") {
  struct Fixed {
    explicit Fixed(int first) : number(first) {}
    Fixed(const Fixed&) = delete;
    Fixed& operator=(const Fixed&) = delete;
    int number;
    thrum::Lock lock;
  };
  thrum::Local<Fixed> local(7);
  CHECK(local->number == 7);
  CHECK(local.emplace(8).number == 8);
  auto made = thrum::Local<Fixed>::from([] { return Fixed(9); });
  CHECK(made->number == 9);
  CHECK(made->lock.acquire(0));
  // Only the values that are set.
  thrum::Local<std::unique_ptr<int>> moved;
  moved.set(std::make_unique<int>(3));
  CHECK(**moved == 3);
}

TEST_CASE("a Local destroys what is replaced and what is reset", "[local][class]") {
  Counted::Count count;
  thrum::Local<Counted> local(std::ref(count));
  local.get();
  CHECK(count.alive == 1);
  local.emplace(count);
  CHECK(count.alive == 1);
  CHECK(count.made == 2);
  local.reset();
  CHECK(count.alive == 0);
  CHECK_FALSE(local.has_value());
  local.reset();
  local.get();
  CHECK(count.alive == 1);
  CHECK(count.made == 3);
}

TEST_CASE("the old value is destroyed after the new one has been set", "[local][class]") {
  struct Looks {
    thrum::Local<Looks>** local;
    int number;
    int* seen;
    Looks(thrum::Local<Looks>** of, int own, int* result) : local(of), number(own), seen(result) {}
    Looks(const Looks&) = delete;
    Looks& operator=(const Looks&) = delete;
    ~Looks() {
      if (number == 1) *seen = (*local)->has_value() ? (**local)->number : -1;
    }
  };
  int seen = 0;
  thrum::Local<Looks>* self = nullptr;
  thrum::Local<Looks> local(&self, 1, &seen);
  self = &local;
  local.get();
  local.emplace(&self, 2, &seen);
  CHECK(seen == 2);
  local.emplace(&self, 1, &seen);
  local.reset();
  CHECK(seen == -1);
}

TEST_CASE("an exception of a value's constructor leaves no value", "[local][class][exception]") {
  struct Fragile {
    explicit Fragile(const std::atomic<bool>& fails) {
      if (fails) throw std::runtime_error("fragile");
    }
  };
  std::atomic<bool> fails{true};
  thrum::Local<Fragile> local(std::cref(fails));
  CHECK_THROWS_AS(local.get(), std::runtime_error);
  CHECK_FALSE(local.has_value());
  CHECK_THROWS_AS(*local, std::runtime_error);
  fails = false;
  const Fragile* value = &local.get();
  CHECK(local.has_value());
  fails = true;
  CHECK_THROWS_AS(local.emplace(fails), std::runtime_error);
  CHECK(&local.get() == value);

  auto made = thrum::Local<int>::from([]() -> int { throw std::runtime_error("factory"); });
  CHECK_THROWS_AS(made.get(), std::runtime_error);
  CHECK_FALSE(made.has_value());
  CHECK(made.set(4) == 4);
  CHECK(*made == 4);
}

TEMPLATE_TEST_CASE("a value goes with its thread, one that is left goes with the Local", "[local][class]",
                   Native, Foreign) {
  Counted::Count count;
  auto local = std::make_unique<thrum::Local<Counted>>(std::ref(count));
  CrewOf<TestType>(4, [&] { local->get(); }).join();
  CHECK(count.alive == 0);
  CHECK(count.made == 4);
  std::atomic<int> asked{0};
  thrum::Event open;
  CrewOf<TestType> crew(4, [&] {
    local->get();
    ++asked;
    open.wait();
  });
  local->get();
  eventually([&] { return asked == 4; });
  CHECK(count.alive == 5);
  local.reset();
  CHECK(count.alive == 0);
  open.set();
  crew.join();
  CHECK(count.alive == 0);
}

TEST_CASE("a Local that nobody asked is nothing", "[local][class]") {
  struct Never {
    Never() { std::terminate(); }
  };
  const thrum::Local<Never> local;
  CHECK_FALSE(local.has_value());
  static_assert(sizeof(thrum::Local<Never>) == 2 * sizeof(std::uint64_t));
}

TEST_CASE("many threads ask a new Local at once", "[local][class][stress]") {
  for (int round = 0; round < scaled(300); ++round) {
    Counted::Count count;
    {
      thrum::Local<Counted> local = thrum::Local<Counted>::from([&count] { return Counted(count); });
      std::set<const Counted*> values;
      std::mutex mutex;
      std::atomic<int> asked{0};
      NativeCrew(4, [&] {
        const Counted* value = &local.get();
        ++asked;
        eventually([&] { return asked == 4; });
        const std::lock_guard<std::mutex> guard(mutex);
        values.insert(value);
      }).join();
      REQUIRE(values.size() == 4);
      REQUIRE(count.made == 4);
    }
    REQUIRE(count.alive == 0);
  }
}

TEST_CASE("a value is destroyed with the thread's thread-local objects", "[local][class][thread_local]") {
  static std::mutex mutex;
  static std::vector<std::string> order;
  static const auto say = [](const char* what) {
    const std::lock_guard<std::mutex> guard(mutex);
    order.emplace_back(what);
  };
  struct Says {
    const char* what;
    explicit Says(const char* text) : what(text) {}
    Says(const Says&) = delete;
    Says& operator=(const Says&) = delete;
    ~Says() { say(what); }
  };
  static thrum::Local<Says> local("Local");
  const auto body = [] {
    local.get();
    support::at_thread_end([](void*) { say("thread-local"); }, nullptr);
  };
  const auto said = [] {
    const std::lock_guard<std::mutex> guard(mutex);
    return order.size();
  };
  order.clear();
  NativeCrew(1, body).join();
  CHECK(said() == 2);
  Crew(1, body).join();
  // A join of std::thread's may be back before that.
  eventually([&] { return said() == 4; });
  if (support::before_end_by_thrum) {
    CHECK(order == std::vector<std::string>{"thread-local", "Local", "thread-local", "Local"});
  } else {
    CHECK(order == std::vector<std::string>{"Local", "thread-local", "Local", "thread-local"});
  }
}

TEST_CASE("a destructor asks for the value again", "[local][class]") {
  static std::atomic<int> made;
  static std::atomic<int> destroyed;
  struct Phoenix;
  static thrum::Local<Phoenix>* local_of_phoenix;
  struct Phoenix {
    Phoenix() { ++made; }
    Phoenix(const Phoenix&) = delete;
    Phoenix& operator=(const Phoenix&) = delete;
    ~Phoenix() {
      if (++destroyed < 3) local_of_phoenix->get();
    }
  };
  made = 0;
  destroyed = 0;
  thrum::Local<Phoenix> local;
  local_of_phoenix = &local;
  NativeCrew(1, [&] { local.get(); }).join();
  CHECK(made == 3);
  CHECK(destroyed == 3);
}
