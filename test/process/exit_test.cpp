// exit_test.cpp - what the end of a process waits for, and what still works then.
//
// A tag that begins with test_ names the case of CPython's test_threading.py, or of test_concurrent_futures'
// test_shutdown.py, that a test corresponds to.
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <string>

#include "support/child_process.hpp"
#include "support/program.h"
#include "support/raised.hpp"
#include "thrum/thrum.hpp"

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

TEST_CASE("threads that thrum did not start go on after the shutdown", "[exit][shutdown]") {
  const Ending ending = exit_program("foreign_threads_past_shutdown");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "came back\ncame back\n");
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

// ------------------------------------------------------------------------- timers and pools --

TEST_CASE("exit waits for the timers that are no daemons", "[timer][exit]") {
  const Ending ending = exit_program("pending_timers");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "end of main\nfired\nfired again\n");
}

TEST_CASE("exit does not wait for timers that are daemons, or cancelled", "[timer][exit][daemon]") {
  const Ending ending = exit_program("pending_daemon_timers");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "end of main\n");
}

TEST_CASE("exit goes on when the last timer that it waits for is cancelled", "[timer][exit]") {
  const Ending ending = exit_program("timer_cancelled_during_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "end of main\ncancelled\n");
}

TEST_CASE("no timer starts once the process is past waiting for threads", "[timer][exit]") {
  Ending ending;
  do {
    ending = exit_program("timer_past_exit");
  } while (ending.output.find("too slow") != std::string::npos);
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "refused\n");
}

TEST_CASE("the exit lets a pool do what was submitted before, and no more",
          "[pool][exit][test_interpreter_shutdown]") {
  const Ending ending = exit_program("tasks_at_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "end of main\ntask\nnext task\nlast task\n");
}

TEST_CASE("the exit waits for a pool whose shutdown did not", "[pool][exit][test_hang_gh83386]") {
  const Ending ending = exit_program("pool_shut_down_before_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "end of main\ntask\n");
}

TEST_CASE("the exit ends the workers that are idle",
          "[pool][exit][test_submit_after_interpreter_shutdown][test_hang_gh94440]") {
  const Ending ending = exit_program("idle_pool_at_exit");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "task\ntask of a registered call\nrefused\n");
}

TEST_CASE("a task exits the process", "[pool][exit]") {
  const Ending ending = exit_program("exit_in_task");
  CHECK(ending.how == "exit 7");
}

// ------------------------------------------------------------------------- registered calls --

TEST_CASE("AtexitTests.test_atexit_output", "[cpython][exit][atexit]") {
  const Ending ending = exit_program("registered_calls");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "end of main\nnewest\noldest\nend of thread\n");
}

TEST_CASE("AtexitTests.test_atexit_called_once", "[cpython][exit][atexit]") {
  const Ending ending = exit_program("registered_call_and_shutdown");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "called\nshut down\n");
}

TEST_CASE("AtexitTests.test_atexit_after_shutdown", "[cpython][exit][atexit]") {
  const Ending ending = exit_program("register_in_registered_call");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "refused\nrefused\n");
}

TEST_CASE("a registered call may shut down itself, and another thread's shutdown waits for it",
          "[exit][atexit]") {
  const Ending ending = exit_program("shut_down_in_registered_call");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "newest\noldest\nshut down\n");
  const Ending other = exit_program("shut_down_beside_registered_call");
  CHECK(other.how == "exit 0");
  CHECK(other.output == "called\nother shut down\nshut down\n");
}

TEST_CASE("a callable is called at the exit, and what it throws is reported", "[exit][atexit]") {
  const Ending ending = support::run_case("callables at the exit");
  CHECK(ending.how.rfind("exit 0: Exception in thread ", 0) == 0);
  CHECK(ending.output == "first\nsecond\n");
}

TEST_CASE("callables at the exit", "[.]") {
  const auto token = std::make_shared<int>(0);
  thrum::register_atexit([token] { say("second\n"); });
  thrum::register_atexit([token] { throw std::string("lost"); });
  thrum::register_atexit([text = std::string("first\n")] { say(text.c_str()); });
  thrum::shutdown();
  // What they have captured has gone with them, and goes with one that is refused.
  CHECK(token.use_count() == 1);
  CHECK(support::raised<thrum::RuntimeError>([&] { thrum::register_atexit([token] {}); }) == THRUM_E_EXITING);
  CHECK(token.use_count() == 1);
}
