// core/sync/barrier.cpp - Barrier.
#include "core/sync/barrier.hpp"

#include "core/self/epoch.hpp"
#include "core/self/runtime.hpp"
#include "core/word/deadline.hpp"

namespace thrum::barrier {

namespace {

// All of these: call with the bucket's mutex held.

bool is_live(const BarrierState& barrier, Generation generation) noexcept {
  // acquire: whoever got here by an old id has read nothing of the object that has the slot now.
  return generation_of(atomic::load_acquire(barrier.word)) == generation;
}

bool is_acting(const BarrierState& barrier) noexcept {
  return (atomic::load_relaxed(barrier.word) & kActing) != 0;
}

/// Whether the calling thread runs the action.
bool is_actor(const BarrierState& barrier) noexcept {
  return is_acting(barrier) && barrier.actor == platform::identity().ident;
}

void set_acting(BarrierState& barrier, bool acting) noexcept {
  const std::uint64_t word = atomic::load_relaxed(barrier.word);
  // relaxed: read with the mutex held.
  atomic::store_relaxed(barrier.word, acting ? word | kActing : word & ~kActing);
}

/// Sends all who are queued away. Those of a round have not passed, and need not look to know that; those who
/// wait for the end of an action look again.
void send_away(BarrierState& barrier, lot::Bucket& bucket) noexcept {
  lot::WakeList awake;
  if (is_acting(barrier)) {
    awake.call_all(bucket);
  } else {
    awake.push_all(bucket, Verdict::look_again);
  }
  barrier.arrived = 0;
  bucket.unlock();
  awake.wake_all();
}

void break_barrier(BarrierState& barrier, lot::Bucket& bucket) noexcept {
  barrier.broken = true;
  send_away(barrier, bucket);
}

/// The last one of a round has come.
thrum_status complete(BarrierState& barrier, lot::Bucket& bucket, bool has_action) noexcept {
  lot::WakeList round;
  round.push_all(bucket);
  barrier.arrived = 0;
  if (has_action) {
    barrier.held = round.first();
    barrier.actor = platform::identity().ident;
    barrier.spoiled = false;
    barrier.forks = fork::count();
    set_acting(barrier, true);
    return detail::barrier_act;
  }
  bucket.unlock();
  round.wake_all();
  return THRUM_OK;
}

/// The time is up. True: this thread has broken the barrier, or it is broken. False: it has been woken.
bool give_up(BarrierState& barrier, Waiter& self) noexcept {
  lot::Bucket bucket(&barrier.word);
  if (bucket.remove(self)) {
    break_barrier(barrier, bucket);
    return true;
  }
  bucket.unlock();
  lot::wait(self, kNever);
  return false;
}

}  // namespace

thrum_status wait(BarrierState& barrier, Generation generation, double timeout, bool has_action,
                  int& index) noexcept {
  const thrum_status status = check_timeout(timeout);
  if (status != THRUM_OK) return status;
  Waiter* self = runtime::waiter();
  if (self == nullptr) return THRUM_E_NOMEM;
  for (;;) {
    lot::Bucket bucket(&barrier.word);
    if (!is_live(barrier, generation)) return THRUM_E_HANDLE;
    if (is_actor(barrier)) return THRUM_E_DEADLOCK;
    if (barrier.broken) return THRUM_E_BROKEN;
    const bool counted = !is_acting(barrier);
    const int place = barrier.arrived;
    if (counted && ++barrier.arrived == barrier.parties) {
      index = place;
      return complete(barrier, bucket, has_action);
    }
    const bool one_missing = counted && barrier.arrived + 1 == barrier.parties;
    bucket.push(*self, Kind::barrier);
    bucket.unlock();
    const Spin::Budget budget = one_missing ? Spin::kSignal : Spin::kCrowd;
    // As in Python the timeout is for the round: it begins when the thread is let in. Nobody will be by an
    // action whose thread a fork has left behind.
    const bool let_in = counted || barrier.forks != fork::count();
    if (!lot::wait(*self, let_in ? deadline_after(timeout) : kNever, budget) && give_up(barrier, *self)) {
      return THRUM_E_BROKEN;
    }
    if (!counted) {
      lot::come_back(*self);
      continue;
    }
    if (self->verdict != Verdict::handed_over) return THRUM_E_BROKEN;
    index = place;
    return THRUM_OK;
  }
}

thrum_status acted(BarrierState& barrier, Generation generation, bool succeeded) noexcept {
  lot::WakeList to_come;
  lot::Bucket bucket(&barrier.word);
  if (!is_live(barrier, generation)) return THRUM_E_HANDLE;
  // The barrier may have been made new during the action.
  if (!is_actor(barrier)) return THRUM_E_BROKEN;
  // In the child of a fork during the action nobody is left to be woken.
  Waiter* first = barrier.forks == fork::count() ? barrier.held : nullptr;
  const bool passed = succeeded && !barrier.spoiled;
  barrier.held = nullptr;
  if (!succeeded) barrier.broken = true;
  set_acting(barrier, false);
  to_come.call_all(bucket);
  bucket.unlock();
  lot::wake_chain(first, passed ? Verdict::handed_over : Verdict::look_again);
  to_come.wake_all();
  return passed ? THRUM_OK : THRUM_E_BROKEN;
}

thrum_status reset(BarrierState& barrier, Generation generation) noexcept {
  lot::Bucket bucket(&barrier.word);
  if (!is_live(barrier, generation)) return THRUM_E_HANDLE;
  barrier.broken = false;
  send_away(barrier, bucket);
  return THRUM_OK;
}

thrum_status abort(BarrierState& barrier, Generation generation) noexcept {
  lot::Bucket bucket(&barrier.word);
  if (!is_live(barrier, generation)) return THRUM_E_HANDLE;
  // The round whose action runs is one of those that wait.
  barrier.spoiled = true;
  break_barrier(barrier, bucket);
  return THRUM_OK;
}

thrum_status reinitialise(BarrierState& barrier, Generation generation) noexcept {
  const lot::Bucket bucket(&barrier.word);
  if (!is_live(barrier, generation)) return THRUM_E_HANDLE;
  set_acting(barrier, false);
  barrier.held = nullptr;
  barrier.arrived = 0;
  barrier.broken = false;
  return THRUM_OK;
}

thrum_status look(const BarrierState& barrier, Generation generation, Look& out) noexcept {
  const lot::Bucket bucket(&barrier.word);
  if (!is_live(barrier, generation)) return THRUM_E_HANDLE;
  out = {barrier.parties, is_acting(barrier) ? barrier.parties : barrier.arrived, barrier.broken};
  return THRUM_OK;
}

}  // namespace thrum::barrier
