// plugin_test.cpp - a library that uses thrum: what its DllMain may ask for, and how it leaves.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/child_process.hpp"

TEST_CASE("a library is loaded, waits for no thread in its DllMain, shuts down and is freed",
          "[plugin][DllMain]") {
  const support::Ending ending = support::run_program("plugin_program", {});
  CHECK(ending.how == "exit 0");
  CHECK(ending.output == "loaded\nvalue of thread\ntask\nshut down\nfreed\n");
}
