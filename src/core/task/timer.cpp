// core/task/timer.cpp - timers, and the thread that waits for them all.
#include "core/task/timer.hpp"

#include "core/self/ending.hpp"
#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"
#include "core/sync/event.hpp"
#include "core/task/timer_heap.hpp"
#include "core/word/keep_errno.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::timer {

Table<TimerSlot, SlotType::timer, 8> timers;

namespace {

enum State : std::uint64_t { kCreated, kPending, kStarting, kRunning, kEnded };

static_assert(sizeof(TimerSlot) + 2 * sizeof(TimerHeap::Entry) <= 200,
              "a pending timer, in a heap that has just grown to twice its size");

// What follows is guarded by the mutex.
platform::Mutex mutex;
TimerHeap heap;
std::uint64_t holding = 0;  // timers that are no daemons and wait for their time or their thread
bool exit_waits = false;    // somebody waits for there to be none, on `none_holding`

bool serving = false;          // whether the service has been started
bool parker_prepared = false;  // once in a process
Deadline serving_at = 0;       // when the service wakes by itself; 0: it is awake, or about to be
detail::Word none_holding;     // an event
Parker parker;                 // the service's

/// The mutex, held as long as this lives but between unlock() and lock().
class Locked {
 public:
  Locked() noexcept { lock(); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() { unlock(); }

  void lock() noexcept {
    platform::lock(mutex);
    locked_ = true;
  }
  void unlock() noexcept {
    if (!locked_) return;
    locked_ = false;
    platform::unlock(mutex);
  }

  /// The timer with this id, or null.
  static TimerSlot* find(std::uint64_t id) noexcept {
    TimerSlot* slot = timers.find(id);
    if (slot == nullptr) return nullptr;
    // acquire: pairs with the release in publish, the one change of the word without the mutex.
    return generation_of(atomic::load_acquire(slot->word)) == generation_of(id) ? slot : nullptr;
  }

 private:
  bool locked_ = false;
};

/// What a timer leaves behind that must be seen to with the mutex not held: it calls the user's code, or the
/// registry.
struct Leftovers {
  void (*dispose)(void*) = nullptr;
  void* arg = nullptr;
  std::uint64_t thread = 0;

