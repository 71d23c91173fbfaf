// child_process.cpp - support/child_process.hpp on POSIX.
#include "support/child_process.hpp"

#include "posix/forked.hpp"

namespace {

/// Of the test's own program; empty: it cannot be found.
std::string own_path() {
  char path[4096];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  return length <= 0 ? "" : std::string(path, static_cast<std::size_t>(length));
}

support::Ending run(std::string path, const std::vector<std::string>& arguments) {
  std::vector<char*> argv{path.data()};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  return support::run_forked([&] {
    execv(path.c_str(), argv.data());
    dprintf(STDERR_FILENO, "%s: %s\n", path.c_str(), std::strerror(errno));
    support::leave_child(127);
  });
}

}  // namespace

support::Ending support::run_program(const std::string& name, const std::vector<std::string>& arguments) {
  const std::string self = own_path();
  if (self.empty()) return {"no /proc", ""};
  return run(self.substr(0, self.rfind('/') + 1) + name + self.substr(self.rfind('_')), arguments);
}

support::Ending support::run_case(const std::string& name) {
  return run(own_path(), {name, "--reporter=console::out=/dev/null"});
}
