// core/sync/rlock.cpp - acquiring a re-entrant lock where something is not as usual.
#include "core/sync/rlock.hpp"

namespace thrum::rlock {

thrum_status acquire_slowly(RLockState& lock, Generation generation, std::uint64_t owner,
                            double timeout) noexcept {
  if (owner == 0) owner = runtime::ident();
  if (owner == 0) return THRUM_E_NOMEM;
  thrum_status status = check_timeout_not_negative(timeout);
  if (status != THRUM_OK) return status;
  if (is_owned_by(lock, owner)) return acquire_again(lock, generation);
  status = lock::acquire(lock.word, generation, timeout);
  if (status == THRUM_OK) own(lock, owner, 1);
  return status;
}

thrum_status reinitialise(RLockState& lock, Generation generation) noexcept {
  const thrum_status status = lock::reinitialise(lock.word, generation);
  if (status == THRUM_OK) own(lock, 0, 0);
  return status;
}

}  // namespace thrum::rlock
