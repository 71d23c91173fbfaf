// sim/block.cpp - mutexes and parkers.
#include "engine/world.hpp"
#include "platform.hpp"

namespace thrum::platform {

void lock(Mutex& mutex) noexcept {
  sim::world().wait_for(mutex);
  sim::touch(&mutex, sim::Access::write);
  mutex.held = true;
}

bool try_lock(Mutex& mutex) noexcept {
  sim::fine_point();
  sim::touch(&mutex, mutex.held ? sim::Access::read : sim::Access::write);
  const bool free = !mutex.held;
  mutex.held = true;
  return free;
}

// No point before it: what another thread could do between the last step and this one it can as well do
// before that step, or after this.
void unlock(Mutex& mutex) noexcept {
  sim::touch(&mutex, sim::Access::write);
  mutex.held = false;
}

void initialise(Parker& parker) noexcept { parker.token = false; }

bool park(Parker& parker, std::uint64_t deadline) noexcept {
  sim::touch(&parker, sim::Access::write);
  if (!parker.token) sim::world().wait_for(parker, deadline);
  sim::touch(&parker, sim::Access::write);
  const bool taken = parker.token;
  parker.token = false;
  return taken;
}

void unpark(Parker& parker) noexcept {
  sim::point();
  sim::world().note_progress();
  sim::touch(&parker, sim::Access::write);
  parker.token = true;
}

void pause() noexcept { sim::world().give_way(); }

void yield() noexcept { sim::world().give_way(); }

void nap() noexcept { yield(); }

}  // namespace thrum::platform
