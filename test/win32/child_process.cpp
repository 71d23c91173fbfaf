// child_process.cpp - support/child_process.hpp on Windows.
#include "support/child_process.hpp"

#include <windows.h>

#include <cstdlib>

namespace {

/// The milliseconds after which a child is ended. Only one that hangs ever gets there.
constexpr DWORD kWatchdog = 120000;

/// A file that a child writes and its parent reads. Unlike a pipe it is never full.
class Capture {
 public:
  Capture() {
    wchar_t folder[MAX_PATH];
    wchar_t name[MAX_PATH];
    SECURITY_ATTRIBUTES inherited = {sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
    if (GetTempPathW(MAX_PATH, folder) == 0 || GetTempFileNameW(folder, L"thr", 0, name) == 0) std::abort();
    file_ = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, &inherited, CREATE_ALWAYS,
                        FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, nullptr);
    if (file_ == INVALID_HANDLE_VALUE) std::abort();
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  ~Capture() { CloseHandle(file_); }

  HANDLE file() const { return file_; }

  std::string text() const {
    std::string text;
    char buffer[4096];
    DWORD count = 0;
    SetFilePointer(file_, 0, nullptr, FILE_BEGIN);
    while (ReadFile(file_, buffer, sizeof buffer, &count, nullptr) != 0 && count != 0) {
      text.append(buffer, count);
    }
    return text;
  }

 private:
  HANDLE file_;
};

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

}  // namespace

support::Ending support::run_program(const std::string& name, const std::vector<std::string>& arguments) {
  const std::string self = own_path();
  const std::string path =
      self.substr(0, self.find_last_of("/\\") + 1) + name + self.substr(self.find_last_of('_'));
  std::string line = '"' + path + '"';
  for (const std::string& argument : arguments) line += " \"" + argument + '"';

  const Capture output;
  const Capture errors;
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
