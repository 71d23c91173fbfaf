// process_exit_test.cpp - ways to end a process that Windows alone has.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <utility>

#include "support/child_process.hpp"

using support::Ending;

namespace {

Ending exit_program(const std::string& way) { return support::run_program("exit_program", {way}); }

}  // namespace

TEST_CASE("the main thread ends by ExitThread, and its joiners wake", "[exit][ExitThread]") {
  const Ending ending = exit_program("leave_main_to_thread");
  CHECK(ending.how == "exit 8");
  CHECK(ending.output == "end of main\nvalue of main\nend of thread\n");
}

TEST_CASE("a process whose main thread has ended ends with its last thread", "[exit][ExitThread]") {
  const Ending ending = exit_program("leave_main");
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "end of main\nvalue of main\nend of thread\n");
}

TEST_CASE("a process that does not end in good order waits for nobody", "[exit]") {
  const std::pair<const char*, const char*> ways[] = {
      {"exit_at_once", "exit 5"}, {"exit_process", "exit 6"}, {"terminate_process", "exit 9"}};
  for (const auto& [way, how] : ways) {
    CAPTURE(way);
    const Ending ending = exit_program(way);
    CHECK(ending.how == how);
    CHECK(ending.output.empty());
  }
}
