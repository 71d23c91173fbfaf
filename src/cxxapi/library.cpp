// cxxapi/library.cpp - the library as a whole, its clock, what all modules share, and a look at a word.
#include "core/process/exit.hpp"
#include "core/word/atomic.hpp"
#include "thrum/detail/core.hpp"

namespace thrum::detail {

namespace {

// The addresses of the objects, by kind; 0: none yet. They stand for each standard library behind each other.
constexpr unsigned kStandardLibraries = 2;
Word shared_objects[kStandardLibraries * shared_kinds];

}  // namespace

thrum_status thrum_core_register_atexit(void (*function)(void*), void* arg, void (*dispose)(void*)) noexcept {
  return exit::register_call({function, arg, dispose});
}

const void* thrum_core_share(unsigned kind, const void* object) noexcept {
  Word& shared = shared_objects[kind];
  // acquire, here and below: who comes later has to see the object whole. Pairs with the release.
  std::uint64_t first = atomic::load_acquire(shared);
  if (first == 0) {
    platform::stay_loaded(object);
    while (first == 0 && !atomic::change_release(shared, first, reinterpret_cast<std::uintptr_t>(object))) {
    }
    first = atomic::load_acquire(shared);
  }
  return reinterpret_cast<const void*>(static_cast<std::uintptr_t>(first));
}

std::uint64_t thrum_core_now() noexcept { return platform::now(); }

std::uint64_t thrum_core_read(const Word& word) noexcept { return atomic::load_acquire(word); }

}  // namespace thrum::detail
