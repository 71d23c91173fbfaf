// core/task/future.cpp - futures, with somebody waiting.
#include "core/task/future.hpp"

#include "core/park/parked.hpp"
#include "core/self/runtime.hpp"
#include "core/word/memory.hpp"

namespace thrum::future {

namespace {

/// What a wait for a future in this state comes to.
thrum_status outcome(std::uint64_t word) noexcept {
  switch (word & kStates) {
    case kCancelled: return THRUM_CANCELLED;
    case kBroken: return THRUM_E_BROKEN;
    case kFinished: return THRUM_OK;
    default: return THRUM_TIMEOUT;
  }
}

/// Who is to be told that a future is done, and the calls that are to be made after that.
struct Told {
  lot::WakeList waiting;
  Watch* arrived = nullptr;
  DoneCall* calls = nullptr;

  /// Call with no mutex held.
  void wake() noexcept {
    waiting.wake_all();
    arrivals::wake(arrived);
  }
};

/// Moves a future whose word is this one to a state that is done, and takes out who waits and what is to be
/// called. False: the word is another one, which it now holds.
bool move(FutureState& future, lot::Bucket& bucket, std::uint64_t& word, std::uint64_t state,
          Told& told) noexcept {
  constexpr std::uint64_t kAll = kStates | kParked | kCalls;
  // release: pairs with the acquire of who looks at the outcome.
  if (!atomic::change_release(future.word, word, (word & ~kAll) | state)) return false;
  told.calls = static_cast<DoneCall*>(future.calls);
  future.calls = nullptr;
  future.last_call = nullptr;
  told.arrived = arrivals::arrive(future);
  told.waiting.push_all(bucket);
  return true;
}

/// Notes that there is something in the lists of a future that is not done. Otherwise says what its word is.
bool set_calls(FutureState& future, Generation generation, std::uint64_t& word) noexcept {
  // acquire: the future may turn out to be done.
  word = atomic::load_acquire(future.word);
  do {
    if (generation_of(word) != generation || is_done(word)) return false;
  } while ((word & kCalls) == 0 && !atomic::change_acquire(future.word, word, word | kCalls));
  return true;
}

/// Enters the queue of a future that is not done, with a reference. Otherwise says what the wait comes to.
bool enqueue(FutureState& future, Generation generation, Waiter& self, thrum_status& result) noexcept {
  lot::Bucket bucket(&future.word);
  std::uint64_t word = 0;
  const auto waits = [&](std::uint64_t found) {
    result = generation_of(found) != generation ? THRUM_E_HANDLE : outcome(found);
    return result == THRUM_TIMEOUT;
  };
  if (!parked::set(future.word, kParked, word, waits)) return false;
  retain(future);
  bucket.push(self, Kind::future);
  return true;
}

/// Makes those that begin with `making`, which moves on with each. Returns what is unfinished where who had
/// begun with them is gone.
Unfinished make_innermost(DoneCall*& making) noexcept {
  for (;;) {
    DoneCall* const call = making;
    auto* const function = call->function;
    // It may end the thread: whoever goes on then finds it called.
    call->function = nullptr;
    if (function != nullptr) function(call->future, call->arg);
    DoneCall* const next = call->next;
    const Unfinished unfinished = call->unfinished;
    if (next != nullptr) {
      next->outer = call->outer;
      next->unfinished = unfinished;
    }
    making = next != nullptr ? next : call->outer;
    if (call->dispose != nullptr) call->dispose(call->arg);
    thrum::release(call);
    if (next == nullptr) return unfinished;
  }
}

}  // namespace

DoneCall* finish_slowly(FutureState& future, std::uint64_t state) noexcept {
  Told told;
  lot::Bucket bucket(&future.word);
  std::uint64_t word = atomic::load_relaxed(future.word);
  while (!move(future, bucket, word, state, told)) {
  }
  bucket.unlock();
  told.wake();
  return told.calls;
}

void make(DoneCall* calls, const Unfinished& unfinished) noexcept {
  if (calls == nullptr) return;
  // Noted in the thread's record, as a call may leave by pthread_exit and this frame with it.
  ThreadRecord* const self = runtime::current();
  DoneCall* unnoted = nullptr;
  DoneCall*& making = self != nullptr ? self->making : unnoted;
  calls->outer = making;
  calls->unfinished = unfinished;
  making = calls;
  static_cast<void>(make_innermost(making));
}

void make_rest(ThreadRecord& record) noexcept {
  while (record.making != nullptr) {
    const Unfinished unfinished = make_innermost(record.making);
    if (unfinished.function != nullptr) unfinished.function(unfinished.arg);
  }
  // Whatever it was in the midst of (runtime::Inside) it has left.
  record.inside = 0;
}

DoneCall* give_up(FutureState& future, std::uint64_t state) noexcept {
  Told told;
  lot::Bucket bucket(&future.word);
  std::uint64_t word = atomic::load_relaxed(future.word);
  do {
    if ((word & kStates) != kPending) return nullptr;
  } while (!move(future, bucket, word, state, told));
  bucket.unlock();
  told.wake();
  return told.calls;
}

void forsake(FutureState& future) noexcept {
  // relaxed: the one thread of the child.
  const std::uint64_t word = atomic::load_relaxed(future.word);
  if (is_done(word)) return;
  atomic::store_relaxed(future.word, make_word(generation_of(word), kCancelled));
  // The mutexes of the lot are as new by now. Who waits and has forked finds it; the others are not there.
  arrivals::wake(arrivals::arrive(future));
}

void retain(FutureState& future) noexcept {
  // relaxed: who retains has a reference, or knows of one.
  static_cast<void>(atomic::add_relaxed(future.references, 1));
}

thrum_status wait(FutureState& future, Generation generation, double timeout) noexcept {
  thrum_status result = check_timeout(timeout);
  if (result != THRUM_OK) return result;
  // acquire: pairs with the release in finish.
  const std::uint64_t word = atomic::load_acquire(future.word);
  if (generation_of(word) != generation) return THRUM_E_HANDLE;
  if (is_done(word)) return outcome(word);
  const Deadline deadline = deadline_after(timeout);
  if (deadline == kPoll) return THRUM_TIMEOUT;
  Waiter* self = runtime::waiter();
  if (self == nullptr) return THRUM_E_NOMEM;
  if (!enqueue(future, generation, *self, result)) return result;
  const bool timed_out = !lot::wait(*self, deadline) &&
                         lot::leave(*self, &future.word, [&] { parked::clear(future.word, kParked); });
  // acquire: pairs with the release in move. The reference keeps the future from its next life.
  result = timed_out ? THRUM_TIMEOUT : outcome(atomic::load_acquire(future.word));
  release(future);
  return result;
}

thrum_status cancel(FutureState& future, Generation generation, bool& cancelled) noexcept {
  Told told;
  lot::Bucket bucket(&future.word);
  std::uint64_t word = atomic::load_relaxed(future.word);
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    cancelled = (word & kStates) == kPending || (word & kStates) == kCancelled;
    if ((word & kStates) != kPending) return THRUM_OK;
  } while (!move(future, bucket, word, kCancelled, told));
  bucket.unlock();
  told.wake();
  make(told.calls);
  return THRUM_OK;
}

