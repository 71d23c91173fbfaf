// queue_equal_test.cpp - items of a priority queue that compare equal keep their order.
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <vector>

#include "thrum/queue.hpp"

namespace {

/// A number that is equal to others of its rank.
struct Ranked {
  int rank;
  int number;
};
bool operator<(const Ranked& a, const Ranked& b) { return a.rank < b.rank; }

}  // namespace

TEST_CASE("of equal items the one that came first goes first", "[queue][items]") {
  thrum::PriorityQueue<Ranked> queue;
  for (int number = 0; number < 1000; ++number) queue.put(Ranked{number * 7 % 5, number});
  int last_rank = -1;
  int last_number = -1;
  int wrong = 0;
  for (int i = 0; i < 1000; ++i) {
    const Ranked item = queue.get();
    if (item.rank < last_rank || (item.rank == last_rank && item.number < last_number)) ++wrong;
    last_rank = item.rank;
    last_number = item.number;
    // More of the same, in the middle of it.
    if (i < 300) queue.put(Ranked{4, 1000 + i});
  }
  CHECK(wrong == 0);
}

TEST_CASE("the same by handle", "[queue][items]") {
  thrum_queue_options options = THRUM_QUEUE_OPTIONS_INIT;
  options.compare = [](const void* a, const void* b, void*) {
    return static_cast<const Ranked*>(a)->rank - static_cast<const Ranked*>(b)->rank;
  };
  thrum_queue queue{0};
  REQUIRE(thrum_queue_create(&queue, THRUM_QUEUE_PRIORITY, 0, &options) == THRUM_OK);
  std::vector<Ranked> items;
  items.reserve(1000);
  for (int number = 0; number < 1000; ++number) items.push_back(Ranked{number * 7 % 5, number});
  for (Ranked& item : items) REQUIRE(thrum_queue_put(queue, &item, 0) == THRUM_OK);
  const Ranked* last = nullptr;
  int wrong = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    void* out = nullptr;
    REQUIRE(thrum_queue_get(queue, &out, 0) == THRUM_OK);
    const auto* item = static_cast<const Ranked*>(out);
    if (last != nullptr && item->rank == last->rank && item->number < last->number) ++wrong;
    if (last != nullptr && item->rank < last->rank) ++wrong;
    last = item;
  }
  CHECK(wrong == 0);
  CHECK(thrum_queue_destroy(queue) == THRUM_OK);
}
