// core/task/timer_parts.hpp - what the files of timers share: the states, the mutex, and the steps that more
// than one of them takes.
#ifndef THRUM_CORE_TASK_TIMER_PARTS_HPP
#define THRUM_CORE_TASK_TIMER_PARTS_HPP

#include "core/sync/event.hpp"
#include "core/task/timer.hpp"
#include "core/task/timer_slot.hpp"

namespace thrum::timer {

enum State : std::uint64_t { kCreated, kPending, kStarting, kRunning, kEnded };

extern platform::Mutex mutex;

// Guarded by it.
extern std::uint64_t holding;      // timers that are no daemons and wait for their time or their thread
extern bool exit_waits;            // somebody waits for there to be none
extern detail::Word none_holding;  // an event: there are none

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

  /// Gives the mutex up first.
  void clear_away(Locked& locked) const noexcept {
    locked.unlock();
    if (dispose != nullptr) dispose(arg);
    if (thread != 0) thread::release(thread);
  }
};

// Call the next ones with the mutex held.

inline State state_of(const TimerSlot& slot) noexcept {
  return static_cast<State>(thrum::state_of(atomic::load_relaxed(slot.word)));
}

inline void move(TimerSlot& slot, State state) noexcept {
  // release: as every change of a slot's word.
  atomic::store_release(slot.word, make_word(generation_of(slot.id), state));
}

/// Has the call-back's argument disposed of.
inline void leave_work(TimerSlot& slot, Leftovers& leftovers) noexcept {
  leftovers.dispose = slot.dispose;
  leftovers.arg = slot.arg;
  slot.dispose = nullptr;
}

/// The timer need not be waited for any more: it has ended, or its thread can be.
inline void settle(TimerSlot& slot) noexcept {
  if (slot.pins != 0) static_cast<void>(event::set(slot.settled, 0));
}

/// Takes a reference away; with the last one the object's life ends.
void drop(TimerSlot& slot, Leftovers& leftovers) noexcept;

/// The exit of the process need not wait for one timer any more.
void let_go(bool daemon) noexcept;

/// Ends a timer that has not called its call-back and will not.
void end_uncalled(TimerSlot& slot, Leftovers& leftovers) noexcept;

}  // namespace thrum::timer

#endif
