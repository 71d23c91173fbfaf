// local_class_test.cpp - thrum::Local: how it makes a value for each thread, and when it destroys it.
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
#include "support/scale.hpp"
#include "support/thread_end.hpp"
#include "thread/locals.hpp"
#include "thrum/thrum.hpp"

using locals::Counted;
using support::Crew;
using support::CrewOf;
using support::eventually;
using support::Foreign;
using support::Native;
using support::NativeCrew;
using support::scaled;

TEST_CASE("a Local makes values of a type whose operators new are for something else", "[local][class]") {
  struct Placed {
    static void* operator new(std::size_t) = delete;
    static void operator delete(void*) = delete;
    std::string text = "made";
  };
  thrum::Local<Placed> local;
  CHECK(local->text == "made");
  local.set(Placed{"set"});
  CHECK(local->text == "set");
  local.reset();
  CHECK_FALSE(local.has_value());
  auto from = thrum::Local<Placed>::from([] { return Placed{"given"}; });
  CHECK(from->text == "given");
}

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
