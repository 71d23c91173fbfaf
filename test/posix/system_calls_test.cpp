// system_calls_test.cpp - where nobody waits an operation takes no system call.
#include "posix/system_calls.hpp"

#include <malloc.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "steps/operations.hpp"

using system_calls::mine;

namespace {

constexpr int times = 1000;

/// How many calls it takes, once each time. The system's own number of a thread is asked of the system.
long allowed(const std::string& operation) { return operation.rfind("native id ", 0) == 0 ? times : 0; }

}  // namespace

TEST_CASE("where nobody waits no operation takes a system call", "[system_calls]") {
  // The memory that a pool's queue of tasks grows into is there from the beginning, in whichever of malloc's
  // arenas the thread gets: other tests may have left one that ends where it has to grow.
  constexpr int enough = 1 << 24;
  mallopt(M_TOP_PAD, enough);
  mallopt(M_TRIM_THRESHOLD, 2 * enough);
  mallopt(M_MMAP_THRESHOLD, 2 * enough);
  std::vector<std::string> faults;
  int operations = 0;
  const bool counted = system_calls::count_in([&] {
    std::free(std::malloc(enough));
    const steps::Operations all = steps::operations();
    for (const auto& operation : all) {
      const long before = mine().all();
      operation->repeat(times);
      const long made = mine().all() - before;
      if (made != allowed(operation->name())) {
        faults.push_back(operation->name() + ": " + std::to_string(made) + " in " + std::to_string(times));
      }
      ++operations;
    }
  });
  if (!counted) SKIP("this system lets no thread be watched");
  CHECK(operations > 80);
  for (const std::string& fault : faults) UNSCOPED_INFO(fault);
  CHECK(faults.empty());
}
