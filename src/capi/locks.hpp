// capi/locks.hpp - the locks behind handles, which conditions share.
#ifndef THRUM_CAPI_LOCKS_HPP
#define THRUM_CAPI_LOCKS_HPP

#include "capi/objects.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::capi {

/// All there is to a lock is its word.
struct LockSlot {
  detail::Word word;
};

extern Table<LockSlot, SlotType::lock, 13> locks;
extern Table<detail::RLockState, SlotType::rlock, 11> rlocks;

}  // namespace thrum::capi

#endif
