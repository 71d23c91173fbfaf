// cxxapi/future.cpp - thrum_core_future_...
#include "core/task/future.hpp"

#include "core/task/arrivals.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_future_wait(FutureState& future, double timeout) noexcept {
  return future::wait(future, 0, timeout);
}

bool thrum_core_future_cancel(FutureState& future) {
  bool cancelled = false;
  static_cast<void>(future::cancel(future, 0, cancelled));
  return cancelled;
}

thrum_status thrum_core_future_add_call(FutureState& future, void (*function)(thrum_future, void*), void* arg,
                                        void (*dispose)(void*)) {
  return future::add_call(future, 0, {function, thrum_future{0}, arg, dispose, nullptr, nullptr, {}});
}

Arrivals* thrum_core_arrivals_create(std::size_t count) noexcept { return arrivals::create(count); }

void thrum_core_arrivals_watch(Arrivals& arrivals, std::size_t place, FutureState& future) noexcept {
  arrivals::watch(arrivals, place, future);
}

thrum_status thrum_core_arrivals_next(Arrivals& arrivals, double timeout, std::size_t& place) noexcept {
  return arrivals::next(arrivals, timeout, place);
}

void thrum_core_arrivals_end(Arrivals& arrivals) noexcept { arrivals::end(arrivals); }

void thrum_core_future_retain(FutureState& future) noexcept { future::retain(future); }

void thrum_core_future_release(FutureState& future) noexcept { future::release(future); }

}  // namespace thrum::detail
