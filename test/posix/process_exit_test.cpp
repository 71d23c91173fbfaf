// process_exit_test.cpp - what the end of a process waits for, and what still works then.
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

}  // namespace

TEST_CASE("returning from main waits for the threads that are no daemons",
          "[cpython][exit][test_1_join_on_shutdown][test_join_nondaemon_on_shutdown]") {
  const Ending ending = exit_program("return_from_main");
  CHECK(ending.how == "exit 3");
  CHECK(ending.output == "end of main\nend of thread\n");
}

TEST_CASE("threads may start more while the process waits for them",
          "[cpython][exit][test_thread_from_thread]") {
  const Ending ending = exit_program("start_more_during_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "link\nlink\nlink\nlink\nlink\n");
}

TEST_CASE("exit waits for the others in whatever thread it is called", "[exit]") {
  for (const std::string way : {"exit_in_thread", "exit_in_daemon", "exit_in_foreign_thread"}) {
    CAPTURE(way);
    const Ending ending = exit_program(way);
    CHECK(ending.how == "exit 7");
    CHECK(ending.output == "end of thread\n");
  }
}

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

TEST_CASE("exit waits for the destructors of threads", "[cpython][exit]") {
  // ThreadTests.test_finalization_shutdown
  const Ending ending = exit_program("thread_ends_during_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "destructor\nend of process\n");
}

TEST_CASE("ThreadTests.test_locals_at_exit", "[cpython][exit][local]") {
  const Ending ending = exit_program("locals_during_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "still: value of main\nvalue of thread\nstill: value of main\n");
}

TEST_CASE("AtexitTests.test_atexit_output, test_atexit_called_once", "[cpython][exit]") {
  // The newest first, and the wait for threads in the place where the first one was started.
  const Ending ending = exit_program("exit_handlers");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "registered third\nregistered second\nend of thread\nregistered first\n");
}

TEST_CASE("ThreadTests.test_finalize_with_trace", "[cpython][exit][hooks]") {
  const Ending ending = exit_program("hooks_during_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "end of thread\nexit hook\n");
}

TEST_CASE("exit does not wait for daemons", "[cpython][exit][daemon][test_finalize_running_thread]") {
  const Ending ending = exit_program("abandon_daemon");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output.empty());
}

TEST_CASE("a daemon that waits after the exit has begun stays there",
          "[cpython][exit][daemon][test_finalize_daemon_thread_hang]") {
  const Ending ending = exit_program("daemon_waits_past_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output.empty());
}

TEST_CASE("ThreadTests.test_join_finished_daemon_thread_in_finalization", "[cpython][exit][daemon]") {
  const Ending ending = exit_program("join_ended_daemon_at_the_end");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "joined\n");
}

TEST_CASE("ThreadJoinOnShutdown.test_4_daemon_threads", "[cpython][exit][daemon]") {
  const Ending ending = exit_program("hammering_daemons");
  CHECK(ending.how == "exit 0");
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

TEST_CASE("shutdown does what the end of main does", "[exit][shutdown]") {
  const Ending ending = exit_program("shut_down");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "worked\nshut down\n");
}

TEST_CASE("shutdown is called in a thread that is not the main one", "[exit][shutdown]") {
  const Ending ending = exit_program("shut_down_in_thread");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "worked\nshut down\n");
}

TEST_CASE("shutdown is called where there is nothing to wait for", "[exit][shutdown]") {
  const Ending ending = exit_program("shut_down_unused");
  CHECK(ending.how == "exit 0");
}

TEST_CASE("no thread starts once the process is past waiting for threads",
          "[cpython][exit][test_start_new_thread_at_finalization][test_atexit_after_shutdown]") {
  const Ending ending = exit_program("start_past_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "worked\nrefused\n");
}

TEST_CASE("ThreadTests.test_main_thread_during_shutdown", "[cpython][exit]") {
  const Ending ending = exit_program("main_during_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "worked\nmain\nmain\n");
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
  for (const std::string way :
       {"exit_forked_from_thread", "return_forked_from_thread", "exit_forked_during_exit"}) {
    CAPTURE(way);
    const Ending ending = exit_program(way);
    CHECK(ending.how == "exit 0");
    // A thread's value goes where it ends: in the child not by exit, and in the parent after the child.
    const std::string last =
        way == "return_forked_from_thread" ? "value of forker\nend of thread\n" : "end of thread\n";
    CHECK(ending.output == "end of main\nend of thread\n" + last + "value of forker\n");
  }
}

TEST_CASE("ThreadTests.test_import_from_another_thread", "[cpython][main_thread]") {
  for (const std::string way : {"first_use_in_foreign_thread", "native_id_of_idle_main"}) {
    CAPTURE(way);
    const Ending ending = exit_program(way);
    CHECK(ending.how == "exit 0");
  }
}

TEST_CASE("the first use of the library may be any", "[main_thread]") {
  for (const std::string way :
       {"join_main_at_first", "number_main_at_first", "name_main_at_first", "enumerate_at_first"}) {
    CAPTURE(way);
    const Ending ending = exit_program(way);
    CHECK(ending.how == "exit 0");
  }
}

TEST_CASE("static objects are used by constructors, by threads after main, and by destructors",
          "[exit][static]") {
  const Ending ending = run_program("static_objects_program", {});
  CHECK(ending.how == "exit 0");
  // The main thread's value of a local goes with that, in the unit whose own destructor comes after.
  const std::string begin = "constructor\nconstructor\nmain\nthread\n";
  CHECK((ending.output == begin + "value\ndestructor\ndestructor\n" ||
         ending.output == begin + "destructor\nvalue\ndestructor\n"));
}
