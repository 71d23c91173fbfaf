// thread_exception_test.cpp - exceptions that leave what a thread runs: one line on standard error, and the
// process lives on.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/child_process.hpp"
#include "support/scale.hpp"
#include "thrum/thrum.hpp"

using support::run_forked;
using support::scaled;

namespace {

/// What body() writes on standard error.
template <class Body>
std::string errors_of(Body body) {
  const support::detail::Capture capture;
  const int saved = dup(STDERR_FILENO);
  REQUIRE(saved >= 0);
  capture.replace(STDERR_FILENO);
  body();
  REQUIRE(dup2(saved, STDERR_FILENO) == STDERR_FILENO);
  close(saved);
  return capture.text();
}

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

TEST_CASE("ThreadingExceptionTests.test_print_exception_stderr_is_none_1", "[cpython][thread][exception]") {
  // Nowhere to tell of it: the process lives on all the same.
  const support::Ending ending = run_forked([] {
    close(STDERR_FILENO);
    thrum::Thread thread([] { throw std::runtime_error("untold"); });
    thread.start();
    CHILD_REQUIRE(thread.join() && !thread.is_alive());
  });
  CHECK(ending.how == "exit 0");
}

TEST_CASE("an exception is told by a process whose standard error is a closed pipe", "[thread][exception]") {
  // SIGPIPE is the process's own affair; one that ignores it must not be ended by a report.
  const support::Ending ending = run_forked([] {
    signal(SIGPIPE, SIG_IGN);
    int ends[2];
    CHILD_REQUIRE(pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
    close(ends[0]);
    close(ends[1]);
    thrum::Thread thread([] { throw std::runtime_error("untold"); });
    thread.start();
    CHILD_REQUIRE(thread.join() && !thread.is_alive());
  });
  CHECK(ending.how == "exit 0");
}
