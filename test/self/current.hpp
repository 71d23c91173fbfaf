// current.hpp - what the tests of the current thread share.
#ifndef THRUM_TEST_SELF_CURRENT_HPP
#define THRUM_TEST_SELF_CURRENT_HPP

#include <algorithm>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "thrum/thread.hpp"

namespace support {

inline thrum_thread current() {
  thrum_thread thread{0};
  return thrum_current_thread(&thread) == THRUM_OK ? thread : thrum_thread{0};
}

inline std::vector<std::uint64_t> enumerated() {
  std::vector<std::uint64_t> ids;
  for (const thrum::ThreadRef& thread : thrum::enumerate()) ids.push_back(thread.handle().id);
  return ids;
}

inline bool is_enumerated(thrum_thread thread) {
  const std::vector<std::uint64_t> ids = enumerated();
  return std::count(ids.begin(), ids.end(), thread.id) == 1;
}

/// Runs body() in a thread that thrum did not start.
template <class Body>
void in_foreign_thread(Body body) {
  std::thread(std::move(body)).join();
}

inline std::optional<bool> as_flag(thrum_status (*get)(thrum_thread, int*), thrum_thread thread) {
  int flag = -1;
  if (get(thread, &flag) != THRUM_OK || (flag != 0 && flag != 1)) return std::nullopt;
  return flag == 1;
}

}  // namespace support

#endif
