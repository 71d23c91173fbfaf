// cxxapi/timer.cpp - thrum_core_timer_...
#include "core/task/timer.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_timer_create(thrum_timer* out, double interval, void (*function)(void*), void* arg,
                                     void (*dispose)(void*)) noexcept {
  return timer::create(out->id, interval, {function, arg, dispose}, thread::Owner::cpp);
}

void thrum_core_timer_release(thrum_timer timer) noexcept { timer::release(timer.id); }

}  // namespace thrum::detail
