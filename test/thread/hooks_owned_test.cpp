// hooks_owned_test.cpp - how long hooks live, and those of C and C++ beside each other.
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <thread>
#include <utility>

#include "support/crew.hpp"
#include "thrum/thrum.hpp"

using support::NativeCrew;

TEST_CASE("hooks of C are hooks for C++, too", "[hooks]") {
  int calls = 0;
  thrum_thread_hooks raw = THRUM_THREAD_HOOKS_INIT;
  raw.start = [](void* arg) { ++*static_cast<int*>(arg); };
  raw.arg = &calls;
  raw.all_threads = 1;
  CHECK(thrum_set_thread_hooks(&raw) == THRUM_OK);
  calls = 0;
  const thrum::ThreadHooks found = thrum::get_thread_hooks();
  REQUIRE(found.start != nullptr);
  CHECK(found.exit == nullptr);
  CHECK(found.all_threads);
  found.start();
  CHECK(calls == 1);
  thrum::set_thread_hooks({});
  NativeCrew(1, [] {}).join();
  CHECK(calls == 1);
}

TEST_CASE("what hooks have captured is destroyed when they are not set any more", "[hooks]") {
  const auto captured = std::make_shared<int>(0);
  const auto hooks = [&] {
    thrum::ThreadHooks made;
    made.start = [captured] { ++*captured; };
    return made;
  };
  thrum::set_thread_hooks(hooks());
  NativeCrew(1, [] {}).join();
  CHECK(captured.use_count() == 2);
  thrum::set_thread_hooks(hooks());
  CHECK(captured.use_count() == 2);
  thrum::set_thread_hooks({});
  CHECK(captured.use_count() == 1);
  CHECK(*captured == 1);
  const auto except = [captured](const thrum::ExceptHookArgs&) { ++*captured; };
  thrum::ExceptHook before = thrum::set_excepthook(except);
  thrum::excepthook({});
  CHECK(*captured == 2);
  // One is set, one returned, and one is here.
  CHECK(thrum::set_excepthook(except) != nullptr);
  CHECK(captured.use_count() == 3);
  thrum::set_excepthook(std::move(before));
  CHECK(captured.use_count() == 2);
}

TEST_CASE("a thread that is in hooks keeps them", "[hooks]") {
  auto captured = std::make_shared<int>(0);
  const std::weak_ptr<int> seen = captured;
  thrum::Event entered;
  thrum::Event open;
  thrum::ThreadHooks hooks;
  hooks.start = [&, captured] {
    entered.set();
    open.wait();
    ++*captured;
  };
  captured.reset();
  thrum::set_thread_hooks(std::move(hooks));
  thrum::Thread thread([] {});
  std::thread starter([&] { thread.start(); });
  entered.wait();
  thrum::set_thread_hooks({});
  CHECK_FALSE(seen.expired());
  open.set();
  starter.join();
  thread.join();
  CHECK(seen.expired());
}

TEST_CASE("hooks of C++ that C was told of may be set again", "[hooks]") {
  int calls = 0;
  thrum::ThreadHooks hooks;
  hooks.start = [captured = std::make_shared<int*>(&calls)] { ++**captured; };
  thrum::set_thread_hooks(std::move(hooks));
  thrum_thread_hooks raw = THRUM_THREAD_HOOKS_INIT;
  CHECK(thrum_get_thread_hooks(&raw) == THRUM_OK);
  thrum::set_thread_hooks({});
  CHECK(thrum_set_thread_hooks(&raw) == THRUM_OK);
  NativeCrew(1, [] {}).join();
  thrum::set_thread_hooks({});
  CHECK(calls == 1);

  const auto set_raw = [](thrum_except_hook& hook, void*& arg) {
    thrum_except_hook old = nullptr;
    void* old_arg = nullptr;
    CHECK(thrum_set_excepthook(hook, arg, &old, &old_arg) == THRUM_OK);
    hook = old;
    arg = old_arg;
  };
  const thrum::ExceptHook before = thrum::set_excepthook(
      [captured = std::make_shared<int*>(&calls)](const thrum::ExceptHookArgs&) { ++**captured; });
  thrum_except_hook hook = nullptr;
  void* arg = nullptr;
  set_raw(hook, arg);
  set_raw(hook, arg);
  thrum::excepthook({});
  CHECK(calls == 2);
  thrum::set_excepthook(before);
}
