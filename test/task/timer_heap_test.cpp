// timer_heap_test.cpp - the heap of timers: the earliest comes first, and any can be taken out.
#include "core/task/timer_heap.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <random>
#include <vector>

using thrum::TimerHeap;
using thrum::TimerSlot;

namespace {

class Heap : public TimerHeap {
 public:
  Heap() = default;
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;
  ~Heap() { release_memory(); }
};

std::vector<std::uint64_t> drain(TimerHeap& heap) {
  std::vector<std::uint64_t> deadlines;
  while (!heap.empty()) {
    deadlines.push_back(heap.first().deadline);
    heap.remove(*heap.first().slot);
  }
  return deadlines;
}

}  // namespace

TEST_CASE("timers leave the heap in the order of their times", "[timer][heap]") {
  std::mt19937_64 random(1);
  for (const std::size_t count : {1U, 2U, 5U, 6U, 21U, 63U, 64U, 1000U}) {
    Heap heap;
    std::vector<TimerSlot> slots(count);
    std::vector<std::uint64_t> deadlines;
    for (TimerSlot& slot : slots) {
      deadlines.push_back(random() % (2 * count));
      REQUIRE(heap.push(slot, deadlines.back()));
    }
    std::sort(deadlines.begin(), deadlines.end());
    CAPTURE(count);
    CHECK(drain(heap) == deadlines);
  }
}

TEST_CASE("timers with the same time leave the heap in the order in which they were started",
          "[timer][heap]") {
  Heap heap;
  std::vector<TimerSlot> slots(100);
  for (TimerSlot& slot : slots) REQUIRE(heap.push(slot, 7));
  // One that is put back, since the system has refused its thread, keeps its turn.
  heap.remove(slots[0]);
  heap.put_back(slots[0], 7);
  for (TimerSlot& slot : slots) {
    CHECK(heap.first().slot == &slot);
    heap.remove(slot);
  }
}

TEST_CASE("any timer is taken out of the heap, and the others stay in order", "[timer][heap]") {
  constexpr std::size_t count = 300;
  std::mt19937_64 random(2);
  Heap heap;
  std::vector<TimerSlot> slots(count);
  std::vector<std::uint64_t> deadlines(count, 0);  // 0: not in
  for (int turn = 0; turn < 30000; ++turn) {
    const auto index = static_cast<std::size_t>(random() % count);
    if (deadlines[index] == 0) {
      deadlines[index] = random() % 1000 + 1;
      REQUIRE(heap.push(slots[index], deadlines[index]));
    } else {
      deadlines[index] = 0;
      heap.remove(slots[index]);
    }
    std::uint64_t least = UINT64_MAX;
    for (const std::uint64_t deadline : deadlines) {
      if (deadline != 0) least = std::min(least, deadline);
    }
    REQUIRE(heap.empty() == (least == UINT64_MAX));
    if (!heap.empty()) REQUIRE(heap.first().deadline == least);
  }
  deadlines.erase(std::remove(deadlines.begin(), deadlines.end(), 0), deadlines.end());
  std::sort(deadlines.begin(), deadlines.end());
  CHECK(drain(heap) == deadlines);
}

TEST_CASE("a timer that was taken out last has room to come back", "[timer][heap]") {
  Heap heap;
  std::vector<TimerSlot> slots(400);
  REQUIRE(heap.push(slots[0], 1));
  for (std::size_t i = 1; i < slots.size(); ++i) {
    TimerSlot& taken = *heap.first().slot;
    heap.remove(taken);
    REQUIRE(heap.push(slots[i], 1 + i));
    heap.put_back(taken, 1);
    REQUIRE(heap.first().slot == &taken);
  }
  CHECK(drain(heap).size() == slots.size());
  heap.clear();
  CHECK(heap.empty());
}
