// core/task/timer.cpp - a timer's life: created, started, cancelled, and gone with its last reference.
#include "core/task/timer.hpp"

#include "core/self/ending.hpp"
#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"
#include "core/task/timer_parts.hpp"
#include "core/task/timer_service.hpp"

namespace thrum::timer {

Table<TimerSlot, SlotType::timer, 8> timers;

platform::Mutex mutex;
std::uint64_t holding = 0;
bool exit_waits = false;
detail::Word none_holding;

namespace {

// Call the next ones, up to create, with the mutex held.

/// The id of the timer's thread; 0: it has none, or none yet. Before that the field is the service's.
std::uint64_t thread_of(const TimerSlot& slot) noexcept {
  const State state = state_of(slot);
  return state == kRunning || state == kEnded ? slot.thread : 0;
}

void put_back_if_unused(TimerSlot& slot) noexcept {
  if (slot.references == 0 && slot.pins == 0) timers.put_back(slot, slot.id);
}

}  // namespace

void drop(TimerSlot& slot, Leftovers& leftovers) noexcept {
  if (--slot.references != 0) return;
  if (slot.dispose != nullptr) leave_work(slot, leftovers);
  leftovers.thread = slot.thread;
  slot.thread = 0;
  atomic::store_release(slot.word, make_word(generation_of(slot.id) + 1, 0));
  put_back_if_unused(slot);
}

void let_go(bool daemon) noexcept {
  if (daemon || --holding != 0 || !exit_waits) return;
  exit_waits = false;
  static_cast<void>(event::set(none_holding, 0));
}

void end_uncalled(TimerSlot& slot, Leftovers& leftovers) noexcept {
  move(slot, kEnded);
  settle(slot);
  let_go(slot.daemon);
  if (slot.thread != 0) {
    // Refused by the system before, and never started: what it was to do goes with it, by way of finish.
    leftovers.thread = slot.thread;
    slot.thread = 0;
    return;
  }
  leave_work(slot, leftovers);
  drop(slot, leftovers);
}

thrum_status create(std::uint64_t& out, double interval, const thread::Work& work,
                    thread::Owner owner) noexcept {
  if (work.target == nullptr) return THRUM_E_VALUE;
  const thrum_status status = check_timeout(interval);
  if (status != THRUM_OK) return status;
  const ThreadRecord* creator = runtime::current();
  if (creator == nullptr) return THRUM_E_NOMEM;
  std::uint64_t id = 0;
  TimerSlot* slot = timers.take(id);
  if (slot == nullptr) return THRUM_E_NOMEM;
  // relaxed: whoever reads it has found the timer with the mutex held, after this.
  atomic::store_relaxed(slot->settled, event::kClear);
  slot->interval = interval;
  slot->function = work.target;
  slot->arg = work.arg;
  slot->dispose = work.dispose;
  slot->thread = 0;
  slot->pins = 0;
  slot->refusals = 0;
  slot->references = 1;
  slot->daemon = creator->daemon;
  slot->cancelled = false;
  slot->owned = owner == thread::Owner::c;
  // Nobody else can have the id before publish has returned it; the field is read with the mutex held.
  slot->id = make_word(generation_of(atomic::load_relaxed(slot->word)) + 1, id);
  out = timers.publish(*slot, id, kCreated);
  return THRUM_OK;
}

void release(std::uint64_t id) noexcept {
  Leftovers leftovers;
  Locked locked;
  TimerSlot* slot = Locked::find(id);
  if (slot == nullptr) return;
  drop(*slot, leftovers);
  leftovers.clear_away(locked);
}

thrum_status destroy(std::uint64_t id) noexcept {
  Leftovers leftovers;
  Locked locked;
  TimerSlot* slot = Locked::find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  const State state = state_of(*slot);
  if (state == kPending || state == kStarting || state == kRunning || !slot->owned) return THRUM_E_BUSY;
  if (slot->thread != 0) {
    const std::uint64_t thread = slot->thread;
    locked.unlock();
    int alive = 0;
    // Where the thread's object has gone, so has the timer.
    const thrum_status status = thread::is_alive(thread, alive);
    if (status != THRUM_OK) return status;
    if (alive != 0) return THRUM_E_BUSY;
    locked.lock();
    slot = Locked::find(id);
    if (slot == nullptr) return THRUM_E_HANDLE;
    if (!slot->owned) return THRUM_E_BUSY;
  }
  slot->owned = false;
  drop(*slot, leftovers);
  leftovers.clear_away(locked);
  return THRUM_OK;
}

thrum_status detach(std::uint64_t id) noexcept {
  Leftovers leftovers;
  Locked locked;
  TimerSlot* slot = Locked::find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  if (state_of(*slot) == kCreated) return THRUM_E_NOT_STARTED;
  if (slot->owned) {
    slot->owned = false;
    drop(*slot, leftovers);
  }
  leftovers.clear_away(locked);
  return THRUM_OK;
}

thrum_status start(std::uint64_t id) noexcept {
  if (!exit::watching()) {
    const Registry registry;
    if (!exit::watch()) return THRUM_E_NOMEM;
  }
  Leftovers leftovers;
  Locked locked;
  TimerSlot* slot = Locked::find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  if (state_of(*slot) != kCreated) return THRUM_E_STARTED;
  // [pair: exit] with let_exit, by the mutex: that finds this timer, or this finds the exit.
  if (exit::exiting()) return THRUM_E_EXITING;
  if (slot->cancelled) {
    move(*slot, kEnded);
    leave_work(*slot, leftovers);
    leftovers.clear_away(locked);
    return THRUM_OK;
  }
  if (!ensure_service()) return THRUM_E_AGAIN;
  // With nothing to wait for its time is now, and no poll: those that are overdue come first.
  const Deadline deadline = slot->interval > 0 ? deadline_after(slot->interval) : platform::now();
  if (!heap.push(*slot, deadline)) return THRUM_E_NOMEM;
  move(*slot, kPending);
  ++slot->references;
  if (!slot->daemon) ++holding;
  // [pair: due] with serve, by the mutex. The token is given after it: once, since that sets the time back.
  const bool earlier = deadline < serving_at;
  if (earlier) serving_at = 0;
  locked.unlock();
  if (earlier) parker.give();
  return THRUM_OK;
}

thrum_status cancel(std::uint64_t id) noexcept {
  Leftovers leftovers;
  Locked locked;
  TimerSlot* slot = Locked::find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  slot->cancelled = true;
  if (state_of(*slot) != kPending) return THRUM_OK;
  heap.remove(*slot);
  end_uncalled(*slot, leftovers);
  leftovers.clear_away(locked);
  return THRUM_OK;
}

thrum_status join(std::uint64_t id, double timeout) noexcept {
  thrum_status status = check_timeout(timeout);
  if (status != THRUM_OK) return status;
  Locked locked;
  TimerSlot* slot = Locked::find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  const State state = state_of(*slot);
  if (state == kCreated) return THRUM_E_NOT_STARTED;
  std::uint64_t thread = thread_of(*slot);
  const Deadline deadline = deadline_after(timeout);
  if (state == kPending || state == kStarting) {
    if (!platform::may_await_threads()) return THRUM_E_DEADLOCK;
    ++slot->pins;
    locked.unlock();
    status = event::wait_until(slot->settled, 0, deadline);
    locked.lock();
    thread = thread_of(*slot);
    --slot->pins;
    put_back_if_unused(*slot);
    if (status != THRUM_OK) return status;
  }
  locked.unlock();
  if (thread == 0) return THRUM_OK;
  status = thread::join_until(thread, deadline);
  // A thread whose object has gone has ended.
  return status == THRUM_E_HANDLE ? THRUM_OK : status;
}

thrum_status is_alive(std::uint64_t id, int& out) noexcept {
  Locked locked;
  const TimerSlot* slot = Locked::find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  const State state = state_of(*slot);
  const std::uint64_t thread = thread_of(*slot);
  locked.unlock();
  if (thread != 0) return thread::is_alive(thread, out);
  out = state == kPending || state == kStarting ? 1 : 0;
  return THRUM_OK;
}

thrum_status daemon(std::uint64_t id, int& out) noexcept {
  const Locked locked;
  const TimerSlot* slot = Locked::find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  out = slot->daemon ? 1 : 0;
  return THRUM_OK;
}

thrum_status set_daemon(std::uint64_t id, bool daemon) noexcept {
  const Locked locked;
  TimerSlot* slot = Locked::find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  if (state_of(*slot) != kCreated) return THRUM_E_STARTED;
  slot->daemon = daemon;
  return THRUM_OK;
}

thrum_status thread(std::uint64_t id, std::uint64_t& out) noexcept {
  const Locked locked;
  const TimerSlot* slot = Locked::find(id);
  if (slot == nullptr) return THRUM_E_HANDLE;
  const std::uint64_t thread = thread_of(*slot);
  if (thread == 0) return THRUM_E_NOT_STARTED;
  out = thread;
  return THRUM_OK;
}

void wake_service() noexcept {
  Locked locked;
  const bool sleeps = serving && serving_at != 0;
  serving_at = 0;
  locked.unlock();
  if (sleeps) parker.give();
}

bool let_exit(detail::Word& word, std::uint64_t bits) noexcept {
  const Locked locked;
  if (holding != 0) {
    exit_waits = true;
    static_cast<void>(event::clear(none_holding, 0));
    return false;
  }
  // relaxed: who starts a timer reads it with the mutex held. [pair: exit]
  atomic::store_relaxed(word, bits);
  return true;
}

thrum_status await_none() noexcept { return event::wait_until(none_holding, 0, kNever); }

}  // namespace thrum::timer
