// clock.hpp - how long an operation takes, by one thread's clock.
//
// None of the well-known libraries for this fits. Google Benchmark finds a count of iterations once and then
// keeps to it: a pair of threads that sleeps now and spins then changes its pace a hundredfold, and a count
// for the one is a minute of the other. It can put the repetitions of several benchmarks in a random order,
// but knows no block that has to be dropped because another process ran, and no second figure of the same
// block, such as fairness. nanobench measures one thread, and Debian does not have it.
#ifndef THRUM_BENCH_HARNESS_CLOCK_HPP
#define THRUM_BENCH_HARNESS_CLOCK_HPP

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace bench {

using Clock = std::chrono::steady_clock;
using Nanoseconds = std::chrono::duration<double, std::nano>;

/// What two threads must not share by accident.
inline constexpr std::size_t cache_line = 128;

/// What one block of one peer yields, for each operation. Where a row has no use for a figure it is 0.
struct Figures {
  double nanoseconds = 0;
  double fairness =
      0;  // the operations of the thread that had the fewest over those of the one that had the most
  double processor = 0;  // nanoseconds of processor time, of all threads together
};

/// Ends the program where a call did not answer 0. thrum's statuses and those of others are looked at alike:
/// a call that fails would be a quick one, and a correct program looks too.
inline void require(int status, const char* call) {
  if (status == 0) [[likely]]
    return;
  std::fprintf(stderr, "%s answered %d\n", call, status);
  std::abort();
}

/// The compiler must take all memory as read and changed here: nothing moves out of a measured loop.
inline void clobber() { asm volatile("" : : : "memory"); }

/// The compiler must take the value as used.
template <class Value>
void use(Value value) {
  asm volatile("" : : "r"(value) : "memory");
}

/// The processor time of the whole process, in nanoseconds.
double processor_time();

/// How long `function` takes.
template <class Function>
Nanoseconds stopwatch(Function&& function) {
  const Clock::time_point start = Clock::now();
  function();
  return Clock::now() - start;
}

/// How long `count` times `operation` takes.
template <class Operation>
Nanoseconds repeat(long count, Operation operation) {
  return stopwatch([&] {
    for (long i = 0; i < count; ++i) {
      operation();
      clobber();
    }
  });
}

/// Calls `batch(size)` until the budget is spent, and answers how long one of its operations took. The clock
/// is read once a batch, whose time it must not matter in.
template <class Batch>
Figures batches_for(Nanoseconds budget, long size, Batch batch) {
  Nanoseconds elapsed{0};
  long count = 0;
  const double processor = processor_time();
  for (; elapsed < budget; count += size) elapsed += stopwatch([&] { batch(size); });
  const double each = 1 / static_cast<double>(count);
  return {elapsed.count() * each, 0, (processor_time() - processor) * each};
}

/// The same for a single operation.
template <class Operation>
Figures repeat_for(Nanoseconds budget, long batch, Operation operation) {
  return batches_for(budget, batch, [&](long count) {
    for (long i = 0; i < count; ++i) {
      operation();
      clobber();
    }
  });
}

/// A batch for operations of some nanoseconds, and one for those of some microseconds.
inline constexpr long batch_of_calls = 4096;
inline constexpr long batch_of_trips = 32;

}  // namespace bench

#endif
