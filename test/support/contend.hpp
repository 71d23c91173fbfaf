// contend.hpp - threads that want the same thing without a pause, and how much of it each gets.
#ifndef THRUM_TEST_SUPPORT_CONTEND_HPP
#define THRUM_TEST_SUPPORT_CONTEND_HPP

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

#include "support/crew.hpp"

namespace support {

/// The calls of the thread that made the fewest and of the one that made the most.
struct Shares {
  long least;
  long most;
};

/// Calls step() from several threads until each of them has done so a hundred times.
template <class Step>
Shares contend(int threads, Step step) {
  constexpr long enough = 100;
  std::vector<std::atomic<long>> calls(static_cast<std::size_t>(threads));
  std::atomic<int> wanting{threads};
  Crew crew(threads, [&](int index) {
    auto& own = calls[static_cast<std::size_t>(index)];
    while (wanting > 0) {
      step();
      if (own.fetch_add(1) + 1 == enough) wanting.fetch_sub(1);
    }
  });
  crew.join();
  const auto [least, most] = std::minmax_element(calls.begin(), calls.end());
  return {least->load(), most->load()};
}

}  // namespace support

#endif
