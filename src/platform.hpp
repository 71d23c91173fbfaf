// platform.hpp - the one interface between thrum and the operating system.
//
// Each backend (posix, win32, sim) defines every function here, in files of the same names, in the same
// order. Which one is built is decided by the include path: it selects the platform_types.hpp below. No
// other file knows a system's header or type.
//
// What must never fail ends the process with fatal() where it does; what may fail says so.
#ifndef THRUM_PLATFORM_HPP
#define THRUM_PLATFORM_HPP

#include <cstddef>
#include <cstdint>

namespace thrum::platform {

/// What a thread is known by: its record, and its identifier beside it for those who need no more. Null
/// and 0 where they have not been set.
struct Identity {
  void* record;
  std::uint64_t ident;
};

}  // namespace thrum::platform

// Defines Mutex, Parker, ThreadHandle and SignalMask, the inline functions marked so below, kSimulated:
// whether this is the simulator, where nothing is gained by looking again before a thread sleeps; kSignals:
// whether the system can stop a thread anywhere and have it run a handler that calls the library; and
// kFirstMayLeave: whether the process goes on when its first thread tells its end, and ends with the last.
#include "platform_types.hpp"

namespace thrum::platform {

// ------------------------------------------------------------------------------------------ block --

/// A lock that is not re-entrant; `Mutex mutex;` needs no run-time initialisation. Held for a few dozen
/// instructions at a time, and never while its thread parks.
void lock(Mutex& mutex) noexcept;
/// False: it is held.
bool try_lock(Mutex& mutex) noexcept;
void unlock(Mutex& mutex) noexcept;

/// Where one thread sleeps: a token that one thread takes and any thread gives. A parker's memory is
/// never returned to the system, so unpark may still touch it when its thread has moved on.
void initialise(Parker& parker) noexcept;

/// Takes the token, sleeping until it is there or the deadline has passed. False: it has passed, and the
/// token was not taken. Never false early. Only the parker's own thread may call this.
bool park(Parker& parker, std::uint64_t deadline) noexcept;

/// Gives the token. A token that is there already stays one.
void unpark(Parker& parker) noexcept;

/// Tells the processor that this is a loop that waits; a few dozen nanoseconds. Inline.
void pause() noexcept;

/// Lets another thread that is ready have this processor.
void yield() noexcept;

/// Sleeps for some fifty microseconds, or as short a time as the system can: threads that a yield does not
/// let run, as those of a lower priority, do meanwhile.
void nap() noexcept;

/// A thread's memory for what its signal handlers leave for it to do, zeroed at first; null where there are
/// none of those (kSignals). Inline.
inline constexpr std::size_t kInterruptionSize = 160;
void* interruption() noexcept;

/// Called before every operation on a word that threads share: for the simulator, elsewhere nothing. Inline.
void stepping(const void* word) noexcept;

/// Called after it, or before it where its kind is known. Inline.
void stepped(const void* word, bool wrote) noexcept;

// ----------------------------------------------------------------------------------------- memory --

/// Lets the system have the whole pages back that lie in memory from libc, of which nothing that is there is
/// of any use. The memory stays the caller's, to be read and written: until it has been written anew, what is
/// read there is zero or what was there, on Windows anything.
void discard(void* memory, std::size_t size) noexcept;

// ------------------------------------------------------------------------------------------- time --

/// The deadline that never comes.
inline constexpr std::uint64_t kNever = UINT64_MAX;

/// Nanoseconds on a clock that only goes forward, at one pace.
std::uint64_t now() noexcept;

/// Whether it is that time or later; for what is better at some time or other, and right at any. Inline.
bool has_passed(std::uint64_t time) noexcept;

// ----------------------------------------------------------------------------------------- thread --

/// What became of the start of a thread.
enum class Start {
  done,
  refused,          ///< for want of something that may be there later
  stack_too_small,  ///< what the system and the program's thread-local data take does not fit in
};

/// For start_thread: a stack of the system's default size, or of the next larger one that is not too small.
inline constexpr std::size_t kAnyStack = SIZE_MAX;

/// Starts a thread that calls run(arg, itself), on a stack of that many bytes, or of the system's default
/// size where it is 0. From its first moment on it takes the signals that the mask lets through; null: as the
/// calling thread. The thread is to be joined or detached, once.
Start start_thread(void (*run)(void* arg, ThreadHandle self), void* arg, std::size_t stack_size,
                   const SignalMask* mask) noexcept;

/// The calling thread's mask. Inline.
SignalMask signal_mask() noexcept;

/// The mask that lets none through. Inline.
SignalMask no_signals() noexcept;

/// The calling thread, whoever started it; not to be joined or detached.
ThreadHandle current_thread() noexcept;

/// Whether a thread that has been started, and neither joined nor detached, is the calling one.
bool is_current(ThreadHandle thread) noexcept;

/// Whether the calling thread may wait for others to begin or to end. False: it runs code that the system
/// calls with a lock held that every thread needs for both.
bool may_await_threads() noexcept;

/// Waits until the thread, which has told its end, is gone, its thread-local destructors included. False: the
/// deadline has passed, and the thread is still to be joined or detached. A system where the destructors come
/// before that end may wait without one.
bool join_thread(ThreadHandle thread, std::uint64_t deadline) noexcept;

/// Lets the system reclaim the thread by itself when it is gone.
void detach_thread(ThreadHandle thread) noexcept;

/// Shows the name, cut to what the system takes, where debuggers look. The thread must not be gone.
void name_thread(ThreadHandle thread, const char* name) noexcept;

/// The system's number for the calling thread.
std::uint64_t native_id() noexcept;

/// Whether the calling thread is the one that the process began with.
bool is_first_thread() noexcept;

/// Rounds a stack size up to what the system takes. 0: it is below the least, or too large to round.
std::size_t round_stack_size(std::size_t size) noexcept;

// --------------------------------------------------------------------------------------- identity --

/// The calling thread's. Inline where the system has thread-local variables.
const Identity& identity() noexcept;

/// Sets it; it must stay where it is as long as the thread lasts, whose end on_thread_end's call-back is then
/// told with the record. Call with no mutex held. False: the system has no memory for it.
bool set_identity(const Identity& identity) noexcept;

/// The record with which the calling thread has told its end first; null: it has not, or the system does not
/// say whether this is still the same thread. It may be another thread's by now.
const void* ended() noexcept;

/// Where libc has the calling thread's errno; null: nowhere any more, for the thread is at its end. Inline
/// where libc keeps it to the last.
int* error_number() noexcept;

/// Whom to tell that a thread ends, in that thread; or that one has ended which could not tell, in the next
/// thread that sets its own. To be called once, before all functions but those of time and block.
void on_thread_end(void (*ended)(void* record), void (*lost)(void* record)) noexcept;

/// Waits until the threads that start_thread has started and that have told their end are gone. Nothing to do
/// where their destructors have run before that.
void await_ends() noexcept;

// ------------------------------------------------------------------------------------------ edges --

/// Has the three called around every fork of the process; does nothing where there is no fork.
void on_fork(void (*prepare)(), void (*parent)(), void (*child)()) noexcept;

/// Has `exiting` called when the process exits in good order. False: the system has no memory for it.
bool on_exit(void (*exiting)()) noexcept;

/// Keeps the module in memory that this address is in, whether that is a program, a shared library or a
/// plug-in with the library inside, to the end of the process: who closes it does not unload it. Takes the
/// loader's locks, so call with no mutex held.
void stay_loaded(const void* address) noexcept;

/// Writes one line on standard error.
void report(const char* text) noexcept;

/// Reports the message and ends the process: for what cannot happen, or cannot be survived.
[[noreturn]] void fatal(const char* message) noexcept;

}  // namespace thrum::platform

#endif
