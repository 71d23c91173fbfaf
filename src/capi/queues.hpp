// capi/queues.hpp - the queues behind handles.
#ifndef THRUM_CAPI_QUEUES_HPP
#define THRUM_CAPI_QUEUES_HPP

#include "capi/objects.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::capi {

struct QueueSlot : detail::QueueState {
  // What its creator gave; words, since a stale call may read them.
  detail::Word compare;
  detail::Word destroy;
  detail::Word arg;
};

extern Table<QueueSlot, SlotType::queue, 6> queues;

}  // namespace thrum::capi

#endif
