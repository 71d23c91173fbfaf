// core/sync/rwlock.cpp - RWLock.
#include "core/sync/rwlock.hpp"

#include "core/park/parked.hpp"
#include "core/self/runtime.hpp"
#include "core/word/deadline.hpp"

namespace thrum::rwlock {

namespace {

constexpr std::uint64_t readers_of(std::uint64_t word) noexcept { return state_of(word) / kReader; }

/// Whether a thread that wants it can have the lock without waiting.
constexpr bool admits(std::uint64_t word, bool to_read) noexcept {
  const std::uint64_t against = to_read ? kParked | kWriter : UINT32_MAX;
  return (word & against) == 0;
}

constexpr std::uint64_t with(std::uint64_t word, bool to_read) noexcept {
  return to_read ? word + kReader : word | kWriter;
}

/// Takes the readers at the head of the queue out of it. Call with the bucket's mutex held.
std::uint64_t admit_readers(lot::Bucket& bucket, lot::WakeList& awake) noexcept {
  std::uint64_t admitted = 0;
  for (Waiter* first = bucket.first(); first != nullptr && first->reads; first = bucket.first()) {
    awake.push(*bucket.pop(), Verdict::handed_over);
    ++admitted;
  }
  return admitted;
}

/// Takes the calling thread out of the queue. Where it was a writer that only readers are queued behind, they
/// need not wait for it any longer. False: it has been handed the lock.
bool give_up(RWLockState& lock, Waiter& self) noexcept {
  lot::WakeList awake;
  lot::Bucket bucket(&lock.word);
  if (!bucket.remove(self)) {
    bucket.unlock();
    lot::wait(self, kNever);
    return false;
  }
  std::uint64_t word = atomic::load_relaxed(lock.word);
  if ((word & kWriter) != 0) {
    // Held to write and parked the word is that of whoever holds the bucket's mutex.
    if (!bucket.occupied()) atomic::store_relaxed(lock.word, word & ~kParked);
    return true;
  }
  // The readers that hold it may become fewer meanwhile, though not none: the last one needs the mutex.
  const std::uint64_t admitted = admit_readers(bucket, awake);
  const std::uint64_t parked = bucket.occupied() ? kParked : 0;
  // What the last writer did is known to the readers who hold the lock, and so, by way of the word and the
  // parkers, to those who join them.
  while (!atomic::change(lock.word, word, ((word & ~kParked) | parked) + admitted * kReader)) {
  }
  bucket.unlock();
  awake.wake_all();
  return true;
}

/// Enters the queue of a lock that is not to be had. False: look again.
bool enqueue(RWLockState& lock, Generation generation, Waiter& self, bool to_read) noexcept {
  lot::Bucket bucket(&lock.word);
  std::uint64_t word = 0;
  const auto waits = [&](std::uint64_t found) {
    return generation_of(found) == generation && !admits(found, to_read);
  };
  if (!parked::set(lock.word, kParked, word, waits)) return false;
  self.reads = to_read;
  bucket.push(self, Kind::rwlock);
  return true;
}

thrum_status acquire(RWLockState& lock, Generation generation, Deadline deadline, bool to_read) noexcept {
  Waiter* self = nullptr;
  Spin spin(Spin::kLock);
  std::uint64_t word = atomic::load_relaxed(lock.word);
  for (;;) {
    if (generation_of(word) != generation) return THRUM_E_HANDLE;
    if (admits(word, to_read)) {
      // acquire: pairs with the releases in release_read and release_write.
      if (atomic::change_acquire(lock.word, word, with(word, to_read))) return THRUM_OK;
      continue;
    }
    if (deadline == kPoll) return THRUM_TIMEOUT;
    // Whoever is parked has been here for longer.
    if ((word & kParked) == 0 && spin.again()) {
      word = atomic::load_relaxed(lock.word);
      continue;
    }
    if (self == nullptr) self = runtime::waiter();
    if (self == nullptr) return THRUM_E_NOMEM;
    if (enqueue(lock, generation, *self, to_read)) {
      if (!lot::wait(*self, deadline) && give_up(lock, *self)) return THRUM_TIMEOUT;
      return THRUM_OK;
    }
    word = atomic::load_relaxed(lock.word);
  }
}

bool is_owned_by(const RWLockState& lock, std::uint64_t ident) noexcept {
  // relaxed: only this thread itself can have written what makes this true.
  return atomic::load_relaxed(lock.owner) == ident;
}

bool is_live(const RWLockState& lock, Generation generation) noexcept {
  return generation_of(atomic::load_relaxed(lock.word)) == generation;
}

/// Lets the lock go that is one thread's alone, with a queue behind it. Call with the bucket's mutex held.
void let_go(RWLockState& lock, Generation generation, lot::Bucket& bucket) noexcept {
  lot::WakeList awake;
  std::uint64_t state = admit_readers(bucket, awake) * kReader;
  if (state == 0) {
    Waiter* writer = bucket.pop();
    if (writer != nullptr) {
      awake.push(*writer, Verdict::handed_over);
      state = kWriter;
    }
  }
  if (bucket.occupied()) state |= kParked;
  // release: pairs with the acquire in acquire, or by way of the waiters' parkers.
  atomic::store_release(lock.word, make_word(generation, state));
  bucket.unlock();
  awake.wake_all();
}

/// Lets go what the calling thread holds to read.
void leave(RWLockState& lock, Generation generation) noexcept {
  std::uint64_t word = atomic::load_relaxed(lock.word);
  while (readers_of(word) > 1 || (word & kParked) == 0) {
    // release: pairs with the acquire in acquire, of the next writer. [pair: parked]
    if (atomic::change_release(lock.word, word, word - kReader)) return;
  }
  lot::Bucket bucket(&lock.word);
  word = atomic::load_acquire(lock.word);
  while (readers_of(word) > 1 || (word & kParked) == 0) {
    if (atomic::change_release(lock.word, word, word - kReader)) return;
  }
  // The last one, with a queue: while the bucket's mutex is held nobody can come or go.
  let_go(lock, generation, bucket);
}

/// Acquires the lock if that takes no wait.
bool try_acquire(RWLockState& lock, Generation generation, bool to_read) noexcept {
  std::uint64_t word = atomic::load_relaxed(lock.word);
  // acquire: pairs with the releases in release_read and release_write.
  return generation_of(word) == generation && admits(word, to_read) &&
         atomic::change_acquire(lock.word, word, with(word, to_read));
}

thrum_status acquire_read_slowly(RWLockState& lock, Generation generation, double timeout) noexcept {
  thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  ThreadRecord* record = runtime::current();
  if (record == nullptr) return THRUM_E_NOMEM;
  if (!is_live(lock, generation)) return THRUM_E_HANDLE;
  if (is_owned_by(lock, record->identity.ident)) return THRUM_E_DEADLOCK;
  if (Read* read = record->reads.find(&lock, generation)) {
    if (read->count == UINT32_MAX) return THRUM_E_OVERFLOW;
    ++read->count;
    return THRUM_OK;
  }
  if (!record->reads.reserve()) return THRUM_E_NOMEM;
  status = acquire(lock, generation, deadline_after(timeout), true);
  if (status == THRUM_OK) record->reads.add(&lock, generation);
  return status;
}

thrum_status acquire_write_slowly(RWLockState& lock, Generation generation, double timeout) noexcept {
  thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  ThreadRecord* record = runtime::current();
  if (record == nullptr) return THRUM_E_NOMEM;
  if (!is_live(lock, generation)) return THRUM_E_HANDLE;
  if (is_owned_by(lock, record->identity.ident) || record->reads.find(&lock, generation) != nullptr) {
    return THRUM_E_DEADLOCK;
  }
  status = acquire(lock, generation, deadline_after(timeout), false);
  if (status == THRUM_OK) atomic::store_relaxed(lock.owner, record->identity.ident);
  return status;
}

}  // namespace

thrum_status acquire_read(RWLockState& lock, Generation generation, double timeout) noexcept {
  auto* record = static_cast<ThreadRecord*>(platform::identity().record);
  if (!compiler::tells_thread_sanitizer() && is_plain(timeout) && record != nullptr &&
      record->reads.has_room() && record->reads.find(&lock, generation) == nullptr &&
      try_acquire(lock, generation, true)) {
    record->reads.add(&lock, generation);
    return THRUM_OK;
  }
  return acquire_read_slowly(lock, generation, timeout);
}

thrum_status release_read(RWLockState& lock, Generation generation) noexcept {
  // A thread that has no record holds nothing.
  auto* record = static_cast<ThreadRecord*>(platform::identity().record);
  Read* read = record != nullptr ? record->reads.find(&lock, generation) : nullptr;
  if (read == nullptr) return is_live(lock, generation) ? THRUM_E_NOT_OWNER : THRUM_E_HANDLE;
  if (read->count > 1) {
    --read->count;
    return THRUM_OK;
  }
  leave(lock, generation);
  // After that: an atomic operation waits for the stores before it.
  record->reads.remove(*read);
  return THRUM_OK;
}

thrum_status acquire_write(RWLockState& lock, Generation generation, double timeout) noexcept {
  // Who holds it already does not find it free.
  const std::uint64_t caller = platform::identity().ident;
  if (!compiler::tells_thread_sanitizer() && is_plain(timeout) && caller != 0 &&
      try_acquire(lock, generation, false)) {
    atomic::store_relaxed(lock.owner, caller);
    return THRUM_OK;
  }
  return acquire_write_slowly(lock, generation, timeout);
}

thrum_status release_write(RWLockState& lock, Generation generation) noexcept {
  const std::uint64_t caller = platform::identity().ident;
  // A thread that has no identifier holds nothing, and an owner of 0 is none.
  if (caller == 0 || !is_owned_by(lock, caller) || !is_live(lock, generation)) {
    return is_live(lock, generation) ? THRUM_E_NOT_OWNER : THRUM_E_HANDLE;
  }
  atomic::store_relaxed(lock.owner, 0);
  std::uint64_t word = make_word(generation, kWriter);
  // release: pairs with the acquire in acquire.
  if (!compiler::tells_thread_sanitizer() &&
      atomic::change_release(lock.word, word, make_word(generation, 0))) {
    return THRUM_OK;
  }
  lot::Bucket bucket(&lock.word);
  let_go(lock, generation, bucket);
  return THRUM_OK;
}

thrum_status reinitialise(RWLockState& lock, Generation generation) noexcept {
  ThreadRecord* record = runtime::current();
  if (record == nullptr) return THRUM_E_NOMEM;
  const lot::Bucket bucket(&lock.word);
  if (!is_live(lock, generation)) return THRUM_E_HANDLE;
  if (Read* read = record->reads.find(&lock, generation)) record->reads.remove(*read);
  atomic::store_relaxed(lock.owner, 0);
  atomic::store_release(lock.word, make_word(generation, 0));
  return THRUM_OK;
}

}  // namespace thrum::rwlock
