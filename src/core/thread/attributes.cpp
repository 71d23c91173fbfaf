// core/thread/attributes.cpp - what threads are asked and told: names, daemons, identifiers, stack sizes; and
// which there are.
#include <cstdint>
#include <cstring>

#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"
#include "core/sync/event.hpp"
#include "core/thread/thread.hpp"

namespace thrum::thread {

namespace {

/// Waits until a thread that was starting has taken its first step, and leaves it pinned and the registry
/// locked. Null: the status says why.
ThreadRecord* find_begun(Registry& registry, std::uint64_t id, thrum_status& status) noexcept {
  ThreadRecord* record = Registry::find(id);
  status = record == nullptr               ? THRUM_E_HANDLE
           : record->life == Life::created ? THRUM_E_NOT_STARTED
                                           : THRUM_OK;
  if (status != THRUM_OK) return nullptr;
  if (!event::is_set(record->begun, 0) && !platform::may_await_threads()) {
    status = THRUM_E_DEADLOCK;
    return nullptr;
  }
  Registry::pin(*record);
  registry.unlock();
  status = event::wait_until(record->begun, 0, kNever);
  registry.lock();
  return record;
}

/// The length, at most `most`, at which a string of UTF-8 can be cut without cutting a character.
std::size_t cut(const char* text, std::size_t length, std::size_t most) noexcept {
  if (length <= most) return length;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return most;
}

}  // namespace

thrum_status name(std::uint64_t id, char* buffer, std::size_t capacity, std::size_t* length) noexcept {
  if (buffer == nullptr && capacity != 0) return THRUM_E_VALUE;
  const Registry registry;
  const ThreadRecord* record = Registry::find(id);
  if (record == nullptr) return THRUM_E_HANDLE;
  const char* name = record->name != nullptr ? record->name : "";
  const std::size_t whole = std::strlen(name);
  if (capacity != 0) {
    const std::size_t copied = cut(name, whole, capacity - 1);
    std::memcpy(buffer, name, copied);
    buffer[copied] = '\0';
  }
  if (length != nullptr) *length = whole;
  return THRUM_OK;
}

thrum_status set_name(std::uint64_t id, const char* name) noexcept {
  if (name == nullptr) return THRUM_E_VALUE;
  const Registry registry;
  ThreadRecord* record = Registry::find(id);
  if (record == nullptr) return THRUM_E_HANDLE;
  if (!Registry::name(*record, name, nullptr)) return THRUM_E_NOMEM;
  // One that has not begun yet shows its name when it does.
  if (record->life == Life::running && event::is_set(record->begun, 0)) {
    platform::name_thread(record->system, name);
  }
  return THRUM_OK;
}

thrum_status daemon(std::uint64_t id, int& out) noexcept {
  const Registry registry;
  const ThreadRecord* record = Registry::find(id);
  if (record == nullptr) return THRUM_E_HANDLE;
  out = record->daemon ? 1 : 0;
  return THRUM_OK;
}

thrum_status set_daemon(std::uint64_t id, bool daemon) noexcept {
  const Registry registry;
  ThreadRecord* record = Registry::find(id);
  if (record == nullptr) return THRUM_E_HANDLE;
  if (record->origin == Origin::foreign) return THRUM_E_FOREIGN;
  if (record->life != Life::created) return THRUM_E_STARTED;
  record->daemon = daemon;
  return THRUM_OK;
}

thrum_status ident(std::uint64_t id, std::uint64_t& out) noexcept {
  const Registry registry;
  const ThreadRecord* record = Registry::find(id);
  if (record == nullptr) return THRUM_E_HANDLE;
  if (record->life == Life::created) return THRUM_E_NOT_STARTED;
  out = record->identity.ident;
  return THRUM_OK;
}

thrum_status native_id(std::uint64_t id, std::uint64_t& out) noexcept {
  Registry registry;
  thrum_status status = THRUM_OK;
  ThreadRecord* record = find_begun(registry, id, status);
  if (record == nullptr) return status;
  if (status == THRUM_OK && record->life == Life::created) status = THRUM_E_NOT_STARTED;
  if (status == THRUM_OK) out = record->native_id;
  Registry::unpin(*record);
  return status;
}

thrum_status current(std::uint64_t& out) noexcept {
  ThreadRecord* record = runtime::current();
  if (record == nullptr) return THRUM_E_NOMEM;
  const Registry registry;
  if (!Registry::show(*record)) return THRUM_E_NOMEM;
  out = record->id;
  return THRUM_OK;
}

thrum_status main(std::uint64_t& out) noexcept {
  if (platform::is_first_thread() && runtime::current() == nullptr) return THRUM_E_NOMEM;
  runtime::start_up();
  const Registry registry;
  const ThreadRecord* record = Registry::need_main();
  if (record == nullptr) return THRUM_E_NOMEM;
  out = record->id;
  return THRUM_OK;
}

std::size_t enumerate(thrum_thread* array, std::size_t capacity) noexcept {
  const Registry registry;
  static_cast<void>(Registry::need_main());
  std::size_t count = 0;
  for (const ThreadRecord* record = Registry::first(); record != nullptr; record = record->next) {
    if (!record->visible) continue;
    if (count < capacity) array[count].id = record->id;
    ++count;
  }
  return count;
}

thrum_status check_stack_size(std::size_t size) noexcept {
  if (platform::round_stack_size(size) != 0) return THRUM_OK;
  return size < SIZE_MAX / 2 ? THRUM_E_VALUE : THRUM_E_OVERFLOW;
}

thrum_status stack_size(std::size_t size, std::size_t* old) noexcept {
  const bool keep = size == THRUM_STACK_SIZE_KEEP;
  if (size != 0 && !keep) {
    const thrum_status status = check_stack_size(size);
    if (status != THRUM_OK) return status;
    size = platform::round_stack_size(size);
  }
  const Registry registry;
  if (old != nullptr) *old = Registry::stack_size();
  if (!keep) Registry::stack_size() = size;
  return THRUM_OK;
}

}  // namespace thrum::thread
