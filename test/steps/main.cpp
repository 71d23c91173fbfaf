// main.cpp - the program whose instructions checks/steps.py counts: each operation some number of times, and
// twice as many times, between two marks. Prints the operations' names in that order.
#include <cstdio>

#include "steps/operations.hpp"

// What valgrind is told the names of. Not static: it finds them in the table of symbols.
extern "C" {
void steps_begin(void);
void steps_end(void);

__attribute__((noinline)) void steps_begin(void) { asm volatile("" : : : "memory"); }
__attribute__((noinline)) void steps_end(void) { asm volatile("" : : : "memory"); }
}

namespace {

constexpr long count = 1024;

}  // namespace

int main() {
  const steps::Operations all = steps::operations();
  for (const auto& operation : all) {
    for (const long times : {count, 2 * count}) {
      steps_begin();
      operation->repeat(times);
      steps_end();
    }
    std::puts(operation->name().c_str());
  }
}
