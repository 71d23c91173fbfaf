// core/task/timer_fork.cpp - timers around a fork.
#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"
#include "core/task/timer_parts.hpp"
#include "core/task/timer_service.hpp"

namespace thrum::timer {

namespace {

void before_fork() noexcept { platform::lock(mutex); }

void after_fork_in_parent() noexcept { platform::unlock(mutex); }

void after_fork_in_child() noexcept {
  const auto* self = static_cast<const ThreadRecord*>(platform::identity().record);
  // As those of threads, see process/fork.cpp.
  const bool keep_pins = runtime::is_inside(self);
  timers.for_each([self, keep_pins](TimerSlot& slot) {
    // relaxed: the one thread of the child.
    if (generation_of(atomic::load_relaxed(slot.word)) % 2 == 0) {
      if (slot.pins != 0 && !keep_pins) {
        slot.pins = 0;
        timers.put_back(slot, slot.id);
      }
      return;
    }
    if (!keep_pins) slot.pins = 0;
    const State state = state_of(slot);
    if (state == kCreated || state == kEnded) return;
    if (state == kRunning && self != nullptr && slot.thread == self->id) return;
    move(slot, kEnded);
    // For a join that has forked.
    atomic::store_relaxed(slot.settled, event::kSet);
    Leftovers leftovers;
    if (state == kPending || state == kStarting) {
      // Never started, or not there: what its thread was to do is left alone, as is that of every thread.
      if (ThreadRecord* record = Registry::find(slot.thread)) static_cast<void>(Registry::drop(*record));
      slot.thread = 0;
    }
    slot.dispose = nullptr;
    drop(slot, leftovers);
    if (ThreadRecord* record = Registry::find(leftovers.thread)) static_cast<void>(Registry::drop(*record));
  });
  heap.clear();
  holding = 0;
  exit_waits = false;
  atomic::store_relaxed(none_holding, event::kSet);
  serving = false;
  if (parker_prepared) parker.initialise();
  platform::unlock(mutex);
}

}  // namespace

const fork::Participant participant = {before_fork, after_fork_in_parent, after_fork_in_child};

}  // namespace thrum::timer
