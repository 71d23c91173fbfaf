// overdue.cpp - support/overdue.hpp and posix/stacks.hpp.
#include "support/overdue.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "posix/stacks.hpp"

namespace {

using Clock = std::chrono::steady_clock;

std::string text_of(const std::string& path) {
  std::string text;
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return text;
  char buffer[4096];
  for (ssize_t count = 0; (count = read(file, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  close(file);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::vector<std::string> threads_of(const std::string& process) {
  std::vector<std::string> threads;
  DIR* directory = opendir(("/proc/" + process + "/task").c_str());
  if (directory == nullptr) return threads;
  while (const dirent* entry = readdir(directory)) {
    if (entry->d_name[0] != '.') threads.emplace_back(entry->d_name);
  }
  closedir(directory);
  return threads;
}

/// The line of a thread's status that says whether it runs or sleeps.
std::string state_of(const std::string& status) {
  const std::size_t begin = status.find("State:");
  return begin == std::string::npos ? "" : status.substr(begin, status.find('\n', begin) - begin);
}

/// Not by fork: this may be called where its handlers hang.
void run_debugger(const std::string& process) {
  const char* arguments[] = {
      "timeout", "60", "gdb", "-q", "-batch", "-p", process.c_str(), "-ex", "thread apply all backtrace 40",
      nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  pid_t debugger = 0;
  if (posix_spawnp(&debugger, arguments[0], &actions, nullptr, const_cast<char**>(arguments), environ) == 0) {
    while (waitpid(debugger, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  posix_spawn_file_actions_destroy(&actions);
}

/// Opens what becomes readable when the process ends; -1: the system has no such thing.
int open_process(pid_t process) {
#ifdef SYS_pidfd_open
  return static_cast<int>(syscall(SYS_pidfd_open, process, 0));
#else
  static_cast<void>(process);
  return -1;
#endif
}

}  // namespace

void support::tell_stacks(pid_t process) {
  const std::string id = std::to_string(process);
  dprintf(STDERR_FILENO, "-- process %s: %s, %s\n", id.c_str(), text_of("/proc/" + id + "/comm").c_str(),
          text_of("/proc/" + id + "/wchan").c_str());
  std::vector<pid_t> children;
  const std::string threads = "/proc/" + id + "/task/";
  for (const std::string& thread : threads_of(id)) {
    std::string folder = threads;
    folder.append(thread).append("/");
    dprintf(STDERR_FILENO, "thread %s: %s, %s\n  wchan %s\n  syscall %s\n%s\n", thread.c_str(),
            text_of(folder + "comm").c_str(), state_of(text_of(folder + "status")).c_str(),
            text_of(folder + "wchan").c_str(), text_of(folder + "syscall").c_str(),
            text_of(folder + "stack").c_str());
    const std::string list = text_of(folder + "children");
    for (const char* next = list.c_str(); *next != '\0';) {
      char* end = nullptr;
      const long child = std::strtol(next, &end, 10);
      if (end == next) break;
      children.push_back(static_cast<pid_t>(child));
      next = end + std::strspn(end, " ");
    }
  }
  run_debugger(id);
  for (const pid_t child : children) tell_stacks(child);
}

void support::let_be_traced() {
#ifdef PR_SET_PTRACER
  prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
#endif
}

void support::overdue(const char* what) {
  let_be_traced();
  dprintf(STDERR_FILENO, "out of patience: %s\n", what);
  tell_stacks(getpid());
  std::abort();
}

pid_t support::wait_for_child(pid_t child, int seconds, int& status) {
  const auto deadline = Clock::now() + std::chrono::seconds(seconds);
  const int descriptor = open_process(child);
  pid_t ended = 0;
  for (;;) {
    do {
      ended = waitpid(child, &status, WNOHANG);
    } while (ended < 0 && errno == EINTR);
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (ended != 0 || left <= 0) break;
    if (descriptor >= 0) {
      pollfd end{descriptor, POLLIN, 0};
      static_cast<void>(poll(&end, 1, static_cast<int>(left)));
    } else {
      // Nothing else tells of one child's end and of the time together.
      const timespec moment{0, 1000000};
      nanosleep(&moment, nullptr);
    }
  }
  if (descriptor >= 0) close(descriptor);
  return ended;
}
