// core/self/epoch.cpp - the forks that this process comes after.
#include "core/self/epoch.hpp"

namespace thrum::fork {

namespace {

// They change where there is one thread alone.
std::uint32_t forks = 0;
std::uint64_t forker = 0;

}  // namespace

std::uint32_t count() noexcept { return forks; }

std::uint64_t survivor() noexcept { return forker; }

void begin_epoch(std::uint64_t ident) noexcept {
  ++forks;
  forker = ident;
}

}  // namespace thrum::fork
