// cpython_local_test.cpp - the cases of CPython's Lib/test/test_threading_local.py and of the examples in
// Lib/_threading_local.py, under their names there.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "thrum/thrum.hpp"

using support::Crew;
using support::NativeCrew;

namespace {

/// Attributes by name, as every object of Python's has them.
using Attributes = std::map<std::string, int>;

template <class Body>
void in_thread(Body body) {
  thrum::Thread thread(std::move(body));
  thread.start();
  thread.join();
}

/// What one thread sets another does not see.
template <class AnyLocal>
void test_one_class(AnyLocal& local) {
  thrum::Event set;
  thrum::Event seen;
  bool kept = false;
  bool found = true;
  thrum::Thread first([&] {
    (*local)["x"] = 1;
    (*local)["y"] = 2;
    local->erase("y");
    set.set();
    seen.wait();
    kept = *local == Attributes{{"x", 1}};
  });
  first.start();
  set.wait();
  in_thread([&] { found = local.has_value() || local->count("x") != 0; });
  seen.set();
  first.join();
  CHECK_FALSE(found);
  CHECK(kept);
}

}  // namespace

TEST_CASE("ThreadLocalTest.test_local_refs", "[cpython][local]") {
  struct Weak {};
  for (const std::size_t count : {std::size_t{20}, std::size_t{50}, std::size_t{100}}) {
    thrum::Local<std::shared_ptr<Weak>> local;
    std::vector<std::weak_ptr<Weak>> weak;
    for (std::size_t index = 0; index < count; ++index) {
      in_thread([&] {
        *local = std::make_shared<Weak>();
        weak.emplace_back(*local);
      });
    }
    CHECK(weak.size() == count);
    std::size_t alive = 0;
    for (const auto& object : weak) alive += object.expired() ? 0 : 1;
    CHECK(alive == 0);
  }
}

TEST_CASE("ThreadLocalTest.test_derived", "[cpython][local]") {
  struct Slow {
    Slow() {
      for (int turn = 0; turn < 100; ++turn) std::this_thread::yield();
    }
    int x = 0;
  };
  class Derived : public thrum::Local<Slow> {};
  Derived local;
  std::atomic<int> right{0};
  NativeCrew(10, [&](int index) {
    local->x = index;
    std::this_thread::yield();
    if (local->x == index) ++right;
  }).join();
  CHECK(right == 10);
}

TEST_CASE("ThreadLocalTest.test_derived_cycle_dealloc", "[cpython][local]") {
  // New locals take the place of one that is gone, and find nothing of it.
  struct Holder {
    thrum::Local<Attributes> local;
  };
  std::vector<std::unique_ptr<thrum::Local<Attributes>>> locals;
  thrum::Event gone;
  thrum::Event made;
  bool passed = false;
  thrum::Thread thread([&] {
    auto holder = std::make_unique<Holder>();
    (*holder->local)["foo"] = 1;
    holder.reset();
    gone.set();
    made.wait();
    passed = true;
    for (const auto& local : locals) passed = passed && !local->has_value() && (*local)->count("foo") == 0;
  });
  thread.start();
  gone.wait();
  for (int index = 0; index < 10; ++index) {
    locals.push_back(std::make_unique<thrum::Local<Attributes>>());
    (**locals.back())["bar"] = 1;
  }
  made.set();
  thread.join();
  CHECK(passed);
}

TEST_CASE("ThreadLocalTest.test_arguments", "[cpython][local]") {
  struct Takes {
    explicit Takes(int given) : a(given) {}
    int a;
  };
  CHECK(thrum::Local<Takes>(1)->a == 1);
  struct TakesNone {};
  static_assert(!std::is_constructible_v<thrum::Local<TakesNone>, int>);
  static_assert(!std::is_constructible_v<thrum::Local<Takes>, int, int>);
  static_assert(std::is_constructible_v<thrum::Local<Takes>, int>);
}

TEST_CASE("ThreadLocalTest.test_threading_local", "[cpython][local]") {
  thrum::Local<Attributes> local;
  test_one_class(local);
}

TEST_CASE("ThreadLocalTest.test_threading_local_subclass", "[cpython][local]") {
  class LocalSubclass : public thrum::Local<Attributes> {};
  LocalSubclass local;
  test_one_class(local);
}

TEST_CASE("ThreadLocalTest.test_dict_attribute, test_dict_attribute_subclass", "[cpython][local]") {
  class LocalSubclass : public thrum::Local<Attributes> {};
  thrum::Local<Attributes> local;
  LocalSubclass derived;
  (*local)["x"] = 5;
  (*derived)["x"] = 5;
  CHECK(*local == Attributes{{"x", 5}});
  CHECK(*derived == Attributes{{"x", 5}});
  static_assert(!std::is_copy_assignable_v<thrum::Local<Attributes>>);
  static_assert(!std::is_move_assignable_v<LocalSubclass>);
  static_assert(!std::is_copy_constructible_v<thrum::Local<Attributes>>);
}

TEST_CASE("ThreadLocalTest.test_cycle_collection", "[cpython][local]") {
  // An object whose local refers to it.
  static int destroyed;
  destroyed = 0;
  struct X;
  struct Reference {
    X* x = nullptr;
    Reference() = default;
    Reference(const Reference&) = delete;
    Reference& operator=(const Reference&) = delete;
    ~Reference() { ++destroyed; }
  };
  struct X {
    thrum::Local<Reference> local;
  };
  auto x = std::make_unique<X>();
  x->local->x = x.get();
  x.reset();
  CHECK(destroyed == 1);
}

TEST_CASE("ThreadLocalTest.test_threading_local_clear_race", "[cpython][local]") {
  std::atomic<bool> over{false};
  Crew crew(1, [&] {
    thrum::Local<int> own;
    while (!over) ++*own;
  });
  bool all_new = true;
  for (int round = 0; round < 1000; ++round) {
    thrum::Local<int> local;
    all_new = all_new && *local == 0;
    *local = 1;
  }
  over = true;
  CHECK(all_new);
}

TEST_CASE("_threading_local: the examples of its documentation", "[cpython][local]") {
  struct Data {
    int number = 2;
    std::map<std::string, std::string> attributes;
    explicit Data(std::string color) : attributes{{"color", std::move(color)}} {}
  };
  class MyLocal : public thrum::Local<Data> {
   public:
    explicit MyLocal(const char* color) : Local(color) {}
    int squared() { return get().number * get().number; }
    int shared = 0;
  };
  MyLocal mydata("red");
  CHECK(mydata->number == 2);
  CHECK(mydata->attributes == std::map<std::string, std::string>{{"color", "red"}});
  mydata->attributes.erase("color");
  CHECK(mydata.squared() == 4);
  mydata->number = 3;
  std::string log;
  in_thread([&] {
    log = mydata->attributes["color"];
    mydata->number = 11;
    // What is the derived class's own is not local.
    mydata.shared = 11;
  });
  CHECK(log == "red");
  CHECK(mydata->number == 3);
  CHECK(mydata->attributes.empty());
  CHECK(mydata.shared == 11);
}
