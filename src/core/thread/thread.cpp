// core/thread/thread.cpp - a thread's life: created, started, joined, and gone.
#include "core/thread/thread.hpp"

#include "core/self/ending.hpp"
#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"
#include "core/sync/event.hpp"
#include "core/thread/hooks.hpp"
#include "core/thread/local.hpp"
#include "core/word/keep_errno.hpp"

namespace thrum::thread {

namespace {

bool is_alive(const ThreadRecord& record) noexcept {
  return record.life == Life::starting || record.life == Life::running;
}

void dispose_of_work(ThreadRecord& record) noexcept {
  void (*const dispose)(void*) = record.dispose;
  record.dispose = nullptr;
  if (dispose != nullptr) dispose(record.arg);
}

/// What a thread does from its first step to the return of its target. It may also leave the target by
/// pthread_exit or cancellation, and then never comes back here: see finish.
void run(void* arg, platform::ThreadHandle self) noexcept(false) {
  auto& record = *static_cast<ThreadRecord*>(arg);
  if (!platform::set_identity(record.identity)) platform::fatal("thrum: no memory for a thread's identity");
  record.native_id = platform::native_id();
  {
    const Registry registry;
    record.system = self;
    record.life = Life::running;
    platform::name_thread(record.system, record.name);
  }
  static_cast<void>(event::set(record.begun, 0));
  hooks::begin(record);
  record.target(record.arg);
  dispose_of_work(record);
}

/// Waits until the system is rid of a thread that has ended. Call with the record pinned and the registry
/// locked.
thrum_status reap(Registry& registry, ThreadRecord& record, Deadline deadline) noexcept {
  while (record.reaping) {
    // In destructors that the system calls after its end a thread is another one, and others may be at its
    // end meanwhile. Who has such a record, and the handle of its thread, is that thread: a handle may come
    // again, but not while one who had the record in an earlier life is there.
    if (platform::ended() == &record && platform::is_current(record.system)) return THRUM_E_SELF;
    registry.unlock();
    const thrum_status status = event::wait_until(record.reaped, 0, deadline);
    registry.lock();
    if (status != THRUM_OK || event::is_set(record.reaped, 0)) return status;
    // Who was at it has run out of time.
  }
  // There, too, and without another at it the handle says so alone.
  if (platform::is_current(record.system)) return THRUM_E_SELF;
  record.reaping = true;
  registry.unlock();
  if (platform::join_thread(record.system, deadline)) {
    static_cast<void>(event::set(record.reaped, 0));
    return THRUM_OK;
  }
  registry.lock();
  // The last reference may have gone meanwhile, and has left the rest to this call.
  const bool abandoned = record.references == 0;
  record.reaping = abandoned;
  if (abandoned) platform::detach_thread(record.system);
  static_cast<void>(event::set(record.reaped, 0));
  if (!abandoned) static_cast<void>(event::clear(record.reaped, 0));
  return THRUM_TIMEOUT;
}

thrum_status check_options(const thrum_thread_options& options) noexcept {
  if (options.size < sizeof(thrum_thread_options)) return THRUM_E_VALUE;
  if (options.daemon < THRUM_DAEMON_INHERIT || options.daemon > THRUM_DAEMON_YES) return THRUM_E_VALUE;
  if (options.stack_size != 0) return check_stack_size(options.stack_size);
  return THRUM_OK;
}

const char* null_if_empty(const char* text) noexcept {
  return text != nullptr && *text != '\0' ? text : nullptr;
}

}  // namespace

thrum_status create(std::uint64_t& out, const thrum_thread_options* options, const Work& work,
                    Owner owner) noexcept {
  static constexpr thrum_thread_options kDefaults = THRUM_THREAD_OPTIONS_INIT;
  if (work.target == nullptr) return THRUM_E_VALUE;
  if (options == nullptr) options = &kDefaults;
  const thrum_status status = check_options(*options);
  if (status != THRUM_OK) return status;
  bool daemon = options->daemon == THRUM_DAEMON_YES;
  if (options->daemon == THRUM_DAEMON_INHERIT) {
    const ThreadRecord* creator = runtime::current();
    if (creator == nullptr) return THRUM_E_NOMEM;
    daemon = creator->daemon;
  }

  Registry registry;
  ThreadRecord* record = Registry::create();
  if (record == nullptr) return THRUM_E_NOMEM;
  if (!Registry::name(*record, null_if_empty(options->name), null_if_empty(options->target_name))) {
    static_cast<void>(Registry::drop(*record));
    return THRUM_E_NOMEM;
  }
  record->target = work.target;
  record->arg = work.arg;
  record->dispose = work.dispose;
  record->owned = owner == Owner::c;
  record->daemon = daemon;
  record->stack_size =
      options->stack_size != 0 ? platform::round_stack_size(options->stack_size) : Registry::stack_size();
  out = record->id;
  return THRUM_OK;
}

thrum_status retain(std::uint64_t id) noexcept {
  const Registry registry;
  ThreadRecord* record = Registry::find(id);
  if (record == nullptr) return THRUM_E_HANDLE;
  ++record->references;
  return THRUM_OK;
}

void release(std::uint64_t id) noexcept {
  Registry registry;
  ThreadRecord* record = Registry::find(id);
  if (record == nullptr) return;
  const Disposal disposal = Registry::drop(*record);
  registry.unlock();
  disposal.run();
}

thrum_status destroy(std::uint64_t id) noexcept {
  Registry registry;
  ThreadRecord* record = Registry::find(id);
  if (record == nullptr) return THRUM_E_HANDLE;
  if (record->origin == Origin::foreign) return THRUM_E_FOREIGN;
  if (is_alive(*record) || !record->owned) return THRUM_E_BUSY;
  record->owned = false;
  const Disposal disposal = Registry::drop(*record);
  registry.unlock();
  disposal.run();
  return THRUM_OK;
}

thrum_status detach(std::uint64_t id) noexcept {
  const Registry registry;
  ThreadRecord* record = Registry::find(id);
  if (record == nullptr) return THRUM_E_HANDLE;
  if (record->origin != Origin::started) return THRUM_E_FOREIGN;
  if (record->life == Life::created) return THRUM_E_NOT_STARTED;
  if (record->owned) {
    record->owned = false;
    static_cast<void>(Registry::drop(*record));
  }
  return THRUM_OK;
}

namespace {

thrum_status start(std::uint64_t id, bool anyhow, const platform::SignalMask* mask) noexcept {
  const KeepErrno keep_errno;
  Registry registry;
  ThreadRecord* record = Registry::find(id);
  if (record == nullptr) return THRUM_E_HANDLE;
  if (record->origin == Origin::foreign) return THRUM_E_FOREIGN;
  if (record->life != Life::created) return THRUM_E_STARTED;
  // [pair: exit] with the shutdown, by the registry's mutex.
  if (exit::exiting()) return THRUM_E_EXITING;
  if (!exit::watch()) return THRUM_E_NOMEM;
  record->life = Life::starting;
  // Set by a start that was refused, see below.
  static_cast<void>(event::clear(record->finished, 0));
  ++record->references;
  Registry::enter(*record);
  registry.unlock();
  platform::Start start = platform::start_thread(run, record, record->stack_size, mask);
  if (anyhow && (start == platform::Start::stack_too_small ||
                 (start == platform::Start::refused && record->stack_size != 0))) {
    start = platform::start_thread(run, record, platform::kAnyStack, mask);
  }
  if (start == platform::Start::done) return THRUM_OK;
  registry.lock();
  Registry::leave(*record);
  record->life = Life::created;
  // Who waits for its first step, or its end, has waited in vain.
  static_cast<void>(event::set(record->begun, 0));
  static_cast<void>(event::clear(record->begun, 0));
  static_cast<void>(event::set(record->finished, 0));
  const Disposal disposal = Registry::drop(*record);
  registry.unlock();
  disposal.run();
  return start == platform::Start::stack_too_small ? THRUM_E_VALUE : THRUM_E_AGAIN;
}

}  // namespace

thrum_status start(std::uint64_t id) noexcept { return start(id, false, nullptr); }

thrum_status start_anyhow(std::uint64_t id, const platform::SignalMask& mask) noexcept {
  return start(id, true, &mask);
}

namespace {

/// What await_end does, with the record pinned and the registry unlocked.
thrum_status await_end_of(ThreadRecord& record, Deadline deadline) noexcept {
  if (!platform::may_await_threads() && !event::is_set(record.reaped, 0)) return THRUM_E_DEADLOCK;
  Registry registry;
  do {
    registry.unlock();
    const thrum_status status = event::wait_until(record.finished, 0, deadline);
    if (status != THRUM_OK) return status;
    registry.lock();
    if (record.origin != Origin::started) return THRUM_OK;
    if (record.life == Life::created) return THRUM_E_NOT_STARTED;
    // One that was refused at first may have been started again by now.
  } while (record.life != Life::finished);
  return reap(registry, record, deadline);
}

}  // namespace

thrum_status await_end(Registry& registry, ThreadRecord& record, Deadline deadline) noexcept {
  Registry::pin(record);
  registry.unlock();
  const thrum_status status = await_end_of(record, deadline);
  registry.lock();
  Registry::unpin(record);
  return status;
}

thrum_status join(std::uint64_t id, double timeout) noexcept {
  const thrum_status status = check_timeout(timeout);
  return status == THRUM_OK ? join_until(id, deadline_after(timeout)) : status;
}

thrum_status join_until(std::uint64_t id, Deadline deadline) noexcept {
  Registry registry;
  ThreadRecord* record = Registry::find(id);
  if (record == nullptr) return THRUM_E_HANDLE;
  if (record->origin == Origin::foreign) return THRUM_E_FOREIGN;
  if (record->life == Life::created) return THRUM_E_NOT_STARTED;
  if (record == platform::identity().record) return THRUM_E_SELF;
  return await_end(registry, *record, deadline);
}

thrum_status is_alive(std::uint64_t id, int& out) noexcept {
  const Registry registry;
  const ThreadRecord* record = Registry::find(id);
  if (record == nullptr) return THRUM_E_HANDLE;
  out = is_alive(*record) ? 1 : 0;
  return THRUM_OK;
}

void finish(void* arg) noexcept {
  auto& record = *static_cast<ThreadRecord*>(arg);
  above.thread_ends(record);
  dispose_of_work(record);
  hooks::end(record);
  local::end_thread(record);
  const bool main = record.origin == Origin::main;
  forget(&record);
  if (main && platform::kFirstMayLeave) above.main_left();
}

void forget(void* arg) noexcept {
  auto& record = *static_cast<ThreadRecord*>(arg);
  Registry registry;
  local::forget(record);
  record.life = Life::finished;
  Registry::leave(record);
  Registry::pin(record);
  static_cast<void>(Registry::drop(record));
  registry.unlock();
  static_cast<void>(event::set(record.finished, 0));
  registry.lock();
  Registry::unpin(record);
}

}  // namespace thrum::thread
