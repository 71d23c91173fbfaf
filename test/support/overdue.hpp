// overdue.hpp - what a test does when what it waits for does not come.
//
// The test runner would end it without a word. So a test that waits gives up a little before that, and tells
// where every thread of its is; what hangs once in hundreds of runs so explains itself the first time.
#ifndef THRUM_TEST_SUPPORT_OVERDUE_HPP
#define THRUM_TEST_SUPPORT_OVERDUE_HPP

#include "support/scale.hpp"

namespace support {

/// For how many seconds a test waits for what other threads are about to do. The runner gives a test 120 of
/// them, and twice or four times that where all takes longer.
inline constexpr int patience = windows ? 200 : sanitized ? 400 : 100;

/// The same for the end of a child process, which does less.
inline constexpr int patience_with_child = sanitized ? 240 : 60;

/// Tells on standard error what was waited for, and what this process's threads and its children's are at;
/// and ends the process.
[[noreturn]] void overdue(const char* what);

}  // namespace support

#endif
