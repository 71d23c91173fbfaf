// thread_end.cpp - support/thread_end.hpp by an object that is thread_local.
#include "support/thread_end.hpp"

#include <utility>
#include <vector>

namespace {

struct Calls {
  std::vector<std::pair<void (*)(void*), void*>> calls;
  Calls() = default;
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;
  ~Calls() {
    for (const auto& [function, arg] : calls) function(arg);
  }
};
thread_local Calls own;

}  // namespace

const bool support::before_end_by_thrum = true;
const bool support::foreign_end_may_await_threads = true;

void support::at_thread_end(void (*function)(void*), void* arg) { own.calls.emplace_back(function, arg); }
