// queue_memory_test.cpp - the memory that queues without a bound ask for: never much at a time; and what
// becomes of the items where it is refused.
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>
#include <cstddef>
#include <vector>

#include "queue/queues.hpp"
#include "support/refusal.hpp"
#include "thrum/thrum.hpp"

using support::before_allocating;
using support::Fragile;
using support::Moved;
using support::put_status;
using support::refuse_memory;

namespace {

std::atomic<std::size_t> largest{0};

/// Allocations of the next put that succeed.
std::atomic<int> granted{0};

/// Where the items come in the order 0, 1, 2 and so on, the number of the one that comes out nth of `count`.
template <class Queue>
int expected(int n, int count) {
  constexpr bool is_stack = std::is_same_v<Queue, thrum::LifoQueue<int>> ||
                            std::is_same_v<Queue, thrum::LifoQueue<Moved>> ||
                            std::is_same_v<Queue, handle::LifoQueue>;
  return is_stack ? count - 1 - n : n;
}

}  // namespace

#define UNBOUNDED                                                                                         \
  thrum::Queue<int>, thrum::Queue<Moved>, handle::Queue, handle::SimpleQueue, thrum::LifoQueue<int>,      \
      thrum::LifoQueue<Moved>, handle::LifoQueue, thrum::PriorityQueue<int>, thrum::PriorityQueue<Moved>, \
      handle::PriorityQueue

TEMPLATE_TEST_CASE("a put moves no items: what it asks memory for is small, however many there are",
                   "[queue]", UNBOUNDED) {
  constexpr int many = 100000;
  TestType queue;
  largest = 0;
  before_allocating = [](std::size_t size) {
    if (size > largest) largest = size;
  };
  for (int n = 0; n < many; ++n) queue.put(n);
  before_allocating = nullptr;
  // What has been moved has been moved to memory that was asked for.
  CHECK(largest > 0);
  CHECK(largest < 5000);
  for (int n = 0; n < many; ++n) REQUIRE(support::got(queue) == expected<TestType>(n, many));
}

TEMPLATE_TEST_CASE("a put that is refused memory changes nothing", "[queue][refused]", UNBOUNDED) {
  constexpr int many = 5000;
  TestType queue;
  int refusals = 0;
  before_allocating = [](std::size_t) {
    if (granted.fetch_sub(1) <= 0) refuse_memory = true;
  };
  for (int n = 0; n < many; ++n) {
    // A put may ask more than once: the first time it gets nothing, the next time one more.
    thrum_status status = THRUM_E_NOMEM;
    for (int attempt = 0; status != THRUM_OK && attempt < 10; ++attempt) {
      granted = attempt;
      errno = 42;
      status = put_status(queue, n, 0);
      REQUIRE(errno == 42);
      refuse_memory = false;
      if (status == THRUM_OK) break;
      REQUIRE(status == THRUM_E_NOMEM);
      REQUIRE(queue.qsize() == static_cast<std::size_t>(n));
      ++refusals;
    }
    REQUIRE(status == THRUM_OK);
  }
  before_allocating = nullptr;
  CHECK(refusals >= 3);
  for (int n = 0; n < many; ++n) REQUIRE(support::got(queue) == expected<TestType>(n, many));
  CHECK(queue.empty());
}
