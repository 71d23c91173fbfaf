// contend.hpp - threads that want the same thing without a pause.
#ifndef THRUM_TEST_SUPPORT_CONTEND_HPP
#define THRUM_TEST_SUPPORT_CONTEND_HPP

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <vector>

#include "support/crew.hpp"

namespace support {

/// Calls step() from several threads until each of them has done so a hundred times: never, where one of them
/// does not get its turn. The calls of the thread that made the fewest.
template <class Step>
long contend(int threads, Step step) {
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
  return *std::min_element(calls.begin(), calls.end());
}

}  // namespace support

#endif
