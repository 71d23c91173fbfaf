// core/task/future.hpp - the outcome of a task, which threads can wait for.
//
//   state      meaning                                who moves it on
//   pending    in a pool's queue, or on its way       the task's worker -> running; cancel -> cancelled;
//                                                     a pool whose initializer failed -> broken
//   running    its worker calls it                    the worker -> finished
//   cancelled  will never be called                   nobody, as the next two
//   finished   has been called
//   broken     will never be called: the pool cannot
//
//   PARKED     threads are queued for the word        the step to one of the last three: clears it and wakes
//                                                     them all; the last whose time is up: clears it
//   CALLS      call-backs or watches are in the       the same step: clears it, has the watches arrive
//              lists                                  (arrivals.hpp) and makes the calls
//
// The state, PARKED and CALLS are the lower half of the word. PARKED and CALLS change with the mutex of the
// word's bucket held, as do the lists; either may be set for nothing, never clear with somebody queued or
// something in the lists. The upper half is the generation: what a worker does to the word leaves it alone,
// as a future's handle may be destroyed while its task is still to come.
//
// A future is counted: one reference for whoever holds it in C++, or for its handle; one for its task until
// that has been seen to; one for each thread that sleeps for it.
#ifndef THRUM_CORE_TASK_FUTURE_HPP
#define THRUM_CORE_TASK_FUTURE_HPP

#include "core/park/lot.hpp"
#include "core/task/arrivals.hpp"
#include "core/word/deadline.hpp"
#include "core/word/generation.hpp"
#include "thrum/detail/core.hpp"

namespace thrum {

struct ThreadRecord;

/// What is left to do for who makes calls, where one of them ends the thread.
struct Unfinished {
  void (*function)(void*);  // null: nothing
  void* arg;
};

/// A call to be made when a future is done.
struct DoneCall {
  void (*function)(thrum_future, void*);
  thrum_future future;
  void* arg;
  void (*dispose)(void*);  // what becomes of arg; null: nothing
  DoneCall* next;          // of those that are made one after another
  DoneCall* outer;         // of the first: the first of those in the midst of which these are made
  Unfinished unfinished;   // of the first
};

namespace future {

using detail::FutureState;

inline constexpr std::uint64_t kPending = detail::future_pending;
inline constexpr std::uint64_t kRunning = detail::future_running;
inline constexpr std::uint64_t kCancelled = detail::future_cancelled;
inline constexpr std::uint64_t kFinished = detail::future_finished;
inline constexpr std::uint64_t kBroken = detail::future_broken;
inline constexpr std::uint64_t kStates = detail::future_states;
inline constexpr std::uint64_t kParked = 8;
inline constexpr std::uint64_t kCalls = 16;

constexpr bool is_done(std::uint64_t word) noexcept { return (word & kStates) >= kCancelled; }

// ------------------------------------------------------------------------------- for the task's pool --

/// Moves a pending future to running. False: it is not pending any more.
inline bool begin(FutureState& future) noexcept {
  std::uint64_t word = atomic::load_relaxed(future.word);
  do {
    if ((word & kStates) != kPending) return false;
    // relaxed: the task came by way of the pool's locks.
  } while (!atomic::change_relaxed(future.word, word, word | kRunning));
  return true;
}

DoneCall* finish_slowly(FutureState& future, std::uint64_t state) noexcept;

/// Moves the future to a state that is done, and wakes who waits. Returns the calls that are to be made.
inline DoneCall* finish(FutureState& future, std::uint64_t state) noexcept {
  std::uint64_t word = atomic::load_relaxed(future.word);
  while ((word & (kParked | kCalls)) == 0) {
    // release: pairs with the acquire of who looks at the outcome. [pair: parked] It fails where a thread or
    // a call-back has come to wait.
    if (atomic::change_release(future.word, word, (word & ~kStates) | state)) return nullptr;
  }
  return finish_slowly(future, state);
}

/// Whether there may be calls to make when the future is done.
inline bool has_calls(const FutureState& future) noexcept {
  // relaxed: a hint.
  return (atomic::load_relaxed(future.word) & kCalls) != 0;
}

/// Makes the calls, the first that was added first. Where one ends its thread, that goes on with the others
/// as it ends, and then with what is unfinished. Call with nothing locked.
void make(DoneCall* calls, const Unfinished& unfinished = {nullptr, nullptr}) noexcept;
/// The thread ends: makes those that it has been kept from, and finishes what who made them has left.
void make_rest(ThreadRecord& record) noexcept;

/// Moves a future that is pending to a state that is done, and wakes who waits. Returns the calls that are to
/// be made.
[[nodiscard]] DoneCall* give_up(FutureState& future, std::uint64_t state) noexcept;

/// In the child of a fork: cancels a future whose task is the parent's. Its watches arrive; no call is made.
void forsake(FutureState& future) noexcept;

void retain(FutureState& future) noexcept;

/// Gives up a reference; with the last one the future is disposed of, and before that before() is called.
template <class Before>
void release(FutureState& future, Before before) noexcept {
  const bool last = compiler::quick([&future]() noexcept {
    // acquire: whoever disposes has seen what the others did.
    std::uint64_t references = atomic::load_acquire(future.references);
    while (references != 1 && !atomic::change(future.references, references, references - 1)) {
    }
    return references == 1;
  });
  if (!last) return;
  before();
  future.dispose(future);
}
inline void release(FutureState& future) noexcept {
  release(future, [] {});
}

/// Gives up the reference of a task that will not be called.
inline void discard(FutureState& future) noexcept {
  if (future.discard != nullptr) future.discard(future);
  release(future);
}

// ----------------------------------------------------------------------------------- for its holders --

thrum_status wait(FutureState& future, Generation generation, double timeout) noexcept;

/// Cancels a future that is pending. `cancelled`: whether it is cancelled now.
thrum_status cancel(FutureState& future, Generation generation, bool& cancelled) noexcept;

/// Has the call made when the future is done: at once where it is.
thrum_status add_call(FutureState& future, Generation generation, const DoneCall& call) noexcept;

/// Leaves a watch with the future. False: it is done.
bool add_watch(FutureState& future, Watch& watch) noexcept;
/// Takes the watch back. False: it has arrived.
bool remove_watch(FutureState& future, Watch& watch) noexcept;

/// Ends the life of the future's handle.
thrum_status end_handle(FutureState& future, Generation generation) noexcept;

}  // namespace future
}  // namespace thrum

#endif
