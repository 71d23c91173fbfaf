// cxxapi/local.cpp - thrum_core_local_...
#include "core/thread/local.hpp"
#include "core/self/ending.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_local_create(Word& id, void (*destructor)(void*)) noexcept {
  std::uint64_t present = atomic::load_relaxed(id);
  if (present != 0) return THRUM_OK;
  std::uint64_t made = 0;
  const thrum_status status = local::create(made, destructor);
  if (status != THRUM_OK) return status;
  // release: pairs with the acquire of who reads the id. One that was made in vain goes.
  if (!atomic::change_release(id, present, made)) static_cast<void>(local::destroy(made));
  return THRUM_OK;
}

int thrum_core_local_end(const Word& id) noexcept {
  const std::uint64_t present = atomic::load_acquire(id);
  if (exit::exiting()) {
    local::abandon(present);
    return 0;
  }
  if (present != 0) static_cast<void>(local::destroy(present));
  return 1;
}

}  // namespace thrum::detail
