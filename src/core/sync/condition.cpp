// core/sync/condition.cpp - Condition's wait and notify.
#include "core/sync/condition.hpp"

#include "core/park/parked.hpp"
#include "core/self/ending.hpp"
#include "core/self/runtime.hpp"
#include "core/sync/lock.hpp"
#include "core/sync/rlock.hpp"

namespace thrum::condition {

namespace {

detail::Word& word_of(const LockRef& lock) noexcept {
  return lock.rlock != nullptr ? lock.rlock->word : *lock.lock;
}

thrum_status check_held(const LockRef& lock) noexcept {
  const std::uint64_t word = atomic::load_relaxed(word_of(lock));
  if (generation_of(word) != lock.generation) return THRUM_E_HANDLE;
  if (lock.rlock != nullptr) {
    const std::uint64_t caller = runtime::ident();
    if (caller == 0) return THRUM_E_NOMEM;
    return rlock::is_owned_by(*lock.rlock, caller) ? THRUM_OK : THRUM_E_NOT_OWNER;
  }
  return (word & lock::kHeld) != 0 ? THRUM_OK : THRUM_E_NOT_HELD;
}

/// Lets the lock go whole. `depth`: how often an RLock was held.
thrum_status let_go(const LockRef& lock, std::uint32_t& depth) noexcept {
  if (lock.rlock == nullptr) return lock::release(*lock.lock, lock.generation);
  depth = rlock::disown(*lock.rlock, lock.generation);
  return THRUM_OK;
}

/// Has the lock again at the end of a wait. Who was moved to its queue by a notify has been called from
/// there: it has not waited for the lock for so long that it would be handed over.
thrum_status take_back(const LockRef& lock, std::uint32_t depth, Waiter* called) noexcept {
  const thrum_status status = called != nullptr
                                  ? lock::acquire_called(word_of(lock), lock.generation, *called)
                                  : lock::acquire(word_of(lock), lock.generation, THRUM_FOREVER);
  if (status == THRUM_OK && lock.rlock != nullptr) rlock::own(*lock.rlock, runtime::ident(), depth);
  return status;
}

bool enqueue(detail::Word& condition, Generation generation, Waiter& self) noexcept {
  lot::Bucket bucket(&condition);
  const std::uint64_t word = atomic::load_relaxed(condition);
  if (generation_of(word) != generation) return false;
  // relaxed: the notifier holds the lock, which this thread still holds too. [pair: notify]
  atomic::store_relaxed(condition, word | kWaiters);
  bucket.push(self, Kind::condition);
  return true;
}

/// Nobody waits any more. Call with the bucket's mutex held.
void clear_waiters(detail::Word& condition) noexcept {
  atomic::store_relaxed(condition, atomic::load_relaxed(condition) & ~kWaiters);
}

/// Leaves the queue. False: a notify has been faster.
bool withdraw(detail::Word& condition, Waiter& self) noexcept {
  return lot::leave(self, &condition, [&] { clear_waiters(condition); });
}

/// Moves a waiter to the lock, if that is still held. Call with the lock's bucket's mutex held.
bool move(detail::Word& lock, Generation generation, lot::Bucket& bucket, Waiter& waiter) noexcept {
  std::uint64_t word = 0;
  const auto is_held = [&](std::uint64_t found) {
    return generation_of(found) == generation && (found & lock::kHeld) != 0;
  };
  if (!parked::set(lock, lock::kParked, word, is_held)) return false;
  // It has not waited for the lock yet, and is of no age there.
  waiter.age = 0;
  bucket.push(waiter, Kind::lock);
  return true;
}

}  // namespace

thrum_status wait(detail::Word& condition, Generation generation, const LockRef& lock,
                  double timeout) noexcept {
  thrum_status status = check_timeout(timeout);
  if (status != THRUM_OK) return status;
  if (generation_of(atomic::load_relaxed(condition)) != generation) return THRUM_E_HANDLE;
  status = check_held(lock);
  if (status != THRUM_OK) return status;
  ThreadRecord* record = runtime::current();
  if (record == nullptr) return THRUM_E_NOMEM;
  std::uint32_t depth = 0;
  if (!runtime::pass_gate(*record)) {
    // Whoever exits may need the lock.
    static_cast<void>(let_go(lock, depth));
    exit::stay(*record);
  }
  Waiter& self = *runtime::begin_wait(*record);
  const Deadline deadline = deadline_after(timeout);
  if (!enqueue(condition, generation, self)) return THRUM_E_HANDLE;
  status = let_go(lock, depth);
  if (status != THRUM_OK) {
    // Another thread has released the Lock since it was found held.
    if (withdraw(condition, self)) return status;
    return take_back(lock, depth, &self);
  }
  if (!lot::wait(self, deadline) && withdraw(condition, self)) {
    status = take_back(lock, depth, nullptr);
    return status == THRUM_OK ? THRUM_TIMEOUT : status;
  }
  return take_back(lock, depth, &self);
}

thrum_status notify(detail::Word& condition, Generation generation, const LockRef& lock,
                    std::uint64_t count) noexcept {
  const std::uint64_t word = atomic::load_relaxed(condition);
  if (generation_of(word) != generation) return THRUM_E_HANDLE;
  const thrum_status status = check_held(lock);
  if (status != THRUM_OK) return status;
  // [pair: notify] with enqueue: who waits has let go of the lock after it had set the flag, and before this
  // thread got it.
  if ((word & kWaiters) == 0 || count == 0) return THRUM_OK;

  lot::WakeList awake;
  lot::BucketPair buckets(&condition, &word_of(lock));
  if (generation_of(atomic::load_relaxed(condition)) != generation) return THRUM_E_HANDLE;
  for (; count != 0; --count) {
    Waiter* waiter = buckets.first().pop();
    if (waiter == nullptr) break;
    if (move(word_of(lock), lock.generation, buckets.second(), *waiter)) continue;
    // Another thread has released the Lock since it was found held: nobody else would wake the waiter.
    buckets.second().call(*waiter);
    awake.push(*waiter, Verdict::look_again);
  }
  if (!buckets.first().occupied()) clear_waiters(condition);
  buckets.unlock();
  awake.wake_all();
  return THRUM_OK;
}

thrum_status end_life_with_lock(detail::Word& condition, Generation generation,
                                const LockRef& lock) noexcept {
  lot::BucketPair buckets(&condition, &word_of(lock));
  if (generation_of(atomic::load_relaxed(condition)) != generation) return THRUM_E_HANDLE;
  if (buckets.first().in_use() || buckets.second().in_use()) return THRUM_E_BUSY;
  std::uint64_t word = atomic::load_relaxed(word_of(lock));
  do {
    if ((word & lock::kHeld) != 0) return THRUM_E_BUSY;
    // acquire and release: what was done under these generations comes before what is done under the next.
  } while (!atomic::change(word_of(lock), word, make_word(lock.generation + 1, 0)));
  atomic::store_release(condition, make_word(generation + 1, 0));
  return THRUM_OK;
}

thrum_status reinitialise(detail::Word& condition, Generation generation) noexcept {
  const lot::Bucket bucket(&condition);
  if (generation_of(atomic::load_relaxed(condition)) != generation) return THRUM_E_HANDLE;
  clear_waiters(condition);
  return THRUM_OK;
}

}  // namespace thrum::condition
