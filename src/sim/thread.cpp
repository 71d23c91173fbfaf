// sim/thread.cpp - threads, their names and numbers.
#include "engine/world.hpp"
#include "platform.hpp"

namespace thrum::platform {

Start start_thread(void (*run)(void*, ThreadHandle), void* arg, std::size_t stack_size,
                   const SignalMask* /*mask*/) noexcept {
  const std::size_t size = stack_size != kAnyStack ? stack_size : 0;
  return sim::world().start(run, arg, size) != nullptr ? Start::done : Start::refused;
}

ThreadHandle current_thread() noexcept { return &sim::world().current(); }

bool is_current(ThreadHandle thread) noexcept { return thread == &sim::world().current(); }

bool may_await_threads() noexcept { return true; }

bool join_thread(ThreadHandle thread, std::uint64_t) noexcept {
  sim::world().join(*thread);
  return true;
}

void detach_thread(ThreadHandle thread) noexcept { sim::world().detach(*thread); }

void name_thread(ThreadHandle thread, const char* name) noexcept { thread->set_name(name); }

std::uint64_t native_id() noexcept { return sim::world().current().number; }

bool is_first_thread() noexcept { return sim::world().current().number == sim::kFirst; }

std::size_t round_stack_size(std::size_t size) noexcept { return sim::round_stack_size(size); }

}  // namespace thrum::platform
