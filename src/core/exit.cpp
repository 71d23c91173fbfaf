// core/exit.cpp - the end of the process.
#include "core/exit.hpp"

#include "core/event.hpp"
#include "core/registry.hpp"
#include "core/runtime.hpp"
#include "core/thread.hpp"

namespace thrum::exit {

namespace {

bool watching = false;  // guarded by the registry's mutex

// The record of the thread that has waited for the others; 0 before that.
detail::Word survivor;

void process_exits() { static_cast<void>(shutdown()); }

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

}  // namespace

bool watch() noexcept {
  if (!watching) watching = platform::on_exit(process_exits);
  return watching;
}

void forget() noexcept {
  // The handler may have run already, and a second one finds nothing to do.
  watching = false;
  atomic::store_relaxed(survivor, 0);
}

bool exiting() noexcept {
  // relaxed: a thread that has not heard of it yet may go on until it has.
  return atomic::load_relaxed(survivor) != 0;
}

bool abandons(const ThreadRecord& record) noexcept {
  return exiting() && record.daemon && record.origin == Origin::started &&
         atomic::load_relaxed(survivor) != reinterpret_cast<std::uintptr_t>(&record);
}

void stay(ThreadRecord& record) noexcept {
  // Nobody gives the token of a thread that is in no queue.
  for (;;) record.waiter.parker.wait(kNever);
}

thrum_status shutdown() noexcept {
  ThreadRecord* self = runtime::current();
  if (self == nullptr) return THRUM_E_NOMEM;
  Registry registry;
  if (exiting()) return THRUM_OK;
  self->leaving = true;
  // Who waits for the main thread has waited long enough.
  if (Registry::main() != nullptr) static_cast<void>(event::set(Registry::main()->finished, 0));
  while (ThreadRecord* other = next_to_await(*self)) {
    Registry::pin(*other);
    registry.unlock();
    static_cast<void>(thread::await_end(*other, kNever));
    registry.lock();
    Registry::unpin(*other);
  }
  atomic::store_relaxed(survivor, reinterpret_cast<std::uintptr_t>(self));
  return THRUM_OK;
}

}  // namespace thrum::exit
