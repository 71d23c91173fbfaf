// closed_plugin_test.cpp - a plug-in with the library inside is closed while threads run that have called it.
// For the static library alone.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/child_process.hpp"

TEST_CASE("a plug-in with the library inside stays loaded, for threads that have called it", "[plugin]") {
  const support::Ending ending = support::run_program("closing_program", {});
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "shut down\nclosed\nvalue of foreign thread\nstill there\n");
}
