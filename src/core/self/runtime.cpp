// core/self/runtime.cpp - the calling thread.
#include "core/self/runtime.hpp"

#include "core/park/flag.hpp"
#include "core/self/registry.hpp"
#include "core/word/keep_errno.hpp"

namespace thrum::runtime {

detail::Word gate;

namespace {

/// The record for the calling thread, not yet its own.
ThreadRecord* choose_record() noexcept {
  if (platform::is_first_thread()) {
    ThreadRecord* main = Registry::need_main();
    // The first thread can come here twice: in destructors that run after its end.
    if (main == nullptr || !event::is_set(main->begun, 0)) return main;
  }
  ThreadRecord* record = Registry::create();
  if (record == nullptr) return nullptr;
  record->life = Life::running;
  record->origin = Origin::foreign;
  record->daemon = true;
  record->visible = false;
  record->owned = false;
  record->reaping = true;
  Registry::enter(*record);
  return record;
}

}  // namespace

ThreadRecord* adopt() noexcept {
  const KeepErrno keep_errno;
  start_up();
  Registry registry;
  ThreadRecord* record = choose_record();
  if (record == nullptr) return nullptr;
  registry.unlock();
  const bool set = platform::set_identity(record->identity);
  registry.lock();
  if (!set) {
    if (record->origin == Origin::foreign) {
      Registry::leave(*record);
      static_cast<void>(Registry::drop(*record));
    }
    return nullptr;
  }
  record->system = platform::current_thread();
  record->native_id = platform::native_id();
  static_cast<void>(event::set(record->begun, 0));
  registry.unlock();
  const Inside inside(*record);
  above.thread_seen(*record);
  return record;
}

void move_gate() noexcept {
  std::uint64_t moved = atomic::load_relaxed(gate);
  // release: pairs with the acquire of the thread that comes by and looks what there is to do.
  while (!atomic::change_release(gate, moved, moved + 1)) {
  }
}

}  // namespace thrum::runtime
