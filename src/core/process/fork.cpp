// core/process/fork.cpp - the process forks.
#include "core/process/fork.hpp"

#include "core/handle/tables.hpp"
#include "core/park/flag.hpp"
#include "core/process/exit.hpp"
#include "core/queue/cells.hpp"
#include "core/self/epoch.hpp"
#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"
#include "core/task/pool.hpp"
#include "core/task/timer.hpp"
#include "core/thread/local.hpp"

namespace thrum::fork {

namespace {

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
void settle(ThreadRecord& record, bool keep_pins) noexcept {
  // Its thread may have been asleep there, or a waker was about to let go of its mutex.
  record.waiter.parker.initialise();
  record.waiter.own = Place{};
  record.waiter.claim = detail::Word{};
  // Those of calls that are lost, too, where the thread that forked has some: they are not told apart, and a
  // slot that is not used again does no harm.
  while (!keep_pins && record.pins != 0) Registry::unpin(record);
  if (record.life != Life::finished) return;
  record.reaping = true;
  atomic::store_relaxed(record.begun, event::kSet);
  atomic::store_relaxed(record.finished, event::kSet);
  atomic::store_relaxed(record.reaped, event::kSet);
}

/// Makes the thread that forked the main one; one that thrum has started keeps its name.
void become_main(ThreadRecord& self) noexcept {
  self.native_id = platform::native_id();
  self.leaving = false;
  if (self.origin == Origin::foreign) static_cast<void>(Registry::name(self, "MainThread", nullptr));
  if (Registry::main() != &self) Registry::replace_main(&self);
}

/// The child has one thread alone, which is the main one.
void leave_others_behind() noexcept {
  auto* self = static_cast<ThreadRecord*>(platform::identity().record);
  for (ThreadRecord* record = Registry::first(); record != nullptr;) {
    ThreadRecord* next = record->next;
    if (record != self) vanish(*record);
    record = next;
  }
  const bool keep_pins = runtime::is_inside(self);
  threads.for_each([keep_pins](ThreadRecord& record) { settle(record, keep_pins); });
  exit::begin_anew();
  if (self != nullptr) {
    become_main(*self);
  } else {
    Registry::replace_main(nullptr);  // the calling thread will be, with its first use of the library
  }
  Registry::after_fork();
}

constexpr Participant kThreads = {Registry::before_fork, Registry::after_fork, leave_others_behind};

// In the order of locking.
constexpr const Participant* kParticipants[] = {
    &pool::participant,   &kThreads,           &timer::participant,
    &tables::participant, &cells::participant, &lot::participant,
};
constexpr std::size_t kCount = sizeof kParticipants / sizeof kParticipants[0];

}  // namespace

void prepare() noexcept {
  for (std::size_t i = 0; i != kCount; ++i) kParticipants[i]->prepare();
}

void parent() noexcept {
  for (std::size_t i = kCount; i != 0; --i) kParticipants[i - 1]->parent();
}

void child() noexcept {
  begin_epoch(platform::identity().ident);
  for (std::size_t i = kCount; i != 0; --i) kParticipants[i - 1]->child();
}

}  // namespace thrum::fork
