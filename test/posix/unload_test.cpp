// unload_test.cpp - the library is unloaded while its threads run. For the shared library alone.
#include <dlfcn.h>

#include <catch2/catch_test_macros.hpp>
#include <string>

#include "support/child_process.hpp"
#include "thrum/thrum.h"

namespace {

/// The file of the library that this test is linked with.
std::string path_of_library() {
  Dl_info library{};
  if (dladdr(reinterpret_cast<void*>(&thrum_version), &library) == 0) return "";
  return library.dli_fname;
}

}  // namespace

TEST_CASE("threads outlive the unloading of the library", "[unload]") {
  const support::Ending ending = support::run_program("unload_program", {path_of_library()});
  CHECK(ending.how == "exit 0");
  // Two lines come from two threads at once.
  const std::string first = "value of foreign thread\n";
  CHECK((ending.output == first + "end of main\nthread goes on\nend of thread\n" ||
         ending.output == first + "thread goes on\nend of main\nend of thread\n"));
}
