// core/sync/once.cpp - Once.
#include "core/sync/once.hpp"

#include "core/park/parked.hpp"
#include "core/self/epoch.hpp"
#include "core/self/runtime.hpp"
#include "core/word/deadline.hpp"

namespace thrum::once {

namespace {

constexpr std::uint64_t kStates = 3;
constexpr std::uint64_t kParked = 4;
constexpr std::uint64_t kFork = 8;

std::uint64_t forks() noexcept { return state_of(std::uint64_t{fork::count()} * kFork); }

/// Whether a thread of this process is at it, where the word says that one is.
bool is_running(const OnceState& once, std::uint64_t word) noexcept {
  if ((word & kStates) != kRunning) return false;
  if ((state_of(word) & ~(kFork - 1)) == forks()) return true;
  // relaxed: what counts was written before the fork, by the thread that made it.
  const std::uint64_t owner = atomic::load_relaxed(once.owner);
  return owner != 0 && owner == fork::survivor();
}

/// What the once is to this caller: THRUM_OK, done; once_run, its own to do now; THRUM_TIMEOUT, under way.
thrum_status look(OnceState& once, Generation generation, std::uint64_t caller) noexcept {
  // acquire: pairs with the release in end.
  std::uint64_t word = atomic::load_acquire(once.word);
  for (;;) {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if ((word & kStates) == kDone) return THRUM_OK;
    if (is_running(once, word)) return THRUM_TIMEOUT;
    const std::uint64_t parked = (word & kStates) == kNew ? word & kParked : 0;
    // acquire: what a caller did that failed comes before.
    if (!atomic::change_acquire(once.word, word, make_word(generation, forks() | parked | kRunning)))
      continue;
    // relaxed: only a caller that finds itself there learns anything from it.
    atomic::store_relaxed(once.owner, caller);
    return detail::once_run;
  }
}

/// The same, and enters the queue where another thread is at it; in front where this one has been called from
/// there, which is on its way back until then.
thrum_status take_turn(OnceState& once, Generation generation, std::uint64_t caller, Waiter& self,
                       bool called) noexcept {
  lot::Bucket bucket(&once.word);
  if (called) bucket.back(self);
  const auto waits = [&](std::uint64_t found) {
    return generation_of(found) == generation && is_running(once, found);
  };
  std::uint64_t word = 0;
  while (!parked::set(once.word, kParked, word, waits)) {
    const thrum_status status = look(once, generation, caller);
    if (status != THRUM_TIMEOUT) return status;
  }
  bucket.push_again(self, called, Kind::once);
  return THRUM_TIMEOUT;
}

}  // namespace

thrum_status begin(OnceState& once, Generation generation, double timeout) noexcept {
  thrum_status status = check_timeout(timeout);
  if (status != THRUM_OK) return status;
  if (is_done(once.word, generation)) return THRUM_OK;
  const Deadline deadline = deadline_after(timeout);
  const std::uint64_t caller = runtime::ident();
  if (caller == 0) return THRUM_E_NOMEM;
  Waiter* self = nullptr;
  bool called = false;
  Spin spin(Spin::kLock);
  for (;;) {
    status = look(once, generation, caller);
    if (status != THRUM_TIMEOUT) {
      if (called) lot::come_back(*self);
      return status;
    }
    if (atomic::load_relaxed(once.owner) == caller) return THRUM_E_DEADLOCK;
    if (deadline == kPoll) return THRUM_TIMEOUT;
    if ((atomic::load_relaxed(once.word) & kParked) == 0 && spin.again()) continue;
    if (self == nullptr) self = runtime::waiter();
    if (self == nullptr) return THRUM_E_NOMEM;
    status = take_turn(once, generation, caller, *self, called);
    if (status != THRUM_TIMEOUT) return status;
    if (!lot::wait(*self, deadline) &&
        lot::leave(*self, &once.word, [&] { parked::clear(once.word, kParked); })) {
      return THRUM_TIMEOUT;
    }
    if (self->verdict == Verdict::handed_over) return THRUM_OK;
    called = true;
  }
}

void end(OnceState& once, Generation generation, bool succeeded) noexcept {
  atomic::store_relaxed(once.owner, 0);
  lot::WakeList awake;
  lot::Bucket bucket(&once.word);
  std::uint64_t next = kDone;
  if (succeeded) {
    awake.push_all(bucket);
  } else {
    Waiter* first = bucket.call();
    if (first != nullptr) awake.push(*first, Verdict::look_again);
    next = kNew | (bucket.occupied() ? kParked : 0);
  }
  // release: pairs with the acquire in begin and is_done. [pair: parked] While it runs and with the bucket's
  // mutex held the word is this thread's alone.
  atomic::store_release(once.word, make_word(generation, next));
  bucket.unlock();
  awake.wake_all();
}

void settle(OnceState& once, Generation generation) noexcept {
  std::uint64_t word = atomic::load_acquire(once.word);
  while (generation_of(word) == generation && (word & kStates) == kRunning && !is_running(once, word)) {
    // acquire and release: as the end of a call that failed, and the beginning of the next.
    if (atomic::change(once.word, word, make_word(generation, kNew))) return;
  }
}

}  // namespace thrum::once
