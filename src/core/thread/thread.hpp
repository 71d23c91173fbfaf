// core/thread/thread.hpp - threads, by the ids of their handles. The statuses are those of thrum.h.
#ifndef THRUM_CORE_THREAD_THREAD_HPP
#define THRUM_CORE_THREAD_THREAD_HPP

#include "core/self/record.hpp"
#include "thrum/thrum.h"

namespace thrum {
class Registry;
}

namespace thrum::thread {

/// What a thread will do, and with what.
struct Work {
  void (*target)(void*);
  void* arg;
  void (*dispose)(void*);  // what becomes of arg afterwards; may be null
};

/// Whose the creator's reference is: to be given up by destroy or detach, or by release.
enum class Owner { c, cpp };

thrum_status create(std::uint64_t& out, const thrum_thread_options* options, const Work& work,
                    Owner owner) noexcept;
thrum_status retain(std::uint64_t id) noexcept;
void release(std::uint64_t id) noexcept;
thrum_status destroy(std::uint64_t id) noexcept;
thrum_status detach(std::uint64_t id) noexcept;

/// THRUM_E_VALUE: its stack is too small for what the system and the program's thread-local data take of it.
thrum_status start(std::uint64_t id) noexcept;
/// The same for a thread that nobody could give another stack: where the system refuses it that which it was
/// created with, it gets one of the default size, or as large as it has to be. It begins with that mask.
thrum_status start_anyhow(std::uint64_t id, const platform::SignalMask& mask) noexcept;
thrum_status join(std::uint64_t id, double timeout) noexcept;
thrum_status join_until(std::uint64_t id, Deadline deadline) noexcept;
thrum_status is_alive(std::uint64_t id, int& out) noexcept;

thrum_status name(std::uint64_t id, char* buffer, std::size_t capacity, std::size_t* length) noexcept;
thrum_status set_name(std::uint64_t id, const char* name) noexcept;
thrum_status daemon(std::uint64_t id, int& out) noexcept;
thrum_status set_daemon(std::uint64_t id, bool daemon) noexcept;
thrum_status ident(std::uint64_t id, std::uint64_t& out) noexcept;
thrum_status native_id(std::uint64_t id, std::uint64_t& out) noexcept;

thrum_status current(std::uint64_t& out) noexcept;
thrum_status main(std::uint64_t& out) noexcept;

/// Stores the first `capacity` ids of threads that are alive; returns how many are.
std::size_t enumerate(thrum_thread* array, std::size_t capacity) noexcept;

thrum_status stack_size(std::size_t size, std::size_t* old) noexcept;
/// Whether a thread can have a stack of that size.
thrum_status check_stack_size(std::size_t size) noexcept;

/// Waits until a thread has ended and the system is rid of it, with the registry, which is locked before and
/// after, unlocked meanwhile. THRUM_E_NOT_STARTED: its start, which was under way, has been refused.
thrum_status await_end(Registry& registry, ThreadRecord& record, Deadline deadline) noexcept;

/// The platform's call-backs: the calling thread ends; another has ended without having been able to say so.
void finish(void* record) noexcept;
void forget(void* record) noexcept;

}  // namespace thrum::thread

#endif
