// core/fork.cpp - the process forks.
#include "core/fork.hpp"

#include "core/cells.hpp"
#include "core/event.hpp"
#include "core/exit.hpp"
#include "core/local.hpp"
#include "core/pool.hpp"
#include "core/registry.hpp"
#include "core/tables.hpp"
#include "core/timer.hpp"

namespace thrum::fork {

namespace {

// They change where there is one thread alone.
std::uint32_t forks = 0;
std::uint64_t forker = 0;

/// A thread that the child does not have.
void vanish(ThreadRecord& record) noexcept {
  record.life = Life::finished;
  record.reaping = true;
  Registry::leave(record);
  // What its target had and what its locals point to is left alone: it was in use.
  local::forget(record);
  // So was its list of locks, which it may have been about to exchange for a longer one; the slot's next
  // thread gets another.
  record.reads = Reads{};
  static_cast<void>(Registry::drop(record));
}

/// What other threads were doing with this record, or its slot, is not going on any more.
void settle(ThreadRecord& record) noexcept {
  // Its thread may have been asleep there, or a waker was about to let go of its mutex.
  record.waiter.parker.initialise();
  atomic::store_relaxed(record.waiter.address, 0);
  while (record.pins != 0) Registry::unpin(record);
  if (record.life != Life::finished) return;
  record.reaping = true;
  atomic::store_relaxed(record.begun, event::kSet);
  atomic::store_relaxed(record.finished, event::kSet);
  atomic::store_relaxed(record.reaped, event::kSet);
}

/// Makes the thread that forked the main one, its name kept.
void become_main(ThreadRecord& self) noexcept {
  self.native_id = platform::native_id();
  self.leaving = false;
  if (self.name == nullptr) static_cast<void>(Registry::name(self, "MainThread", nullptr));
  if (Registry::main() != &self) Registry::replace_main(&self);
}

}  // namespace

void prepare() noexcept {
  pool::before_fork();
  Registry::before_fork();
  timer::before_fork();
  tables::before_fork();
  cells::before_fork();
  lot::before_fork();
}

void parent() noexcept {
  lot::after_fork_in_parent();
  cells::after_fork();
  tables::after_fork();
  timer::after_fork_in_parent();
  Registry::after_fork();
  pool::after_fork_in_parent();
}

void child() noexcept {
  ++forks;
  forker = platform::identity().ident;
  lot::after_fork_in_child();
  cells::after_fork();
  tables::after_fork();
  auto* self = static_cast<ThreadRecord*>(platform::identity().record);
  for (ThreadRecord* record = Registry::first(); record != nullptr;) {
    ThreadRecord* next = record->next;
    if (record != self) vanish(*record);
    record = next;
  }
  tables::threads.for_each(settle);
  timer::after_fork_in_child();
  pool::after_fork_in_child();
  exit::forget();
  if (self != nullptr) {
    become_main(*self);
  } else {
    Registry::replace_main(nullptr);  // the calling thread will be, with its first use of the library
  }
  Registry::after_fork();
}

std::uint32_t count() noexcept { return forks; }

std::uint64_t survivor() noexcept { return forker; }

}  // namespace thrum::fork
