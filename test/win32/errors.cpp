// errors.cpp - support/errors.hpp on Windows.
#include "support/errors.hpp"

#include <windows.h>

#include "win32/capture.hpp"

std::string support::errors_of(const std::function<void()>& body) {
  const Capture capture;
  const HANDLE saved = GetStdHandle(STD_ERROR_HANDLE);
  SetStdHandle(STD_ERROR_HANDLE, capture.file());
  body();
  SetStdHandle(STD_ERROR_HANDLE, saved);
  std::string text = capture.text();
  for (std::size_t at = 0; (at = text.find("\r\n", at)) != std::string::npos;) text.erase(at, 1);
  return text;
}
