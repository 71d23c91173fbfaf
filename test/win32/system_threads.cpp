// system_threads.cpp - support/system_threads.hpp on Windows.
#include "support/system_threads.hpp"

#include <windows.h>

#include <tlhelp32.h>

int support::system_threads() {
  // Of all processes: there is no other list.
  const HANDLE threads = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
  THREADENTRY32 entry{};
  entry.dwSize = sizeof entry;
  int count = 0;
  for (BOOL found = Thread32First(threads, &entry); found != 0; found = Thread32Next(threads, &entry)) {
    if (entry.th32OwnerProcessID == GetCurrentProcessId()) ++count;
  }
  CloseHandle(threads);
  return count;
}
