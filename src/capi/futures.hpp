// capi/futures.hpp - the futures behind handles.
#ifndef THRUM_CAPI_FUTURES_HPP
#define THRUM_CAPI_FUTURES_HPP

#include "capi/objects.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::capi {

struct FutureSlot : detail::FutureState {
  std::uint64_t id;  // of the slot's present object
};

extern Table<FutureSlot, SlotType::future, 11> futures;

}  // namespace thrum::capi

#endif
