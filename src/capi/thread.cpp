// capi/thread.cpp - thrum_thread_..., and the functions about threads.
#include "core/thread/thread.hpp"

#include "core/self/runtime.hpp"

using namespace thrum;

extern "C" {

thrum_status thrum_thread_create(thrum_thread* out, const thrum_thread_options* options,
                                 void (*target)(void*), void* arg) noexcept {
  if (out == nullptr) return THRUM_E_VALUE;
  return thread::create(out->id, options, {target, arg, nullptr}, thread::Owner::c);
}

thrum_status thrum_thread_start(thrum_thread handle) noexcept { return thread::start(handle.id); }

thrum_status thrum_thread_join(thrum_thread handle, double timeout) noexcept {
  return thread::join(handle.id, timeout);
}

thrum_status thrum_thread_is_alive(thrum_thread handle, int* out) noexcept {
  return out != nullptr ? thread::is_alive(handle.id, *out) : THRUM_E_VALUE;
}

thrum_status thrum_thread_destroy(thrum_thread handle) noexcept { return thread::destroy(handle.id); }

thrum_status thrum_thread_detach(thrum_thread handle) noexcept { return thread::detach(handle.id); }

thrum_status thrum_thread_name(thrum_thread handle, char* buffer, size_t capacity, size_t* length) noexcept {
  return thread::name(handle.id, buffer, capacity, length);
}

thrum_status thrum_thread_set_name(thrum_thread handle, const char* name) noexcept {
  return thread::set_name(handle.id, name);
}

thrum_status thrum_thread_daemon(thrum_thread handle, int* out) noexcept {
  return out != nullptr ? thread::daemon(handle.id, *out) : THRUM_E_VALUE;
}

thrum_status thrum_thread_set_daemon(thrum_thread handle, int daemon) noexcept {
  return thread::set_daemon(handle.id, daemon != 0);
}

thrum_status thrum_thread_ident(thrum_thread handle, uint64_t* out) noexcept {
  return out != nullptr ? thread::ident(handle.id, *out) : THRUM_E_VALUE;
}

thrum_status thrum_thread_native_id(thrum_thread handle, uint64_t* out) noexcept {
  return out != nullptr ? thread::native_id(handle.id, *out) : THRUM_E_VALUE;
}

thrum_status thrum_current_thread(thrum_thread* out) noexcept {
  return out != nullptr ? thread::current(out->id) : THRUM_E_VALUE;
}

thrum_status thrum_main_thread(thrum_thread* out) noexcept {
  return out != nullptr ? thread::main(out->id) : THRUM_E_VALUE;
}

thrum_status thrum_enumerate(thrum_thread* array, size_t capacity, size_t* count) noexcept {
  if (count == nullptr || (array == nullptr && capacity != 0)) return THRUM_E_VALUE;
  *count = thread::enumerate(array, capacity);
  return THRUM_OK;
}

thrum_status thrum_active_count(size_t* out) noexcept { return thrum_enumerate(nullptr, 0, out); }

uint64_t thrum_get_ident() noexcept { return runtime::ident(); }

uint64_t thrum_get_native_id() noexcept { return platform::native_id(); }

thrum_status thrum_stack_size(size_t size, size_t* old) noexcept { return thread::stack_size(size, old); }
}
