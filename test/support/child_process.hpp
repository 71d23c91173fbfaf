// child_process.hpp - runs a program, and says how its process ended.
#ifndef THRUM_TEST_SUPPORT_CHILD_PROCESS_HPP
#define THRUM_TEST_SUPPORT_CHILD_PROCESS_HPP

#include <string>
#include <vector>

namespace support {

/// How a child ended and what it wrote.
struct Ending {
  std::string
      how;  ///< "exit 0", "signal 14" on POSIX, and what it wrote on standard error: "exit 1: line 7: ..."
  std::string output;  ///< what it wrote on standard output
};

/// Runs a program that the build puts beside the test's own, and links with the library in the same form: of
/// thrum_tests_static the program `name`_static.
Ending run_program(const std::string& name, const std::vector<std::string>& arguments);

/// Runs a case of the test's own program in a process of its own, whose output is the case's and not
/// Catch2's. "exit 0": it has passed.
Ending run_case(const std::string& name);

}  // namespace support

#endif
