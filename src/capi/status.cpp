// capi/status.cpp - the statuses, by name and in words.
#include <cstddef>

#include "thrum/thrum.h"

namespace {

struct Entry {
  thrum_status status;
  const char* name;
  const char* words;
};

constexpr Entry kEntries[] = {
    {THRUM_OK, "THRUM_OK", "done"},
    {THRUM_TIMEOUT, "THRUM_TIMEOUT", "the time was up"},
    {THRUM_EMPTY, "THRUM_EMPTY", "the queue is empty"},
    {THRUM_FULL, "THRUM_FULL", "the queue is full"},
    {THRUM_CLOSED, "THRUM_CLOSED", "the queue has been shut down"},
    {THRUM_CANCELLED, "THRUM_CANCELLED", "the task was cancelled"},
    {THRUM_E_VALUE, "THRUM_E_VALUE", "an argument is out of its range, or NULL"},
    {THRUM_E_OVERFLOW, "THRUM_E_OVERFLOW", "a timeout or a count is too large"},
    {THRUM_E_HANDLE, "THRUM_E_HANDLE", "the handle names no live object of this type"},
    {THRUM_E_NOT_HELD, "THRUM_E_NOT_HELD", "the lock is not held"},
    {THRUM_E_NOT_OWNER, "THRUM_E_NOT_OWNER", "the lock is not held by this owner"},
    {THRUM_E_BUSY, "THRUM_E_BUSY", "the object is in use"},
    {THRUM_E_AGAIN, "THRUM_E_AGAIN", "the system refuses another thread"},
    {THRUM_E_NOMEM, "THRUM_E_NOMEM", "out of memory"},
    {THRUM_E_STARTED, "THRUM_E_STARTED", "the thread has been started already"},
    {THRUM_E_NOT_STARTED, "THRUM_E_NOT_STARTED", "the thread has not been started"},
    {THRUM_E_SELF, "THRUM_E_SELF", "a thread cannot join itself"},
    {THRUM_E_FOREIGN, "THRUM_E_FOREIGN", "thrum did not start this thread"},
    {THRUM_E_EXITING, "THRUM_E_EXITING", "the process is exiting"},
    {THRUM_E_BROKEN, "THRUM_E_BROKEN", "the barrier or the thread pool is broken"},
    {THRUM_E_SHUTDOWN, "THRUM_E_SHUTDOWN", "the pool has been shut down"},
    {THRUM_E_DEADLOCK, "THRUM_E_DEADLOCK", "the thread would wait for itself"},
    {THRUM_E_FAILED, "THRUM_E_FAILED", "the call-back did not succeed"},
};

const Entry* find(thrum_status status) noexcept {
  for (const Entry& entry : kEntries) {
    if (entry.status == status) return &entry;
  }
  return nullptr;
}

}  // namespace

extern "C" {

const char* thrum_status_name(thrum_status status) noexcept {
  const Entry* entry = find(status);
  return entry != nullptr ? entry->name : "THRUM_?";
}

const char* thrum_strerror(thrum_status status) noexcept {
  const Entry* entry = find(status);
  return entry != nullptr ? entry->words : "not a status of thrum";
}
}
