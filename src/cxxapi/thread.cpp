// cxxapi/thread.cpp - thrum_core_thread_...
#include "core/thread/thread.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_thread_create(thrum_thread* out, const thrum_thread_options* options,
                                      void (*target)(void*), void* arg, void (*dispose)(void*)) noexcept {
  return thread::create(out->id, options, {target, arg, dispose}, thread::Owner::cpp);
}

thrum_status thrum_core_thread_retain(thrum_thread thread) noexcept { return thread::retain(thread.id); }

void thrum_core_thread_release(thrum_thread thread) noexcept { thread::release(thread.id); }

}  // namespace thrum::detail
