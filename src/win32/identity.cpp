// win32/identity.cpp - the calling thread's record, and the end of its thread.
#include <windows.h>

#include <cstdlib>

#include "keep_last_error.hpp"
#include "platform.hpp"
#include "system.hpp"

namespace thrum::platform {

namespace {

constexpr Identity kNobody = {nullptr, 0};

DWORD slot = FLS_OUT_OF_INDEXES;
DWORD ended_slot = TLS_OUT_OF_INDEXES;  // of what is not null in a thread whose end has been told
void (*thread_ended)(void*) = nullptr;
void (*thread_lost)(void*) = nullptr;

// The destructors of thread_local objects run after the slot's. A thread that uses the library there gets a
// record once more, whose end nobody is told: the next thread that gets one looks whether it is gone.
struct Straggler {
  void* record;
  HANDLE thread;
  Straggler* next;
};
Mutex stragglers_mutex;
Straggler* stragglers = nullptr;

bool add_straggler(void* record) noexcept {
  auto* straggler = static_cast<Straggler*>(std::malloc(sizeof(Straggler)));
  if (straggler == nullptr) return false;
  straggler->record = record;
  if (DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &straggler->thread,
                      SYNCHRONIZE, FALSE, 0) == 0) {
    std::free(straggler);
    return false;
  }
  lock(stragglers_mutex);
  straggler->next = stragglers;
  stragglers = straggler;
  unlock(stragglers_mutex);
  return true;
}

/// Takes those out that are gone.
Straggler* take_gone() noexcept {
  Straggler* gone = nullptr;
  lock(stragglers_mutex);
  for (Straggler** link = &stragglers; *link != nullptr;) {
    Straggler* straggler = *link;
    if (WaitForSingleObject(straggler->thread, 0) == WAIT_OBJECT_0) {
      *link = straggler->next;
      straggler->next = gone;
      gone = straggler;
    } else {
      link = &straggler->next;
    }
  }
  unlock(stragglers_mutex);
  return gone;
}

void forget_stragglers() noexcept {
  for (Straggler* straggler = take_gone(); straggler != nullptr;) {
    Straggler* next = straggler->next;
    thread_lost(straggler->record);
    CloseHandle(straggler->thread);
    std::free(straggler);
    straggler = next;
  }
}

void end(const Identity& identity) noexcept {
  thread_ended(identity.record);
  // A fibre that is deleted ends here too, and its thread goes on.
  if (IsThreadAFiber() == 0) TlsSetValue(ended_slot, &slot);
}

/// The system calls this at the end of each thread that has set the slot, before it tells the libraries of
/// the end, and so with no lock of the loader held.
void WINAPI destroy_value(void* value) {
  // At the end of the process threads do not end, as in POSIX; nor could what is called here rely on anybody.
  if (!process_ends()) end(*static_cast<const Identity*>(value));
}

/// Keeps the library in memory: from now on the system has an address in it to call.
void stay_loaded() noexcept {
  HMODULE self = nullptr;
  if (GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                         reinterpret_cast<const wchar_t*>(&destroy_value), &self) == 0) {
    fatal("thrum: GetModuleHandleEx failed");
  }
}

}  // namespace

const Identity& identity() noexcept {
  if (slot == FLS_OUT_OF_INDEXES) return kNobody;
  const KeepLastError keep_last_error;
  const auto* value = static_cast<const Identity*>(FlsGetValue(slot));
  return value != nullptr ? *value : kNobody;
}

bool set_identity(const Identity& identity) noexcept {
  const KeepLastError keep_last_error;
  forget_stragglers();
  if (FlsSetValue(slot, const_cast<Identity*>(&identity)) == 0) return false;
  if (TlsGetValue(ended_slot) == nullptr || add_straggler(identity.record)) return true;
  FlsSetValue(slot, nullptr);
  return false;
}

void on_thread_end(void (*ended)(void* record), void (*lost)(void* record)) noexcept {
  const KeepLastError keep_last_error;
  thread_ended = ended;
  thread_lost = lost;
  look_up_system_functions();
  stay_loaded();
  slot = FlsAlloc(destroy_value);
  ended_slot = TlsAlloc();
  if (slot == FLS_OUT_OF_INDEXES || ended_slot == TLS_OUT_OF_INDEXES) fatal("thrum: FlsAlloc failed");
}

void end_identity() noexcept {
  const KeepLastError keep_last_error;
  const auto* value = static_cast<const Identity*>(FlsGetValue(slot));
  if (value == nullptr) return;
  end(*value);
  FlsSetValue(slot, nullptr);
}

}  // namespace thrum::platform
