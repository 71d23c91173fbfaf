// exception_process_test.cpp - exceptions that leave what a thread runs, in a process that has nowhere to
// tell of them, and hooks that leave by pthread_exit.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "posix/forked.hpp"
#include "thrum/thrum.hpp"

using support::run_forked;

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

TEST_CASE("what cannot be told leaves errno alone", "[thread][exception]") {
  const support::Ending ending = run_forked([] {
    thrum_except_info info{};
    info.size = sizeof info;
    CHILD_REQUIRE(thrum_current_thread(&info.thread) == THRUM_OK);
    info.what = "untold";
    close(STDERR_FILENO);
    errno = EDOM;
    thrum_default_excepthook(&info, nullptr);
    CHILD_REQUIRE(errno == EDOM);
    CHILD_REQUIRE(thrum_excepthook(&info) == THRUM_OK);
    CHILD_REQUIRE(errno == EDOM);
  });
  CHECK(ending.how == "exit 0");
}

TEST_CASE("ThreadingExceptionTests.test_print_exception_stderr_is_none_2", "[cpython][thread][exception]") {
  // The same, where it is the thread itself that has nowhere left to tell of it.
  const support::Ending ending = run_forked([] {
    thrum::Thread thread([] {
      close(STDERR_FILENO);
      throw std::runtime_error("untold");
    });
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

TEST_CASE("a hook ends its thread by pthread_exit, and uses everything",
          "[thread][excepthook][pthread_exit]") {
  std::atomic<int> calls{0};
  thrum::ExceptHook before = thrum::set_excepthook([&](const thrum::ExceptHookArgs& args) {
    thrum::Lock lock;
    lock.acquire();
    thrum::Thread thread([&] { ++calls; });
    thread.start();
    thread.join();
    args.thread.is_alive();
    pthread_exit(nullptr);
  });
  thrum::Thread thread([] { throw std::runtime_error("failed"); });
  thread.start();
  CHECK(thread.join());
  CHECK(calls == 1);
  thrum::set_excepthook(std::move(before));
}
