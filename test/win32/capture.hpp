// capture.hpp - a file that is written in place of standard output or standard error.
#ifndef THRUM_TEST_WIN32_CAPTURE_HPP
#define THRUM_TEST_WIN32_CAPTURE_HPP

#include <windows.h>

#include <cstdlib>
#include <string>

namespace support {

/// A child may inherit it. Unlike a pipe it is never full.
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

}  // namespace support

#endif
