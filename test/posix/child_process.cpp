// child_process.cpp - support/child_process.hpp on POSIX.
#include "support/child_process.hpp"

#include "posix/forked.hpp"

support::Ending support::run_program(const std::string& name, const std::vector<std::string>& arguments) {
  char self[4096];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof self);
  if (length <= 0) return {std::string("readlink: ") + std::strerror(errno), ""};
  std::string path(self, static_cast<std::size_t>(length));
  path = path.substr(0, path.rfind('/') + 1) + name + path.substr(path.rfind('_'));

  std::vector<char*> argv{path.data()};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  return run_forked([&] {
    execv(path.c_str(), argv.data());
    dprintf(STDERR_FILENO, "%s: %s\n", path.c_str(), std::strerror(errno));
    leave_child(127);
  });
}
