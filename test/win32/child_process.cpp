// child_process.cpp - support/child_process.hpp on Windows.
#include "support/child_process.hpp"

#include <windows.h>

#include "win32/capture.hpp"

namespace {

/// The milliseconds after which a child is ended. Only one that hangs ever gets there.
constexpr DWORD kWatchdog = 120000;

std::string own_path() {
  char path[MAX_PATH];
  return std::string(path, GetModuleFileNameA(nullptr, path, MAX_PATH));
}

std::string end_of(HANDLE process) {
  DWORD status = 0;
  if (WaitForSingleObject(process, kWatchdog) != WAIT_OBJECT_0) {
    TerminateProcess(process, 0);
    WaitForSingleObject(process, INFINITE);
    return "out of time";
  }
  GetExitCodeProcess(process, &status);
  return "exit " + std::to_string(status);
}

support::Ending run(const std::string& path, const std::vector<std::string>& arguments) {
  std::string line = '"' + path + '"';
  for (const std::string& argument : arguments) line += " \"" + argument + '"';

  const support::Capture output;
  const support::Capture errors;
  STARTUPINFOA startup{};
  startup.cb = sizeof startup;
  startup.dwFlags = STARTF_USESTDHANDLES;
  startup.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  startup.hStdOutput = output.file();
  startup.hStdError = errors.file();
  PROCESS_INFORMATION child{};
  if (CreateProcessA(path.c_str(), line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &startup,
                     &child) == 0) {
    return {path + ": error " + std::to_string(GetLastError()), ""};
  }
  std::string how = end_of(child.hProcess);
  CloseHandle(child.hThread);
  CloseHandle(child.hProcess);
  const std::string told = errors.text();
  if (!told.empty()) how += ": " + told;
  return {how, output.text()};
}

}  // namespace

support::Ending support::run_program(const std::string& name, const std::vector<std::string>& arguments) {
  const std::string self = own_path();
  return run(self.substr(0, self.find_last_of("/\\") + 1) + name + self.substr(self.find_last_of('_')),
             arguments);
}

support::Ending support::run_case(const std::string& name) {
  return run(own_path(), {name, "--reporter=console::out=NUL"});
}
