// posix/identity.cpp - the calling thread's record, and the end of its thread.
#include <climits>
#include <cstdint>

#include "platform.hpp"

extern "C" {
__attribute__((visibility("default"))) __thread std::uint64_t thrum_core_caller = 0;
}

namespace thrum::platform {

__thread Identity current_identity = {nullptr, 0};

// What programs see of it. A program with a library of its own inside may have a variable of that name, which
// the loader then takes for all; the library writes this one.
extern __thread std::uint64_t own_caller __attribute__((alias("thrum_core_caller"), visibility("hidden")));

namespace {

/// What the calling thread is from here on.
void become(const Identity& identity) noexcept {
  current_identity = identity;
  own_caller = identity.ident;
}

// POSIX calls a thread's destructors in rounds, as long as one of them sets its value again. The record
// is wanted as long as that can be, since the others' destructors may still use the library; but in the
// last round ThreadSanitizer takes its leave of the thread, and no instrumented code may run after that.
constexpr std::uintptr_t kRounds = PTHREAD_DESTRUCTOR_ITERATIONS - 1;
// How many have begun; once the end has been told, the record that was told, and no such number.
__thread std::uintptr_t rounds_or_ended = 0;

pthread_key_t key;
void (*thread_ended)(void*) = nullptr;

void destroy_value(void* record) {
  if (rounds_or_ended < kRounds && ++rounds_or_ended < kRounds && pthread_setspecific(key, record) == 0)
    return;
  // A cancellation that comes now would leave others waiting for the thread's end.
  const NoCancellation whole;
  // Where a call of the user's ends the thread once more, the destructors are called anew.
  pthread_setspecific(key, record);
  thread_ended(record);
  if (rounds_or_ended <= kRounds) rounds_or_ended = reinterpret_cast<std::uintptr_t>(record);
  pthread_setspecific(key, nullptr);
  become({nullptr, 0});
}

}  // namespace

bool set_identity(const Identity& identity) noexcept {
  if (pthread_setspecific(key, identity.record) != 0) return false;
  become(identity);
  return true;
}

const void* ended() noexcept {
  return rounds_or_ended > kRounds ? reinterpret_cast<const void*>(rounds_or_ended) : nullptr;
}

// Each thread tells of its end by itself, as late as it may use the library.
void on_thread_end(void (*ended)(void* record), void (* /*lost*/)(void* record)) noexcept {
  thread_ended = ended;
  if (pthread_key_create(&key, destroy_value) != 0) fatal("pthread_key_create failed");
}

void await_ends() noexcept {}

}  // namespace thrum::platform
