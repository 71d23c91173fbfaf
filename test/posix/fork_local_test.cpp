// fork_local_test.cpp - the values and hooks of the thread that forked.
#include <unistd.h>

#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <memory>

#include "posix/forked.hpp"
#include "posix/in_child.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "thrum/thrum.hpp"

using support::children_start_threads;
using support::Crew;
using support::Ending;
using support::eventually;
using support::NativeCrew;
using support::run_forked;
using support::run_forked_from;
using support::use_everything;

TEMPLATE_TEST_CASE("the child has the values of the thread that forked, and no others", "[fork][local]", Crew,
                   NativeCrew) {
  static std::atomic<int> destroyed;
  destroyed = 0;
  struct Value {
    explicit Value(int given) : number(given) {}
    Value(const Value&) = delete;
    Value& operator=(const Value&) = delete;
    ~Value() { ++destroyed; }
    int number;
  };
  auto local = std::make_unique<thrum::Local<Value>>(1);
  thrum::Event open;
  std::atomic<int> entered{0};
  TestType others(3, [&] {
    local->emplace(2);
    ++entered;
    open.wait();
  });
  eventually([&] { return entered == 3; });
  local->emplace(3);
  const auto child = [&](int own) {
    CHILD_REQUIRE(local->has_value() && (*local)->number == own);
    CHILD_REQUIRE(destroyed == 0);
    {
      thrum::Local<Value> other(5);
      CHILD_REQUIRE(other->number == 5);
    }
    CHILD_REQUIRE(destroyed == 1);
    if (children_start_threads) {
      int number = 0;
      NativeCrew(1, [&] { number = (*local)->number; }).join();
      CHILD_REQUIRE(number == 1);
      CHILD_REQUIRE(destroyed == 2);
    }
    local->emplace(own + 1);
    CHILD_REQUIRE((*local)->number == own + 1);
    // It ends with the one value that there is.
    const int before = destroyed;
    local.reset();
    CHILD_REQUIRE(destroyed == before + 1);
  };
  const Ending from_main = run_forked([&] { child(3); });
  Ending from_other;
  TestType(1, [&] {
    local->emplace(4);
    from_other = run_forked([&] { child(4); });
  }).join();
  CHECK(from_main.how == "exit 0");
  CHECK(from_other.how == "exit 0");
  open.set();
  others.join();
  CHECK(destroyed == 4);
}

TEST_CASE("a local that another thread was destroying at the fork does no harm in the child",
          "[fork][local]") {
  struct Slow {
    thrum::Event entered;
    thrum::Event open;
    static void destroy(void* arg) {
      auto* slow = static_cast<Slow*>(arg);
      slow->entered.set();
      slow->open.wait();
    }
  } slow;
  thrum_local local{0};
  REQUIRE(thrum_local_create(&local, Slow::destroy) == THRUM_OK);
  REQUIRE(thrum_local_set(local, &slow) == THRUM_OK);
  thrum::Thread destroyer([&] { thrum_local_destroy(local); });
  destroyer.start();
  slow.entered.wait();
  const Ending ending = run_forked([&] {
    void* value = nullptr;
    CHILD_REQUIRE(thrum_local_get(local, &value) == THRUM_E_HANDLE);
    CHILD_REQUIRE(thrum_local_set(local, &value) == THRUM_E_HANDLE);
    CHILD_REQUIRE(thrum_local_destroy(local) == THRUM_E_HANDLE);
    use_everything();
  });
  slow.open.set();
  destroyer.join();
  CHECK(ending.how == "exit 0");
}

TEST_CASE("hooks stay set in the child, where the thread that forked has begun already", "[fork][hooks]") {
  std::atomic<int> starts{0};
  std::atomic<int> exits{0};
  thrum::ThreadHooks hooks;
  hooks.start = [&] { ++starts; };
  hooks.exit = [&] { ++exits; };
  thrum::set_thread_hooks(hooks);
  thrum::set_excepthook([&](const thrum::ExceptHookArgs&) { starts += 100; });
  const auto child = [&] {
    const int before = starts;
    CHILD_REQUIRE(!thrum::Event().wait(0.0001));
    CHILD_REQUIRE(starts == before);
    if (!children_start_threads) return;
    thrum::Thread thread([] { throw 1; });
    thread.start();
    thread.join();
    CHILD_REQUIRE(starts == before + 101);
    CHILD_REQUIRE(exits == 1);
  };
  const Ending from_main = run_forked(child);
  const Ending from_native = run_forked_from<NativeCrew>([&] {
    exits = 0;
    child();
  });
  const Ending from_foreign = run_forked_from<Crew>([&] {
    exits = 0;
    thrum::get_ident();
    child();
  });
  thrum::set_thread_hooks({});
  thrum::set_excepthook(nullptr);
  CHECK(from_main.how == "exit 0");
  CHECK(from_native.how == "exit 0");
  CHECK(from_foreign.how == "exit 0");
}