  void clear_away() const noexcept {
    if (dispose != nullptr) dispose(arg);
    if (thread != 0) thread::release(thread);
  }
};

// Call the functions up to the service's with the mutex held.

State state_of(const TimerSlot& slot) noexcept {
  return static_cast<State>(thrum::state_of(atomic::load_relaxed(slot.word)));
}

/// The id of the timer's thread; 0: it has none, or none yet. Before that the field is the service's.
std::uint64_t thread_of(const TimerSlot& slot) noexcept {
  const State state = state_of(slot);
  return state == kRunning || state == kEnded ? slot.thread : 0;
}

void move(TimerSlot& slot, State state) noexcept {
  // release: as every change of a slot's word.
  atomic::store_release(slot.word, make_word(generation_of(slot.id), state));
}

/// Has the call-back's argument disposed of.
void leave_work(TimerSlot& slot, Leftovers& leftovers) noexcept {
  leftovers.dispose = slot.dispose;
  leftovers.arg = slot.arg;
  slot.dispose = nullptr;
}

void put_back_if_unused(TimerSlot& slot) noexcept {
  if (slot.references == 0 && slot.pins == 0) timers.put_back(slot, slot.id);
}

/// Takes a reference away; with the last one the object's life ends.
void drop(TimerSlot& slot, Leftovers& leftovers) noexcept {
  if (--slot.references != 0) return;
  if (slot.dispose != nullptr) leave_work(slot, leftovers);
  leftovers.thread = slot.thread;
  slot.thread = 0;
  atomic::store_release(slot.word, make_word(generation_of(slot.id) + 1, 0));
  put_back_if_unused(slot);
}

/// The timer need not be waited for any more: it has ended, or its thread can be.
void settle(TimerSlot& slot) noexcept {
  if (slot.pins != 0) static_cast<void>(event::set(slot.settled, 0));
}

/// The exit of the process need not wait for one timer any more.
void let_go(bool daemon) noexcept {
  if (daemon || --holding != 0 || !exit_waits) return;
  exit_waits = false;
  static_cast<void>(event::set(none_holding, 0));
}

/// Ends a timer that has not called its call-back and will not.
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

// ------------------------------------------------------------------------- the thread of a call-back --

void run(void* arg) noexcept(false) {
  auto& slot = *static_cast<TimerSlot*>(arg);
  Locked locked;
  const bool call = !slot.cancelled;
  move(slot, kRunning);
  settle(slot);
  locked.unlock();
  if (call) slot.function(slot.arg);
}

/// The thread is done with the call-back, however that ended.
void finish(void* arg) noexcept {
  auto& slot = *static_cast<TimerSlot*>(arg);
  Leftovers work;
  Leftovers rest;
  Locked locked;
  leave_work(slot, work);
  locked.unlock();
  work.clear_away();
  locked.lock();
  move(slot, kEnded);
  drop(slot, rest);
  locked.unlock();
  rest.clear_away();
}

// ------------------------------------------------------------------------------------- the service --

/// Begins the thread of a timer that is due. Call with the mutex not held.
thrum_status begin(TimerSlot& slot) noexcept {
  // Only the service touches the field of a timer that is starting, and it is there until that succeeds.
  if (slot.thread == 0) {
    thrum_thread_options options = THRUM_THREAD_OPTIONS_INIT;
    options.daemon = slot.daemon ? THRUM_DAEMON_YES : THRUM_DAEMON_NO;
    const thrum_status status =
        thread::create(slot.thread, &options, {run, &slot, finish}, thread::Owner::cpp);
    if (status != THRUM_OK) return status;
  }
  return thread::start(slot.thread);
}

/// When to ask again for a thread that the system has refused so many times: after 1 ms, then twice as long
/// each time, up to about a second.
Deadline retry_at(std::uint32_t refusals) noexcept {
  return platform::now() + (std::uint64_t{1000000} << (refusals < 10 ? refusals : 10));
}

/// Fires the timer, which has been taken out of the heap.
void fire(TimerSlot& slot, Locked& locked) noexcept {
  const bool daemon = slot.daemon;
  move(slot, kStarting);
  locked.unlock();
  const thrum_status status = begin(slot);
  if (status == THRUM_OK) {
    // The timer is its thread's by now, which the exit of the process waits for in the timer's place.
    locked.lock();
    let_go(daemon);
    return;
  }
  // A process that is exiting has left the timer behind.
  const Deadline again = status == THRUM_E_EXITING ? kNever : retry_at(slot.refusals);
  ++slot.refusals;
  locked.lock();
  if (slot.cancelled) {
    Leftovers leftovers;
    end_uncalled(slot, leftovers);
    locked.unlock();
    leftovers.clear_away();
    locked.lock();
    return;
  }
  move(slot, kPending);
  heap.put_back(slot, again);
}

void serve(void* /*unused*/, platform::ThreadHandle self) noexcept(false) {
  platform::name_thread(self, "thrum-timers");
  platform::detach_thread(self);
  Locked locked;
  for (;;) {
    const Deadline due = heap.empty() ? kNever : heap.first().deadline;
    if (due == kNever || due > platform::now()) {
      serving_at = due;
      locked.unlock();
      static_cast<void>(parker.wait(due));
      locked.lock();
      serving_at = 0;
      continue;
    }
    TimerSlot& slot = *heap.first().slot;
    heap.remove(slot);
    fire(slot, locked);
  }
}

/// Starts the service where there is none. False: the system refuses a thread.
bool ensure_service() noexcept {
  if (serving) return true;
  const KeepErrno keep_errno;
  if (!parker_prepared) parker.initialise();
  parker_prepared = true;
  serving_at = 0;
  serving = platform::start_thread(serve, nullptr, 0);
  return serving;
}

}  // namespace

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
  locked.unlock();
  leftovers.clear_away();
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
  locked.unlock();
  leftovers.clear_away();
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
  locked.unlock();
  leftovers.clear_away();
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
  if (exit::exiting()) return THRUM_E_EXITING;
  if (slot->cancelled) {
    move(*slot, kEnded);
    leave_work(*slot, leftovers);
    locked.unlock();
    leftovers.clear_away();
    return THRUM_OK;
  }
  if (!ensure_service()) return THRUM_E_AGAIN;
  const Deadline deadline = deadline_after(slot->interval);
  if (!heap.push(*slot, deadline)) return THRUM_E_NOMEM;
  move(*slot, kPending);
  ++slot->references;
  if (!slot->daemon) ++holding;
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
  locked.unlock();
  leftovers.clear_away();
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

bool let_exit(detail::Word& word, std::uint64_t bits) noexcept {
  const Locked locked;
  if (holding != 0) {
    exit_waits = true;
    static_cast<void>(event::clear(none_holding, 0));
    return false;
  }
  // relaxed: who starts a timer reads it with the mutex held.
  atomic::store_relaxed(word, bits);
  return true;
}

thrum_status await_none() noexcept { return event::wait_until(none_holding, 0, kNever); }

namespace {

void before_fork() noexcept { platform::lock(mutex); }

void after_fork_in_parent() noexcept { platform::unlock(mutex); }

void after_fork_in_child() noexcept {
  const auto* self = static_cast<const ThreadRecord*>(platform::identity().record);
  timers.for_each([self](TimerSlot& slot) {
    // relaxed: the one thread of the child.
    if (generation_of(atomic::load_relaxed(slot.word)) % 2 == 0) {
      if (slot.pins != 0) {
        slot.pins = 0;
        timers.put_back(slot, slot.id);
      }
      return;
    }
    slot.pins = 0;
    const State state = state_of(slot);
    if (state == kCreated || state == kEnded) return;
    if (state == kRunning && self != nullptr && slot.thread == self->id) return;
    move(slot, kEnded);
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
  serving = false;
  if (parker_prepared) parker.initialise();
  platform::unlock(mutex);
}

}  // namespace

const fork::Participant participant = {before_fork, after_fork_in_parent, after_fork_in_child};

}  // namespace thrum::timer

namespace thrum::detail {

thrum_status thrum_core_timer_create(thrum_timer* out, double interval, void (*function)(void*), void* arg,
                                     void (*dispose)(void*)) noexcept {
  return timer::create(out->id, interval, {function, arg, dispose}, thread::Owner::cpp);
}

void thrum_core_timer_release(thrum_timer timer) noexcept { timer::release(timer.id); }

}  // namespace thrum::detail
