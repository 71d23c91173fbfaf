// cxxapi/pool.cpp - thrum_core_pool_...
#include "core/task/pool.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_pool_create(thrum_pool* out, std::size_t workers, const char* prefix,
                                    int (*initializer)(void*), void* arg, void (*dispose)(void*)) noexcept {
  return pool::create(out->id, workers, {prefix, initializer, arg, dispose}, thread::Owner::cpp);
}

void thrum_core_pool_release(thrum_pool pool) noexcept { pool::release(pool.id); }

thrum_status thrum_core_pool_submit(thrum_pool pool, void (*run)(void*), void* arg,
                                    FutureState* future) noexcept {
  return pool::submit(pool.id, run, arg, future);
}

}  // namespace thrum::detail
