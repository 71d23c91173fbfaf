// thread_end.cpp - support/thread_end.hpp by a call-back of the program's own thread-local storage. The
// system calls it as it calls DllMain, with its loader's lock held.
#include "support/thread_end.hpp"

#include <windows.h>

namespace {

struct Call {
  void (*function)(void*);
  void* arg;
  Call* next;
};

const DWORD slot = TlsAlloc();

void NTAPI handle_thread(void*, DWORD reason, void*) {
  if (reason != DLL_THREAD_DETACH) return;
  auto* call = static_cast<Call*>(TlsGetValue(slot));
  while (call != nullptr) {
    Call* const next = call->next;
    call->function(call->arg);
    delete call;
    call = next;
  }
}

}  // namespace

// The linker sorts these sections by name: after those of the compiler's libraries.
extern "C" {
[[gnu::section(".CRT$XLY"), gnu::used]] const PIMAGE_TLS_CALLBACK thrum_test_thread_end = handle_thread;
}

const bool support::before_end_by_thrum = false;
const bool support::foreign_end_may_await_threads = false;

void support::at_thread_end(void (*function)(void*), void* arg) {
  TlsSetValue(slot, new Call{function, arg, static_cast<Call*>(TlsGetValue(slot))});
}
