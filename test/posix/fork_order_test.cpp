// fork_order_test.cpp - handlers of forks, which the program registers before main and which use the library.
#include <catch2/catch_test_macros.hpp>

#include "support/child_process.hpp"

TEST_CASE("a handler of forks may take a lock of the library's, whenever it was registered", "[fork][lock]") {
  const support::Ending ending = support::run_program("fork_order_program", {});
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "forked\n");
}
