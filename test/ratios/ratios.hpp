// ratios.hpp - what the library takes of the processor for something, over what glibc takes for the same.
//
// The two take turns in short rounds, each first in every second one, so that what disturbs the machine
// disturbs both. A ratio is the median over the rounds of what it is in each.
//
// Where two threads take turns with each other and other programs run in between, even the processor's time
// is mostly what those leave in the caches: such rounds do not count, and a row with too few others is left
// out.
#ifndef THRUM_TEST_RATIOS_RATIOS_HPP
#define THRUM_TEST_RATIOS_RATIOS_HPP

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace ratios {

/// What two threads must not share by accident.
inline constexpr std::size_t cache_line = 128;

/// Does an operation so often.
using Repeat = std::function<void(long count)>;

struct Row {
  std::string name;
  double
      limit;  // of the ratio; about twice what it is, or more: it fails for a cause, not for a busy machine
  int rounds;
  long count;  // of operations in a round
  Repeat thrum;
  Repeat glibc;
  bool between_threads = false;
};

/// The operations that take no other thread, and those that do.
void add_calls(std::vector<Row>& rows);
void add_trips(std::vector<Row>& rows);

/// Ends the program where a call has not answered 0: one that fails is quick.
void require(int status);

/// As Repeat, of a function.
template <class Operation>
Repeat repeated(Operation operation) {
  return [operation](long count) mutable {
    for (long i = 0; i != count; ++i) {
      operation();
      // All memory may have been read and changed: nothing moves out of the loop.
      asm volatile("" : : : "memory");
    }
  };
}

}  // namespace ratios

#endif
