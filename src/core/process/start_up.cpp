// core/process/start_up.cpp - what the library does when it is first used, and what it has threads do before
// they wait.
#include "compiler.hpp"
#include "core/process/exit.hpp"
#include "core/process/fork.hpp"
#include "core/self/above.hpp"
#include "core/self/ending.hpp"
#include "core/self/registry.hpp"
#include "core/self/runtime.hpp"
#include "core/task/future.hpp"
#include "core/task/pool.hpp"
#include "core/task/timer.hpp"
#include "core/thread/hooks.hpp"
#include "core/thread/thread.hpp"

namespace thrum {

namespace {

bool started_up = false;  // guarded by the registry's mutex

void start_up() noexcept {
  const Registry registry;
  if (started_up) return;
  platform::on_thread_end(thread::finish, thread::forget);
  platform::on_fork(fork::prepare, fork::parent, fork::child);
  started_up = true;
}

bool before_wait(ThreadRecord& record) {
  // acquire: pairs with the release in move_gate.
  const std::uint64_t gate = atomic::load_acquire(runtime::gate);
  if (exit::abandons(record)) return false;
  const runtime::Inside inside(record);
  hooks::catch_up(record);
  record.gate = gate;
  return true;
}

void main_left() noexcept {
  exit::leave_main();
  pool::wake_resting();
  timer::wake_service();
}

void process_exits() { static_cast<void>(exit::shutdown()); }

}  // namespace

const Above above = {start_up, hooks::begin, before_wait, future::make_rest, main_left, process_exits};

namespace {

// A fork must not find the library without its handlers, which are to be the first, as they then run last
// before a fork and first after it: the user's use the library. And the main thread may end before it has
// ever called the library. From here on the system and threads of the library's own may call what is in this
// module, whoever closes it: it is not the shared library alone that may be closed, but whatever has the
// archive inside.
void load() {
  platform::stay_loaded(&above);
  start_up();
  if (platform::is_first_thread()) static_cast<void>(runtime::current());
}

THRUM_AS_IT_IS_LOADED(load);

}  // namespace

}  // namespace thrum
