// win32/keep_last_error.hpp - no call of the library changes what GetLastError returns to its caller.
#ifndef THRUM_WIN32_KEEP_LAST_ERROR_HPP
#define THRUM_WIN32_KEEP_LAST_ERROR_HPP

#include <windows.h>

namespace thrum::platform {

/// Around calls of the system that set it, some of them also where they succeed.
class KeepLastError {
 public:
  KeepLastError() noexcept = default;
  KeepLastError(const KeepLastError&) = delete;
  KeepLastError& operator=(const KeepLastError&) = delete;
  ~KeepLastError() { SetLastError(saved_); }

 private:
  const DWORD saved_ = GetLastError();
};

}  // namespace thrum::platform

#endif
