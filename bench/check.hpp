// check.hpp - what main can be asked for beside the rows.
#ifndef THRUM_BENCH_CHECK_HPP
#define THRUM_BENCH_CHECK_HPP

namespace bench {

/// 1 where acquire and release of a free lock by handle take too long beside glibc's. Prints what they take.
int check_lock_pair();

/// Starts `count` threads of thrum's on the smallest stacks that the system takes, parks them all, wakes and
/// joins them, and prints how long each step took and what memory a thread takes. Where the system allows
/// fewer, it says how many, and takes those.
void run_threads(long count);

}  // namespace bench

#endif
