// core/runtime.cpp - the calling thread.
#include "core/runtime.hpp"

#include "core/event.hpp"
#include "core/exit.hpp"
#include "core/fork.hpp"
#include "core/hooks.hpp"
#include "core/keep_errno.hpp"
#include "core/registry.hpp"
#include "core/thread.hpp"

namespace thrum::runtime {

namespace {

bool initialised = false;  // guarded by the registry's mutex

// As the library is loaded, if that is done by the main thread, which may end before it has ever called the
// library; and a fork must not find it without its hooks.
[[maybe_unused]] const bool loaded = (initialise(), platform::is_first_thread() && current() != nullptr);

/// The record for the calling thread, not yet its own.
ThreadRecord* choose_record() noexcept {
  if (platform::is_first_thread()) {
    ThreadRecord* main = Registry::need_main();
    // The first thread can come here twice: in destructors that run after its end.
    if (main == nullptr || !event::is_set(main->begun, 0)) return main;
  }
  ThreadRecord* record = Registry::create();
  if (record == nullptr) return nullptr;
  record->life = Life::running;
  record->origin = Origin::foreign;
  record->daemon = true;
  record->visible = false;
  record->owned = false;
  record->reaping = true;
  Registry::enter(*record);
  return record;
}

}  // namespace

void initialise() noexcept {
  const Registry registry;
  if (initialised) return;
  platform::on_thread_end(thread::finish, thread::forget);
  platform::on_fork(fork::prepare, fork::parent, fork::child);
  initialised = true;
}

ThreadRecord* adopt() noexcept {
  const KeepErrno keep_errno;
  initialise();
  Registry registry;
  ThreadRecord* record = choose_record();
  if (record == nullptr) return nullptr;
  registry.unlock();
  const bool set = platform::set_identity(record->identity);
  registry.lock();
  if (!set) {
    if (record->origin == Origin::foreign) {
      Registry::leave(*record);
      static_cast<void>(Registry::drop(*record));
    }
    return nullptr;
  }
  record->system = platform::current_thread();
  record->native_id = platform::native_id();
  static_cast<void>(event::set(record->begun, 0));
  registry.unlock();
  hooks::begin(*record);
  return record;
}

Waiter* waiter() noexcept {
  ThreadRecord* record = current();
  if (record == nullptr) return nullptr;
  if (exit::abandons(*record)) exit::stay(*record);
  hooks::catch_up(*record);
  return &record->waiter;
}

}  // namespace thrum::runtime