thrum_status add_call(FutureState& future, Generation generation, const DoneCall& call) noexcept {
  if (call.function == nullptr) return THRUM_E_VALUE;
  auto* added = static_cast<DoneCall*>(allocate(sizeof(DoneCall)));
  if (added == nullptr) return THRUM_E_NOMEM;
  *added = call;
  added->next = nullptr;
  lot::Bucket bucket(&future.word);
  std::uint64_t word = 0;
  if (!set_calls(future, generation, word)) {
    bucket.unlock();
    if (generation_of(word) != generation) {
      thrum::release(added);
      return THRUM_E_HANDLE;
    }
    make(added);
    return THRUM_OK;
  }
  auto* last = static_cast<DoneCall*>(future.last_call);
  if (last != nullptr) {
    last->next = added;
  } else {
    future.calls = added;
  }
  future.last_call = added;
  return THRUM_OK;
}

bool add_watch(FutureState& future, Watch& watch) noexcept {
  lot::Bucket bucket(&future.word);
  std::uint64_t word = atomic::load_relaxed(future.word);
  if (!set_calls(future, generation_of(word), word)) return false;
  auto* const next = static_cast<Watch*>(future.watches);
  watch.next = next;
  watch.previous = nullptr;
  if (next != nullptr) next->previous = &watch;
  future.watches = &watch;
  watch.waits = true;
  return true;
}

bool remove_watch(FutureState& future, Watch& watch) noexcept {
  lot::Bucket bucket(&future.word);
  // A future that is done may be gone.
  if (!watch.waits) return false;
  watch.waits = false;
  if (watch.next != nullptr) watch.next->previous = watch.previous;
  if (watch.previous != nullptr) {
    watch.previous->next = watch.next;
  } else {
    future.watches = watch.next;
  }
  return true;
}

thrum_status end_handle(FutureState& future, Generation generation) noexcept {
  lot::Bucket bucket(&future.word);
  std::uint64_t word = atomic::load_relaxed(future.word);
  do {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if (bucket.occupied()) return THRUM_E_BUSY;
    // acquire and release: what was done under this generation comes before what is done under the next.
  } while (!atomic::change(future.word, word, make_word(generation + 1, thrum::state_of(word))));
  bucket.unlock();
  release(future);
  return THRUM_OK;
}

}  // namespace thrum::future
