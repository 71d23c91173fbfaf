// memory.hpp - what the process takes of the machine's memory.
#ifndef THRUM_BENCH_HARNESS_MEMORY_HPP
#define THRUM_BENCH_HARNESS_MEMORY_HPP

namespace bench {

/// The process's memory that is in the machine's, in bytes.
double resident();

/// In a child of this process, so that what other peers have left to be used again does not count: the bytes
/// that measure() answers.
double measured_apart(double (*measure)());

}  // namespace bench

#endif
