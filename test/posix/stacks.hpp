// stacks.hpp - where the threads of a process are that hangs.
#ifndef THRUM_TEST_POSIX_STACKS_HPP
#define THRUM_TEST_POSIX_STACKS_HPP

#include <sys/types.h>

namespace support {

/// Tells on standard error what the kernel knows of each thread of the process and of its children, and
/// their stacks as gdb sees them, where there is one. No lock is needed for that but the C library's for
/// memory, and no handler of a fork is called.
void tell_stacks(pid_t process);

/// Lets any process look at the stacks of this one.
void let_be_traced();

/// As waitpid, but for so many seconds at most; 0: the child goes on.
pid_t wait_for_child(pid_t child, int seconds, int& status);

}  // namespace support

#endif
