// ends.hpp - what the tests of the ends of threads on Windows share.
#ifndef THRUM_TEST_WIN32_ENDS_HPP
#define THRUM_TEST_WIN32_ENDS_HPP

#include <windows.h>

#include "thrum/thrum.hpp"

namespace ends {

/// Runs body() in a thread of CreateThread's, and waits until that is gone: a join of std::thread's may be
/// back while the thread's end is being told to the libraries.
template <class Body>
bool in_system_thread(Body body) {
  struct Run {
    static DWORD WINAPI run(void* arg) {
      (*static_cast<Body*>(arg))();
      return 0;
    }
  };
  const HANDLE thread = CreateThread(nullptr, 0, Run::run, &body, 0, nullptr);
  const bool gone = thread != nullptr && WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0;
  CloseHandle(thread);
  return gone;
}

}  // namespace ends

#endif
