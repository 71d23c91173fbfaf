// capi/timer.cpp - thrum_timer_...
#include "core/task/timer.hpp"

using namespace thrum;

extern "C" {

thrum_status thrum_timer_create(thrum_timer* out, double interval, void (*function)(void*),
                                void* arg) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  return timer::create(out->id, interval, {function, arg, nullptr}, thread::Owner::c);
}

thrum_status thrum_timer_start(thrum_timer handle) noexcept { return timer::start(handle.id); }

thrum_status thrum_timer_cancel(thrum_timer handle) noexcept { return timer::cancel(handle.id); }

thrum_status thrum_timer_join(thrum_timer handle, double timeout) noexcept {
  return timer::join(handle.id, timeout);
}

thrum_status thrum_timer_is_alive(thrum_timer handle, int* out) noexcept {
  return out != nullptr ? timer::is_alive(handle.id, *out) : THRUM_E_VALUE;
}

thrum_status thrum_timer_daemon(thrum_timer handle, int* out) noexcept {
  return out != nullptr ? timer::daemon(handle.id, *out) : THRUM_E_VALUE;
}

thrum_status thrum_timer_set_daemon(thrum_timer handle, int daemon) noexcept {
  return timer::set_daemon(handle.id, daemon != 0);
}

thrum_status thrum_timer_thread(thrum_timer handle, thrum_thread* out) noexcept {
  return out != nullptr ? timer::thread(handle.id, out->id) : THRUM_E_VALUE;
}

thrum_status thrum_timer_destroy(thrum_timer handle) noexcept { return timer::destroy(handle.id); }

thrum_status thrum_timer_detach(thrum_timer handle) noexcept { return timer::detach(handle.id); }
}
