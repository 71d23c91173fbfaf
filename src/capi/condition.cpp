// capi/condition.cpp - thrum_condition_...
#include "core/sync/condition.hpp"

#include "capi/locks.hpp"
#include "core/sync/rlock.hpp"
#include "core/word/deadline.hpp"

using namespace thrum;
using capi::rlocks;

namespace {

struct ConditionSlot {
  detail::Word word;
  detail::Word lock;       // the id of its lock or re-entrant lock
  detail::Word owns_lock;  // 1: that was made for it and ends with it
};

Table<ConditionSlot, SlotType::condition, 11> conditions;

/// Which of the two types of lock an id is of.
bool is_rlock(std::uint64_t id) noexcept {
  return (static_cast<std::uint32_t>(id) >> slots::kIndexBits) == static_cast<std::uint32_t>(SlotType::rlock);
}

thrum_status create(thrum_condition* out, std::uint64_t lock, bool owns_lock) noexcept {
  return capi::create(conditions, out, 0, [=](ConditionSlot& slot) {
    // release: pairs with the acquires of a stale call, which sees then that its own object has ended.
    atomic::store_release(slot.lock, lock);
    atomic::store_release(slot.owns_lock, owns_lock ? 1 : 0);
  });
}

/// Calls operation(id) with the id of the condition's lock.
template <class Operation>
thrum_status with_lock_id(thrum_condition handle, Operation operation) noexcept {
  return capi::on(conditions, handle.id, [&](const ConditionSlot& slot, Generation generation) {
    // acquire: the generation is looked at after it, so that the lock is known to be this condition's.
    const std::uint64_t lock = atomic::load_own(slot.lock);
    if (generation_of(atomic::load_own(slot.word)) != generation) return THRUM_E_HANDLE;
    return operation(lock);
  });
}

/// Calls operation(slot, generation, lock) with the condition and its lock.
template <class Operation>
thrum_status with_lock(thrum_condition handle, Operation operation) noexcept {
  return with_lock_id(handle, [&](std::uint64_t id) {
    detail::LockRef lock;
    lock.generation = generation_of(id);
    if (is_rlock(id)) {
      lock.rlock = rlocks.find(id);
    } else {
      lock.lock = &capi::locks.find(id)->word;
    }
    return operation(*conditions.find(handle.id), generation_of(handle.id), lock);
  });
}

}  // namespace

extern "C" {

thrum_status thrum_condition_create(thrum_condition* out) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  thrum_rlock lock{0};
  thrum_status status = thrum_rlock_create(&lock);
  if (status != THRUM_OK) return status;
  status = create(out, lock.id, true);
  if (status != THRUM_OK) static_cast<void>(thrum_rlock_destroy(lock));
  return status;
}

thrum_status thrum_condition_create_with_lock(thrum_condition* out, thrum_lock lock) noexcept {
  int locked = 0;
  if (out == nullptr) return THRUM_E_VALUE;
  const thrum_status status = thrum_lock_locked(lock, &locked);
  return status == THRUM_OK ? create(out, lock.id, false) : status;
}

thrum_status thrum_condition_create_with_rlock(thrum_condition* out, thrum_rlock lock) noexcept {
  int locked = 0;
  if (out == nullptr) return THRUM_E_VALUE;
  const thrum_status status = thrum_rlock_locked(lock, &locked);
  return status == THRUM_OK ? create(out, lock.id, false) : status;
}

thrum_status thrum_condition_destroy(thrum_condition handle) noexcept {
  return with_lock(handle, [&](ConditionSlot& slot, Generation generation, const detail::LockRef& lock) {
    if (atomic::load_acquire(slot.owns_lock) == 0) return capi::destroy(conditions, handle.id, 0);
    const std::uint64_t lock_id = atomic::load_acquire(slot.lock);
    const thrum_status status = condition::end_life_with_lock(slot.word, generation, lock);
    if (status != THRUM_OK) return status;
    conditions.put_back(slot, handle.id);
    rlocks.put_back(*lock.rlock, lock_id);
    return THRUM_OK;
  });
}

thrum_status thrum_condition_acquire(thrum_condition handle, double timeout) noexcept {
  return with_lock_id(handle, [=](std::uint64_t id) {
    return is_rlock(id) ? thrum_rlock_acquire({id}, timeout) : thrum_lock_acquire({id}, timeout);
  });
}

thrum_status thrum_condition_release(thrum_condition handle) noexcept {
  return with_lock_id(handle, [](std::uint64_t id) {
    return is_rlock(id) ? thrum_rlock_release({id}) : thrum_lock_release({id});
  });
}

thrum_status thrum_condition_wait(thrum_condition handle, double timeout) noexcept {
  return with_lock(handle, [=](ConditionSlot& slot, Generation generation, const detail::LockRef& lock) {
    return condition::wait(slot.word, generation, lock, timeout);
  });
}

thrum_status thrum_condition_wait_for(thrum_condition handle, int (*predicate)(void*), void* arg,
                                      double timeout) {
  if (predicate == nullptr) return THRUM_E_VALUE;
  thrum_status status = check_timeout(timeout);
  if (status != THRUM_OK) return status;
  int locked = 0;
  status = thrum_condition_locked(handle, &locked);
  if (status != THRUM_OK) return status;
  const Deadline deadline = deadline_after(timeout);
  while (predicate(arg) == 0) {
    // A wait that ended by its time-out was the last; the predicate has run once more since.
    if (status == THRUM_TIMEOUT) return status;
    status = thrum_condition_wait(handle, seconds_until(deadline));
    if (status < 0) return status;
  }
  return THRUM_OK;
}

thrum_status thrum_condition_notify(thrum_condition handle, int n) noexcept {
  const std::uint64_t count = n > 0 ? static_cast<std::uint64_t>(n) : 0;
  return with_lock(handle, [=](ConditionSlot& slot, Generation generation, const detail::LockRef& lock) {
    return condition::notify(slot.word, generation, lock, count);
  });
}

thrum_status thrum_condition_notify_all(thrum_condition handle) noexcept {
  return with_lock(handle, [](ConditionSlot& slot, Generation generation, const detail::LockRef& lock) {
    return condition::notify(slot.word, generation, lock, condition::kAll);
  });
}

thrum_status thrum_condition_locked(thrum_condition handle, int* out) noexcept {
  return with_lock_id(handle, [=](std::uint64_t id) {
    return is_rlock(id) ? thrum_rlock_locked({id}, out) : thrum_lock_locked({id}, out);
  });
}

thrum_status thrum_condition_reinit_after_fork(thrum_condition handle) noexcept {
  return with_lock(handle, [](ConditionSlot& slot, Generation generation, const detail::LockRef& lock) {
    const thrum_status status = condition::reinitialise(slot.word, generation);
    if (status != THRUM_OK) return status;
    return lock.rlock != nullptr ? rlock::reinitialise(*lock.rlock, lock.generation)
                                 : lock::reinitialise(*lock.lock, lock.generation);
  });
}
}
