// cxxapi/library.cpp - the library as a whole, its clock, and a look at a word.
#include "core/process/exit.hpp"
#include "core/word/atomic.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

thrum_status thrum_core_register_atexit(void (*function)(void*), void* arg, void (*dispose)(void*)) noexcept {
  return exit::register_call({function, arg, dispose});
}

std::uint64_t thrum_core_now() noexcept { return platform::now(); }

std::uint64_t thrum_core_read(const Word& word) noexcept { return atomic::load_acquire(word); }

}  // namespace thrum::detail
