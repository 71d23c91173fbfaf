// detail/core.hpp - what the classes' headers have of the library: the state that an object consists of,
// and the functions that work on it. They are the library's own affair and may change with every version.
//
// A generation is 0 for an object in C++. The statuses are those of the functions in thrum.h.
#ifndef THRUM_DETAIL_CORE_HPP
#define THRUM_DETAIL_CORE_HPP

#include <cstddef>
#include <cstdint>

#include "thrum/detail/word.hpp"
#include "thrum/thrum.h"

namespace thrum::detail {

// The lower halves of words, as far as the headers know them.
inline constexpr std::uint64_t lock_free = 0;
inline constexpr std::uint64_t lock_held = 1;
inline constexpr std::uint64_t event_clear = 0;
inline constexpr std::uint64_t event_set = 1;
inline constexpr std::uint64_t semaphore_unit = 2;  // the value stands above the lowest bit

struct RLockState {
  Word word;                // as a Lock's
  Word owner;               // who holds it: a thread's identifier, or a task's owner with the top bit set
  std::uint32_t count = 0;  // how many times; the owner's to read and write
};

/// The lock of a condition: one of the two is set.
struct LockRef {
  Word* lock = nullptr;
  RLockState* rlock = nullptr;
  std::uint32_t generation = 0;
};

extern "C" {

THRUM_API thrum_status thrum_core_lock_acquire(Word& lock, std::uint32_t generation, double timeout) noexcept;
THRUM_API thrum_status thrum_core_lock_release(Word& lock, std::uint32_t generation) noexcept;
THRUM_API thrum_status thrum_core_lock_reinit(Word& lock, std::uint32_t generation) noexcept;

// The owner is 0 for the calling thread.
THRUM_API thrum_status thrum_core_rlock_acquire(RLockState& lock, std::uint32_t generation,
                                                std::uint64_t owner, double timeout) noexcept;
THRUM_API thrum_status thrum_core_rlock_release(RLockState& lock, std::uint32_t generation,
                                                std::uint64_t owner) noexcept;
THRUM_API thrum_status thrum_core_rlock_count(const RLockState& lock, std::uint32_t generation,
                                              std::size_t& out) noexcept;
THRUM_API thrum_status thrum_core_rlock_reinit(RLockState& lock, std::uint32_t generation) noexcept;

THRUM_API thrum_status thrum_core_condition_wait(Word& condition, std::uint32_t generation,
                                                 const LockRef& lock, double timeout) noexcept;
THRUM_API thrum_status thrum_core_condition_notify(Word& condition, std::uint32_t generation,
                                                   const LockRef& lock, std::uint64_t count) noexcept;
THRUM_API thrum_status thrum_core_condition_reinit(Word& condition, std::uint32_t generation) noexcept;

THRUM_API thrum_status thrum_core_event_set(Word& event, std::uint32_t generation) noexcept;
THRUM_API thrum_status thrum_core_event_clear(Word& event, std::uint32_t generation) noexcept;
THRUM_API thrum_status thrum_core_event_wait(Word& event, std::uint32_t generation, double timeout) noexcept;
THRUM_API thrum_status thrum_core_event_reinit(Word& event, std::uint32_t generation) noexcept;

// Releases `count` units unless the value would pass `bound`.
THRUM_API thrum_status thrum_core_semaphore_acquire(Word& semaphore, std::uint32_t generation,
                                                    double timeout) noexcept;
THRUM_API thrum_status thrum_core_semaphore_release(Word& semaphore, std::uint32_t generation,
                                                    std::int64_t count, std::int64_t bound) noexcept;
THRUM_API thrum_status thrum_core_semaphore_reinit(Word& semaphore, std::uint32_t generation,
                                                   std::int64_t value) noexcept;

// As thrum_thread_create; `dispose(arg)`, where not NULL, is called once when arg is no longer needed: in
// the thread when its target has ended, or where a thread that never started is given up.
THRUM_API thrum_status thrum_core_thread_create(thrum_thread* out, const thrum_thread_options* options,
                                                void (*target)(void*), void* arg,
                                                void (*dispose)(void*)) noexcept;
// One more reference to the thread's object, and one fewer: it goes with the last.
THRUM_API thrum_status thrum_core_thread_retain(thrum_thread thread) noexcept;
THRUM_API void thrum_core_thread_release(thrum_thread thread) noexcept;
// An exception has left the calling thread's target: says so on standard error.
THRUM_API void thrum_core_thread_uncaught(const char* what) noexcept;

// Nanoseconds on the clock of all timeouts.
THRUM_API std::uint64_t thrum_core_now() noexcept;
}

}  // namespace thrum::detail

#endif
