// thread_exception_test.cpp - exceptions that leave what a thread runs: one line on standard error, and the
// process lives on.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/errors.hpp"
#include "support/program.h"
#include "support/scale.hpp"
#include "thrum/thrum.hpp"

using support::errors_of;
using support::scaled;

namespace {

void run(thrum::Thread thread) {
  thread.start();
  thread.join();
}

thrum::ThreadOptions with_name(const std::string& name) {
  thrum::ThreadOptions options;
  options.name = name;
  return options;
}

}  // namespace

TEST_CASE("an exception ends its thread and is told on standard error", "[thread][exception]") {
  bool went_on = false;
  std::string name;
  const std::string errors = errors_of([&] {
    thrum::Thread thread([] { throw std::runtime_error("run failed"); });
    name = thread.name();
    thread.start();
    went_on = thread.join() && !thread.is_alive();
  });
  CHECK(went_on);
  CHECK(errors == "Exception in thread " + name + ": run failed\n");
}

TEST_CASE("ExceptHookTests.test_excepthook", "[cpython][thread][exception]") {
  class ThreadRunFail : public thrum::Thread {
   public:
    explicit ThreadRunFail(const std::string& name) : Thread(with_name(name)) {}
    ~ThreadRunFail() override { join(); }

   protected:
    void run() override { throw std::invalid_argument("run failed"); }
  };
  CHECK(errors_of([] {
          ThreadRunFail thread("excepthook thread");
          thread.start();
        }) == "Exception in thread excepthook thread: run failed\n");
}

TEST_CASE("an exception that is no std::exception is told too", "[thread][exception]") {
  const std::string errors = errors_of([] { run(thrum::Thread(with_name("thrower"), [] { throw 42; })); });
  CHECK(errors == "Exception in thread thrower: an exception that is no std::exception\n");
}

TEST_CASE("misuse that nobody catches is told in its own words", "[thread][exception]") {
  thrum::Lock lock;
  const std::string errors =
      errors_of([&] { run(thrum::Thread(with_name("misuser"), [&] { lock.release(); })); });
  CHECK(errors == std::string("Exception in thread misuser: ") + thrum_strerror(THRUM_E_NOT_HELD) + "\n");
}

TEST_CASE("the thread's present name is told", "[thread][exception]") {
  const std::string errors = errors_of([] {
    run(thrum::Thread(with_name("first"), [] {
      thrum::current_thread().set_name("second");
      throw std::runtime_error("failed");
    }));
  });
  CHECK(errors == "Exception in thread second: failed\n");
}

TEST_CASE("an exception of any length is one line", "[thread][exception]") {
  CHECK(errors_of([] { run(thrum::Thread(with_name("mute"), [] { throw std::runtime_error(""); })); }) ==
        "Exception in thread mute: \n");
  const std::string errors = errors_of([] {
    run(thrum::Thread(with_name(std::string(10000, 'n')),
                      [] { throw std::runtime_error(std::string(10000, 'w')); }));
  });
  CHECK(errors.compare(0, 30, "Exception in thread nnnnnnnnnn") == 0);
  CHECK(errors.find("n: w") != std::string::npos);
  CHECK(errors.find('\n') == errors.size() - 1);
}

TEST_CASE("what a thread ran is disposed of once where an exception ends it", "[thread][exception]") {
  class Counted {
   public:
    explicit Counted(std::atomic<int>& alive) : alive_(alive) { ++alive_; }
    Counted(const Counted& other) : alive_(other.alive_) { ++alive_; }
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --alive_; }

   private:
    std::atomic<int>& alive_;
  };
  std::atomic<int> alive{0};
  const std::string errors = errors_of([&] {
    run(thrum::Thread(
        [](const Counted& argument) {
          const Counted local = argument;  // NOLINT(performance-unnecessary-copy-initialization)
          throw std::runtime_error("failed");
        },
        Counted(alive)));
  });
  CHECK(alive == 0);
  CHECK(errors.find(": failed\n") != std::string::npos);
}

TEST_CASE("lines of many threads do not mix", "[thread][exception]") {
  const std::size_t count = static_cast<std::size_t>(scaled(500));
  const std::string errors = errors_of([&] {
    std::vector<thrum::Thread> threads;
    for (std::size_t index = 0; index < count; ++index) {
      threads.emplace_back(with_name("thrower"), [] { throw std::runtime_error("failed"); }).start();
    }
    for (const thrum::Thread& thread : threads) thread.join();
  });
  const std::string line = "Exception in thread thrower: failed\n";
  std::string expected;
  for (std::size_t index = 0; index < count; ++index) expected += line;
  CHECK(errors == expected);
}

