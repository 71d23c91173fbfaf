// sim/identity.cpp - the calling thread's record, and the end of its thread.
#include "engine/world.hpp"
#include "platform.hpp"

// Programs ask the library, which has more threads than the system knows of.
extern "C" {
__attribute__((visibility("default"))) __thread std::uint64_t thrum_core_caller = 0;
}

namespace thrum::platform {

const Identity& identity() noexcept { return sim::world().current().identity; }

bool set_identity(const Identity& identity) noexcept {
  sim::world().current().identity = identity;
  return true;
}

// No code of the user's runs after that.
const void* ended() noexcept { return nullptr; }

// Each thread of the simulator tells of its end by itself.
void on_thread_end(void (*ended)(void* record), void (* /*lost*/)(void* record)) noexcept {
  sim::world().on_end(ended);
}

void await_ends() noexcept {}

}  // namespace thrum::platform
