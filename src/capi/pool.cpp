// capi/pool.cpp - thrum_pool_...
#include "core/task/pool.hpp"

#include "capi/futures.hpp"
#include "core/task/future.hpp"

using namespace thrum;
using capi::futures;
using capi::FutureSlot;

namespace {

/// A future for a task, with a reference for each of the two. Null: no memory.
FutureSlot* make_future() noexcept {
  std::uint64_t id = 0;
  FutureSlot* slot = futures.take(id);
  if (slot == nullptr) return nullptr;
  // relaxed: publish releases them with the word.
  atomic::store_relaxed(slot->references, 2);
  slot->calls = nullptr;
  slot->last_call = nullptr;
  slot->dispose = [](detail::FutureState& future) noexcept {
    auto& own = static_cast<FutureSlot&>(future);
    futures.put_back(own, own.id);
  };
  slot->discard = nullptr;
  slot->id = make_word(generation_of(atomic::load_relaxed(slot->word)) + 1, id);
  static_cast<void>(futures.publish(*slot, id, future::kPending));
  return slot;
}

}  // namespace

extern "C" {

thrum_status thrum_pool_create(thrum_pool* out, size_t workers, const thrum_pool_options* options) noexcept {
  static constexpr thrum_pool_options kDefaults = THRUM_POOL_OPTIONS_INIT;
  if (out == nullptr) return THRUM_E_VALUE;
  if (options == nullptr) options = &kDefaults;
  if (options->size < sizeof(thrum_pool_options)) return THRUM_E_VALUE;
  return pool::create(out->id, workers,
                      {options->thread_name_prefix, options->initializer, options->initializer_arg, nullptr},
                      thread::Owner::c);
}

thrum_status thrum_pool_submit(thrum_pool handle, void (*task)(void*), void* arg,
                               thrum_future* out) noexcept {
  if (out == nullptr) return pool::submit(handle.id, task, arg, nullptr);
  if (task == nullptr) return THRUM_E_VALUE;
  if (pool::pools.find(handle.id) == nullptr) return THRUM_E_HANDLE;
  FutureSlot* const slot = make_future();
  if (slot == nullptr) return THRUM_E_NOMEM;
  const std::uint64_t id = slot->id;
  const thrum_status status = pool::submit(handle.id, task, arg, slot);
  if (status == THRUM_OK) {
    out->id = id;
  } else {
    static_cast<void>(future::end_handle(*slot, generation_of(id)));
    future::release(*slot);
  }
  return status;
}

thrum_status thrum_pool_shutdown(thrum_pool handle, int wait, int cancel_pending) {
  return pool::shutdown(handle.id, wait != 0, cancel_pending != 0);
}

thrum_status thrum_pool_destroy(thrum_pool handle) { return pool::destroy(handle.id); }
}
