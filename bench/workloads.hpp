// workloads.hpp - what is measured, a file for each class.
#ifndef THRUM_BENCH_WORKLOADS_HPP
#define THRUM_BENCH_WORKLOADS_HPP

#include "harness.hpp"

namespace bench {

void add_lock_workloads(std::vector<Workload>& workloads);
void add_rlock_workloads(std::vector<Workload>& workloads);
void add_event_workloads(std::vector<Workload>& workloads);
void add_semaphore_workloads(std::vector<Workload>& workloads);
void add_queue_workloads(std::vector<Workload>& workloads);
void add_barrier_workloads(std::vector<Workload>& workloads);
void add_rwlock_workloads(std::vector<Workload>& workloads);
void add_condition_workloads(std::vector<Workload>& workloads);
void add_local_workloads(std::vector<Workload>& workloads);
void add_timeout_workloads(std::vector<Workload>& workloads);
void add_thread_workloads(std::vector<Workload>& workloads);
void add_timer_workloads(std::vector<Workload>& workloads);
void add_pool_workloads(std::vector<Workload>& workloads);

/// How costs grow with the threads that wait: minutes, and no part of the others.
std::vector<Workload> growth_workloads();

/// Starts `count` threads of thrum's on the smallest stacks that the system takes, parks them all, wakes and
/// joins them, and prints how long each step took and what memory a thread takes. Where the system allows
/// fewer, it says how many, and takes those.
void run_threads(long count);

/// Acquire and release of a free lock: nanoseconds, and the ratio of the first two, round by round. The
/// floor is two calls with one compare-and-swap each.
struct LockPair {
  double thrum_c;
  double glibc;
  double floor;
  double ratio;
};
LockPair measure_lock_pair();

}  // namespace bench

#endif