// --------------------------------------------------------------------------------------- excepthook --

namespace {

class ThreadRunFail : public thrum::Thread {
 public:
  ThreadRunFail() = default;
  explicit ThreadRunFail(const std::string& name) : Thread(with_name(name)) {}
  ~ThreadRunFail() override { join(); }

 protected:
  void run() override { throw std::invalid_argument("run failed"); }
};

void run_and_fail() {
  ThreadRunFail thread("excepthook thread");
  thread.start();
}

/// Sets a hook for as long as it lives.
class Hooked {
 public:
  explicit Hooked(thrum::ExceptHook hook) : before_(thrum::set_excepthook(std::move(hook))) {}
  Hooked(const Hooked&) = delete;
  Hooked& operator=(const Hooked&) = delete;
  ~Hooked() { thrum::set_excepthook(std::move(before_)); }

 private:
  thrum::ExceptHook before_;
};

const std::string default_line = "Exception in thread excepthook thread: run failed\n";

}  // namespace

TEST_CASE("ExceptHookTests.test_custom_excepthook", "[cpython][thread][excepthook]") {
  thrum::ExceptHookArgs args;
  std::string what;
  std::uint64_t ident = 0;
  bool alive = false;
  const Hooked hooked([&](const thrum::ExceptHookArgs& given) {
    args = given;
    what = given.what;
    ident = thrum::get_ident();
    alive = given.thread.is_alive();
  });
  ThreadRunFail thread;
  const std::string errors = errors_of([&] {
    thread.start();
    thread.join();
  });
  CHECK(errors.empty());
  CHECK(what == "run failed");
  CHECK(args.thread == thread);
  CHECK(ident == thread.ident());
  CHECK(alive);
  REQUIRE(args.exception != nullptr);
  CHECK_THROWS_AS(std::rethrow_exception(args.exception), std::invalid_argument);
}

TEST_CASE("ExceptHookTests.test_custom_excepthook_fail", "[cpython][thread][excepthook]") {
  const Hooked hooked(
      [](const thrum::ExceptHookArgs&) { throw std::runtime_error("threading_hook failed"); });
  CHECK(errors_of(run_and_fail) == "Exception in thread excepthook thread: threading_hook failed\n");
  const Hooked other([](const thrum::ExceptHookArgs&) { throw 42; });
  CHECK(errors_of(run_and_fail) ==
        "Exception in thread excepthook thread: an exception that is no std::exception\n");
}

TEST_CASE("ExceptHookTests.test_original_excepthook", "[cpython][thread][excepthook]") {
  CHECK(errors_of(run_and_fail) == default_line);
  {
    const Hooked hooked([](const thrum::ExceptHookArgs&) { complain("Running a thread failed\n"); });
    CHECK(errors_of(run_and_fail) == "Running a thread failed\n");
    {
      const Hooked original(thrum::default_excepthook);
      CHECK(errors_of(run_and_fail) == default_line);
    }
    {
      const Hooked none(nullptr);
      CHECK(errors_of(run_and_fail) == default_line);
    }
    CHECK(errors_of(run_and_fail) == "Running a thread failed\n");
  }
  CHECK(errors_of(run_and_fail) == default_line);
}

TEST_CASE("ExceptHookTests.test_excepthook_thread_None", "[cpython][excepthook]") {
  thrum::ExceptHookArgs args;
  args.what = "bug";
  CHECK(errors_of([&] { thrum::excepthook(args); }) ==
        "Exception in thread " + std::to_string(thrum::get_ident()) + ": bug\n");
}

TEST_CASE("ExceptHookTests.test_system_exit", "[cpython][thread][excepthook]") {
  class ThreadExits : public thrum::Thread {
   public:
    ~ThreadExits() override { join(); }

   protected:
    void run() override {
      try {
        throw thrum::ThreadExit();
      } catch (const std::exception&) {
        went_on = true;
      }
      went_on = true;
    }

   public:
    bool went_on = false;
  };
  int calls = 0;
  const Hooked hooked([&](const thrum::ExceptHookArgs&) { ++calls; });
  ThreadExits thread;
  const std::string errors = errors_of([&] {
    thread.start();
    thread.join();
  });
  CHECK(errors.empty());
  CHECK(calls == 0);
  CHECK_FALSE(thread.went_on);
}

