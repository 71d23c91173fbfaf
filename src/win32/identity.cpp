// win32/identity.cpp - the calling thread's record, and the end of its thread.
#include <windows.h>

#include <cerrno>
#include <cstdlib>

#include "keep_last_error.hpp"
#include "platform.hpp"
#include "system.hpp"

namespace thrum::platform {

namespace {

constexpr Identity kNobody = {nullptr, 0};

DWORD slot = FLS_OUT_OF_INDEXES;
DWORD ended_slot = TLS_OUT_OF_INDEXES;  // of the record with which a thread has told its end first
void (*thread_ended)(void*) = nullptr;
void (*thread_lost)(void*) = nullptr;

// The destructors of thread_local objects, and each DllMain, run after the slot's. A thread that uses the
// library there, perhaps once more, gets a record whose end nobody is told: the next thread that gets one
// looks whether it is gone. The threads of the library's own are noted too when their end is told: the
// process waits for the rest of it.
struct Straggler {
  void* record;  // null: told already
  HANDLE thread;
  DWORD number;
  Straggler* next;
};
Mutex stragglers_mutex;
Straggler* stragglers = nullptr;

bool add_straggler(void* record) noexcept {
  auto* straggler = static_cast<Straggler*>(std::malloc(sizeof(Straggler)));
  if (straggler == nullptr) return false;
  straggler->record = record;
  straggler->number = GetCurrentThreadId();
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

/// Takes those out that are meant.
template <class IsMeant>
Straggler* take(IsMeant is_meant) noexcept {
  Straggler* taken = nullptr;
  lock(stragglers_mutex);
  for (Straggler** link = &stragglers; *link != nullptr;) {
    Straggler* straggler = *link;
    if (is_meant(*straggler)) {
      *link = straggler->next;
      straggler->next = taken;
      taken = straggler;
    } else {
      link = &straggler->next;
    }
  }
  unlock(stragglers_mutex);
  return taken;
}

/// Frees the first of them, and returns those that follow.
Straggler* free_first(Straggler* straggler) noexcept {
  Straggler* next = straggler->next;
  CloseHandle(straggler->thread);
  std::free(straggler);
  return next;
}

void forget_stragglers() noexcept {
  const auto is_gone = [](const Straggler& one) {
    return WaitForSingleObject(one.thread, 0) == WAIT_OBJECT_0;
  };
  for (Straggler* gone = take(is_gone); gone != nullptr; gone = free_first(gone)) {
    if (gone->record != nullptr) thread_lost(gone->record);
  }
}

/// Whether nobody may tell the end of the calling thread: it has been told already, or the thread is in a
/// DllMain, and that may be at its end. The first thread is known before it could come there.
bool may_straggle() noexcept {
  return TlsGetValue(ended_slot) != nullptr || (!may_await_threads() && !is_first_thread());
}

void end(const Identity& identity) noexcept {
  for (Straggler* told = take([&](const Straggler& one) { return one.record == identity.record; });
       told != nullptr;) {
    told = free_first(told);
  }
  thread_ended(identity.record);
  // A fibre that is deleted ends here too, and its thread goes on.
  if (IsThreadAFiber() == 0 && TlsGetValue(ended_slot) == nullptr) TlsSetValue(ended_slot, identity.record);
}

/// The system calls this at the end of each thread that has set the slot, before it tells the libraries of
/// the end, and so with no lock of the loader held.
void WINAPI destroy_value(void* value) {
  // At the end of the process threads do not end, as in POSIX; nor could what is called here rely on anybody.
  if (!process_ends()) end(*static_cast<const Identity*>(value));
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
  if (!may_straggle() || add_straggler(identity.record)) return true;
  FlsSetValue(slot, nullptr);
  return false;
}

const void* ended() noexcept {
  const KeepLastError keep_last_error;
  return TlsGetValue(ended_slot);
}

int* error_number() noexcept {
  const KeepLastError keep_last_error;
  // The C library may have given its memory back when the system told it of the thread's end.
  return may_straggle() ? nullptr : &errno;
}

void on_thread_end(void (*ended)(void* record), void (*lost)(void* record)) noexcept {
  const KeepLastError keep_last_error;
  thread_ended = ended;
  thread_lost = lost;
  look_up_system_functions();
  slot = FlsAlloc(destroy_value);
  ended_slot = TlsAlloc();
  if (slot == FLS_OUT_OF_INDEXES || ended_slot == TLS_OUT_OF_INDEXES) fatal("thrum: FlsAlloc failed");
}

void await_ends() noexcept {
  const KeepLastError keep_last_error;
  const auto ends = [self = GetCurrentThreadId()](const Straggler& one) {
    return one.record == nullptr && one.number != self;
  };
  for (Straggler* ending = take(ends); ending != nullptr; ending = free_first(ending)) {
    if (WaitForSingleObject(ending->thread, INFINITE) != WAIT_OBJECT_0) {
      fatal("thrum: WaitForSingleObject failed");
    }
  }
}

void end_identity() noexcept {
  const KeepLastError keep_last_error;
  const auto* value = static_cast<const Identity*>(FlsGetValue(slot));
  if (value == nullptr) return;
  forget_stragglers();
  // Before the end, after which who waits for threads does not find this one any more. Where there is no
  // memory for it, the process does not wait for what is left of the thread then.
  static_cast<void>(add_straggler(nullptr));
  end(*value);
  FlsSetValue(slot, nullptr);
}

}  // namespace thrum::platform
