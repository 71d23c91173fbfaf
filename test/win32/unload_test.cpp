// unload_test.cpp - thrum.dll is freed while its threads run. For the shared library alone.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/child_process.hpp"

TEST_CASE("threads outlive the unloading of the library", "[unload]") {
  const support::Ending ending = support::run_program("unload_program", {});
  CHECK(ending.how == "exit 0");
  // Two lines come from two threads at once.
  const std::string first = "value of foreign thread\n";
  CHECK((ending.output == first + "end of main\nthread goes on\nend of thread\n" ||
         ending.output == first + "thread goes on\nend of main\nend of thread\n"));
}