TEST_CASE("ThreadingExceptionTests.test_print_exception", "[cpython][thread][exception]") {
  thrum::Event running;
  thrum::Event over;
  const std::string errors = errors_of([&] {
    thrum::Thread thread(with_name("divider"), [&] {
      running.set();
      over.wait();
      throw std::domain_error("division by zero");
    });
    thread.start();
    running.wait();
    over.set();
    thread.join();
  });
  CHECK(errors == "Exception in thread divider: division by zero\n");
}

TEST_CASE("the default hook is an empty one", "[thread][excepthook]") {
  CHECK(thrum::set_excepthook(nullptr) == nullptr);
  CHECK(thrum::set_excepthook([](const thrum::ExceptHookArgs&) {}) == nullptr);
  CHECK(thrum::set_excepthook(nullptr) != nullptr);
  CHECK(thrum::set_excepthook(nullptr) == nullptr);
}

TEST_CASE("a hook in C is called, returned and called by others", "[thread][excepthook]") {
  struct Seen {
    int calls = 0;
    thrum_except_info info{};
    std::string what;
  } seen;
  const thrum_except_hook hook = [](const thrum_except_info* info, void* arg) {
    auto& told = *static_cast<Seen*>(arg);
    ++told.calls;
    told.info = *info;
    told.what = info->what;
  };
  thrum_except_hook old = nullptr;
  void* old_arg = &seen;
  REQUIRE(thrum_set_excepthook(hook, &seen, &old, &old_arg) == THRUM_OK);
  CHECK(old_arg == nullptr);
  const thrum_except_info told{sizeof told, thrum::current_thread().handle(), "told by the old one", nullptr};
  CHECK(errors_of([&] { old(&told, old_arg); }) ==
        "Exception in thread " + thrum::current_thread().name() + ": told by the old one\n");
  const std::string errors = errors_of(run_and_fail);
  CHECK(errors.empty());
  CHECK(seen.calls == 1);
  CHECK(seen.what == "run failed");
  CHECK(seen.info.size == sizeof(thrum_except_info));
  CHECK(seen.info.exception != nullptr);

  // Another language's runtime tells of its own failure.
  const thrum_except_info panic{sizeof panic, thrum::current_thread().handle(), "panic", nullptr};
  CHECK(thrum_excepthook(&panic) == THRUM_OK);
  CHECK(seen.calls == 2);
  CHECK(seen.what == "panic");
  CHECK(seen.info.thread.id == panic.thread.id);
  CHECK(seen.info.exception == nullptr);
  thrum_except_info faulty = panic;
  faulty.size = sizeof faulty - 1;
  CHECK(thrum_excepthook(&faulty) == THRUM_E_VALUE);
  faulty = panic;
  faulty.what = nullptr;
  CHECK(thrum_excepthook(&faulty) == THRUM_E_VALUE);
  CHECK(errors_of([&] {
          thrum_default_excepthook(nullptr, nullptr);
          thrum_default_excepthook(&faulty, nullptr);
        }).empty());

  {
    // A hook of C++ passes on to the one in C that it has replaced.
    thrum::ExceptHook passes_to;
    passes_to = thrum::set_excepthook([&](const thrum::ExceptHookArgs& args) { passes_to(args); });
    CHECK(errors_of(run_and_fail).empty());
    CHECK(seen.calls == 3);
    thrum::set_excepthook(std::move(passes_to));
    CHECK(errors_of(run_and_fail).empty());
    CHECK(seen.calls == 4);
  }
  CHECK(thrum_set_excepthook(nullptr, nullptr, nullptr, nullptr) == THRUM_OK);
  CHECK(errors_of(run_and_fail) == default_line);
  CHECK(seen.calls == 4);
}

TEST_CASE("hooks are replaced while they are called", "[thread][excepthook][stress]") {
  std::atomic<int> calls{0};
  const Hooked hooked([&](const thrum::ExceptHookArgs&) { ++calls; });
  std::atomic<bool> over{false};
  thrum::Thread replacer([&] {
    while (!over) {
      // Each has memory of its own, which must last as long as somebody is in it.
      thrum::set_excepthook([&calls, text = std::string(100, 'x')](const thrum::ExceptHookArgs&) {
        calls += text[99] == 'x' ? 1 : 1000000;
      });
    }
  });
  replacer.start();
  const int rounds = scaled(500);
  for (int round = 0; round < rounds; ++round) {
    thrum::Thread thread([] { throw std::runtime_error("failed"); });
    thread.start();
    thread.join();
  }
  over = true;
  replacer.join();
  CHECK(calls == rounds);
}
