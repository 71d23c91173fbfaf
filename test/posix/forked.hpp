// forked.hpp - runs part of a test in a forked child.
#ifndef THRUM_TEST_POSIX_FORKED_HPP
#define THRUM_TEST_POSIX_FORKED_HPP

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "posix/stacks.hpp"
#include "support/child_process.hpp"
#include "support/overdue.hpp"

namespace support {

/// The seconds after which SIGALRM ends a child whose parent does not.
inline constexpr unsigned watchdog = patience_with_child + 60;

/// In a forked child, where Catch2's assertions cannot be heard: ends it with a line on standard error
/// where the condition does not hold.
#define CHILD_REQUIRE(condition) ::support::child_require(static_cast<bool>(condition), __LINE__, #condition)

/// Ends a forked child. Not _exit: with that, ThreadSanitizer looks for threads that only the parent has.
[[noreturn]] inline void leave_child(int status) {
  for (;;) syscall(SYS_exit_group, status);
}

inline void child_require(bool holds, int line, const char* condition) {
  if (holds) return;
  dprintf(STDERR_FILENO, "line %d: %s\n", line, condition);
  leave_child(1);
}

namespace detail {

/// A file without a name that a child writes and its parent reads. Unlike a pipe it is never full.
class Capture {
 public:
  Capture() : file_(std::tmpfile()) {
    if (file_ == nullptr) std::abort();
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() { std::fclose(file_); }

  void replace(int descriptor) const {
    if (dup2(fileno(file_), descriptor) < 0) std::abort();
  }

  std::string text() const {
    std::string text;
    char buffer[4096];
    ssize_t count = 0;
    while ((count = pread(fileno(file_), buffer, sizeof buffer, static_cast<off_t>(text.size()))) > 0) {
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  std::FILE* file_;
};

/// How the child ends; of one that hangs standard error tells where it does, and where its parent is.
inline std::string wait_for(pid_t child) {
  int status = 0;
  const pid_t ended = wait_for_child(child, patience_with_child, status);
  if (ended < 0) return std::string("waitpid: ") + std::strerror(errno);
  if (ended == 0) {
    dprintf(STDERR_FILENO, "out of patience: the end of process %d\n", static_cast<int>(child));
    tell_stacks(getpid());
    kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return "out of time";
  }
  if (WIFEXITED(status)) return "exit " + std::to_string(WEXITSTATUS(status));
  return "signal " + std::to_string(WTERMSIG(status));
}

}  // namespace detail

/// Runs body() in a forked child, which then ends with status 0 and without the process's exit handlers.
template <class Body>
Ending run_forked(Body body) {
  const detail::Capture output;
  const detail::Capture errors;
  const pid_t child = fork();
  if (child < 0) return {std::string("fork: ") + std::strerror(errno), ""};
  if (child == 0) {
    alarm(watchdog);
    let_be_traced();
    output.replace(STDOUT_FILENO);
    errors.replace(STDERR_FILENO);
    // An exception must end the child here: beyond is the parent's test.
    [&body]() noexcept { body(); }();
    leave_child(0);
  }
  std::string how = detail::wait_for(child);
  const std::string told = errors.text();
  if (!told.empty()) how += ": " + told;
  return {std::move(how), output.text()};
}

}  // namespace support

#endif
