// thread_end.hpp - what a test has done at the very end of a thread, where the destructors of its
// thread_local objects run. Not by such an object: with MinGW's emulation of thread-local storage their
// memory may be gone by then.
#ifndef THRUM_TEST_SUPPORT_THREAD_END_HPP
#define THRUM_TEST_SUPPORT_THREAD_END_HPP

namespace support {

/// Has the calling thread call function(arg) at its end.
void at_thread_end(void (*function)(void*), void* arg);

/// Whether that comes before the library's own end of the thread, as on POSIX. Where not, as on Windows, the
/// library takes what calls it there for a thread that thrum did not start.
extern const bool before_end_by_thrum;

/// Whether the destructors of locals, and exit hooks, may wait for threads to begin or end in a thread that
/// thrum did not start. Not on Windows, where the system calls them with a lock held.
extern const bool foreign_end_may_await_threads;

}  // namespace support

#endif
