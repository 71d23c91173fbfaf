// core/process/exit.cpp - the end of the process.
#include "core/process/exit.hpp"

#include "core/self/ending.hpp"
#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"
#include "core/sync/event.hpp"
#include "core/task/pool.hpp"
#include "core/task/timer.hpp"
#include "core/word/memory.hpp"

namespace thrum::exit {

namespace {

/// A call-back to run when the shutdown begins.
struct Call {
  thread::Work work;
  Call* older;
};

// Guarded by the registry's mutex.
bool begun = false;              // the shutdown
Call* newest = nullptr;          // of the call-backs that are still to run
ThreadRecord* caller = nullptr;  // the thread that runs them
detail::Word all_called;         // an event: nobody runs one

/// A thread that the process has to wait for, or null. Two threads that both wait for the others do not
/// wait for each other.
ThreadRecord* next_to_await(const ThreadRecord& self) noexcept {
  ThreadRecord* record = Registry::first();
  while (record != nullptr &&
         (record == &self || record->origin != Origin::started || record->daemon || record->leaving)) {
    record = record->next;
  }
  return record;
}

/// Runs what is left of the call-backs, the newest first. Where another thread does so already, waits for it.
void run_calls(Registry& registry, ThreadRecord& self) noexcept {
  while (caller != nullptr && caller != &self) {
    registry.unlock();
    static_cast<void>(event::wait_until(all_called, 0, kNever));
    registry.lock();
  }
  // A call-back may itself shut down: that runs the rest.
  const bool outermost = caller == nullptr;
  if (outermost) static_cast<void>(event::clear(all_called, 0));
  caller = &self;
  while (Call* call = newest) {
    newest = call->older;
    registry.unlock();
    call->work.target(call->work.arg);
    if (call->work.dispose != nullptr) call->work.dispose(call->work.arg);
    release(call);
    registry.lock();
  }
  if (!outermost) return;
  caller = nullptr;
  static_cast<void>(event::set(all_called, 0));
}

/// Has the system be rid of the threads that had ended before anybody waited for them: they may still be in
/// destructors, and a tool that looks at the end of the process takes one that nobody has joined for lost.
void reap_ended(Registry& registry) noexcept {
  threads.for_each([&registry](ThreadRecord& record) {
    if (record.life != Life::finished || record.reaping || record.references == 0) return;
    if (record.daemon) {
      Registry::detach(record);
      return;
    }
    static_cast<void>(thread::await_end(registry, record, kNever));
  });
}

/// Sets `survivor` where no timer holds the exit back; else waits until none does, and answers false.
bool timers_let_go(Registry& registry, const ThreadRecord& self) noexcept {
  if (timer::let_exit(survivor, reinterpret_cast<std::uintptr_t>(&self))) return true;
  registry.unlock();
  static_cast<void>(timer::await_none());
  registry.lock();
  return false;
}

}  // namespace

void begin_anew() noexcept {
  forget();
  begun = false;
  // A thread that was running a call-back goes on with it, as the only one.
  if (caller == platform::identity().record) return;
  caller = nullptr;
  // For one that was about to wait for the others' end, and has forked.
  atomic::store_relaxed(all_called, event::kSet);
}

thrum_status register_call(const thread::Work& work) noexcept {
  if (work.target == nullptr) return THRUM_E_VALUE;
  const Registry registry;
  if (begun) return THRUM_E_EXITING;
  if (!watch()) return THRUM_E_NOMEM;
  auto* call = static_cast<Call*>(allocate(sizeof(Call)));
  if (call == nullptr) return THRUM_E_NOMEM;
  *call = {work, newest};
  newest = call;
  return THRUM_OK;
}

bool shutting_down() noexcept { return begun; }

thrum_status shutdown() noexcept {
  ThreadRecord* self = runtime::current();
  if (self == nullptr) return THRUM_E_NOMEM;
  if (!exiting() && !platform::may_await_threads()) return THRUM_E_DEADLOCK;
  Registry registry;
  if (exiting()) return THRUM_OK;
  begun = true;
  self->leaving = true;
  run_calls(registry, *self);
  // Who waits for the main thread has waited long enough.
  if (Registry::main() != nullptr) static_cast<void>(event::set(Registry::main()->finished, 0));
  registry.unlock();
  pool::end_all();
  registry.lock();
  do {
    while (ThreadRecord* other = next_to_await(*self)) {
      static_cast<void>(thread::await_end(registry, *other, kNever));
    }
  } while (!timers_let_go(registry, *self));
  reap_ended(registry);
  registry.unlock();
  runtime::move_gate();
  platform::await_ends();
  return THRUM_OK;
}

}  // namespace thrum::exit
