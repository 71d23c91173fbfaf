// process_exit_test.cpp - ways to end a process that POSIX alone has, and the end of a forked child.
#include <string.h>
#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>

#include "support/child_process.hpp"
#include "support/scale.hpp"
#include "support/thread_sanitizer.hpp"

using support::Ending;
using support::run_program;

namespace {

Ending exit_program(const std::string& way) { return run_program("exit_program", {way}); }

/// Whether libc lets one thread exit at a time, and keeps a forked child from it where another was at it.
bool exits_exclude_each_other() {
#if defined(__GLIBC__)
  return strverscmp(gnu_get_libc_version(), "2.41") >= 0;
#else
  return true;
#endif
}

}  // namespace

TEST_CASE("the main thread ends by pthread_exit, and its joiners wake", "[exit][pthread_exit]") {
  const Ending ending = exit_program("leave_main_to_thread");
  CHECK(ending.how == "exit 8");
  CHECK(ending.output == "end of main\nvalue of main\nend of thread\n");
}

TEST_CASE("a process whose main thread has ended ends with its last thread", "[exit][pthread_exit]") {
  if (support::thread_sanitized) SKIP("ThreadSanitizer has a thread of its own, which stays");
  const Ending ending = exit_program("leave_main");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "end of main\nvalue of main\nend of thread\n");
}

TEST_CASE("the same where timers and pools were used, and are used again",
          "[exit][pthread_exit][timer][pool]") {
  if (support::thread_sanitized) SKIP("ThreadSanitizer has a thread of its own, which stays");
  const std::pair<const char*, const char*> ways[] = {
      {"leave_main_with_timers", "fired\nvalue of main\nfired later\nfired again\nend of thread\n"},
      {"leave_main_with_pending_timer", "value of main\nfired later\n"},
      {"leave_main_with_pool", "task\nvalue of main\nlast task\nend of thread\n"},
      {"leave_main_with_pending_tasks", "value of main\nend of thread\nlast task\n"}};
  for (const auto& [way, output] : ways) {
    CAPTURE(way);
    const Ending ending = exit_program(way);
    CHECK(ending.how == "exit 0");
    CHECK(ending.output == output);
  }
}

// That a daemon is left to the system, and so not lost, ThreadSanitizer says.
TEST_CASE("the exit waits for the destructors of a thread that has ended before", "[exit]") {
  const Ending ending = exit_program("thread_ended_before_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "daemon\ndestructor\nend of process\n");
}

TEST_CASE("a process that does not end in good order waits for nobody", "[exit]") {
  const std::pair<const char*, const char*> ways[] = {
      {"exit_at_once", "exit 5"}, {"exit_quickly", "exit 6"}, {"die_by_signal", "signal 9"}};
  for (const auto& [way, how] : ways) {
    CAPTURE(way);
    const Ending ending = exit_program(way);
    CHECK(ending.how == how);
    CHECK(ending.output.empty());
  }
}

TEST_CASE("ThreadTests.test_fork_at_exit", "[cpython][exit][fork]") {
  const Ending ending = exit_program("fork_during_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "worked\nchild process ok\nchild process ok\n");
}

TEST_CASE("ThreadJoinOnShutdown.test_2_join_in_forked_process", "[cpython][exit][fork]") {
  const Ending ending = exit_program("return_from_forked_main");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "end of main\nend of thread\n");
}

TEST_CASE("ThreadJoinOnShutdown.test_3_join_in_forked_from_thread", "[cpython][exit][fork]") {
  if (support::sanitized)
    SKIP("sanitizers do not follow a process that goes on in a child of one of its threads");
  for (const std::string way : {"exit_forked_from_thread", "return_forked_from_thread",
                                "shut_down_forked_during_exit", "exit_forked_during_exit"}) {
    CAPTURE(way);
    if (way == "exit_forked_during_exit" && exits_exclude_each_other()) continue;
    const Ending ending = exit_program(way);
    CHECK(ending.how == "exit 0");
    // A thread's value goes where it ends: in the child not by exit, and in the parent after the child.
    const std::string last =
        way == "return_forked_from_thread" ? "value of forker\nend of thread\n" : "end of thread\n";
    CHECK(ending.output == "end of main\nend of thread\n" + last + "value of forker\n");
  }
}

TEST_CASE("a child that is forked once the main thread has left has one of its own",
          "[exit][pthread_exit][fork][pool]") {
  if (support::sanitized)
    SKIP("sanitizers do not follow a process that goes on in a child of one of its threads");
  const Ending ending = exit_program("fork_once_main_has_left");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "value of main\nsame worker\n");
}

TEST_CASE("a child of a fork makes the registered calls at its own exit", "[exit][atexit][fork]") {
  const Ending ending = exit_program("registered_call_in_child");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "called\ncalled\n");
}
