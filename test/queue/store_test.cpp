// store_test.cpp - the items of queues that have a lock: in which order they come out, and how much memory is
// kept for them.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "core/queue/heap.hpp"
#include "core/queue/segments.hpp"
#include "core/queue/store.hpp"

using thrum::Unused;
using thrum::detail::QueueEntry;
using thrum::detail::QueueState;

namespace store = thrum::store;
namespace heap = thrum::heap;
namespace segments = thrum::segments;

namespace {

/// Of the numbers of items, the last byte: many are equal.
std::uint64_t rank(std::uint64_t item) { return item % 256; }

int before(void* /*call*/, std::uint64_t a, std::uint64_t b) { return rank(a) < rank(b) ? 1 : 0; }

struct Store {
  explicit Store(std::uint64_t kind) : state(kind, before) {}
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store() { store::clear(state); }

  void insert(std::uint64_t item) { REQUIRE(store::insert(state, item, nullptr) == THRUM_OK); }
  QueueEntry remove() {
    QueueEntry entry{};
    REQUIRE(store::remove(state, entry, nullptr) == THRUM_OK);
    return entry;
  }
  void trim() {
    Unused unused;
    store::trim(state, unused);
  }
  std::uint64_t take() {
    const std::uint64_t item = remove().item;
    trim();
    return item;
  }

  /// The items that there is memory for.
  std::size_t capacity() const {
    std::uint64_t capacity = state.capacity;
    for (const auto* segment = state.first; segment != nullptr; segment = segment->next) {
      capacity += segment->capacity;
    }
    return static_cast<std::size_t>(capacity);
  }

  QueueState state;
};

/// What the items should be, in the order in which they came.
class Expected {
 public:
  explicit Expected(std::uint64_t kind) : kind_(kind) {}
  void insert(std::uint64_t item) { items_.push_back(item); }
  void take(std::uint64_t item) {
    const auto place = next();
    REQUIRE(*place == item);
    items_.erase(place);
  }
  void take_any(std::uint64_t item) {
    const auto place = std::find(items_.begin(), items_.end(), item);
    REQUIRE(place != items_.end());
    items_.erase(place);
  }
  std::size_t size() const { return items_.size(); }

 private:
  std::vector<std::uint64_t>::iterator next() {
    switch (kind_) {
      case thrum::detail::queue_lifo: return items_.end() - 1;
      case thrum::detail::queue_priority:
        return std::min_element(items_.begin(), items_.end(),
                                [](std::uint64_t a, std::uint64_t b) { return rank(a) < rank(b); });
      default: return items_.begin();
    }
  }

  std::uint64_t kind_;
  std::vector<std::uint64_t> items_;
};

/// The most that one of the steps in which memory grows or shrinks may come to.
constexpr std::size_t largest = std::max<std::size_t>(segments::kLargest, heap::kSegment);

}  // namespace

TEST_CASE("items come out in their order, whatever has been looked at and put back between", "[queue]") {
  const std::uint64_t kind =
      GENERATE(thrum::detail::queue_fifo, thrum::detail::queue_lifo, thrum::detail::queue_priority);
  Store items(kind);
  Expected expected(kind);
  std::mt19937 random(1);
  std::uint64_t next = 1;
  // Up and down, farther each time, and to nothing in between.
  for (const std::size_t most : {3U, 20U, 70U, 700U, 2600U, 5U}) {
    for (const unsigned puts_of_ten : {8U, 2U}) {
      while (puts_of_ten == 8 ? expected.size() < most : expected.size() > 0) {
        if (random() % 10 < puts_of_ten) {
          items.insert(next);
          expected.insert(next++);
        } else if (expected.size() > 0) {
          switch (random() % 4) {
            case 0: store::restore(items.state, items.remove()); break;
            case 1: {
              const std::uint64_t item = store::remove_any(items.state);
              items.trim();
              expected.take_any(item);
              break;
            }
            default: expected.take(items.take());
          }
        }
        REQUIRE(items.state.count == expected.size());
      }
    }
  }
}

TEST_CASE("no step of a queue's memory is larger than a segment, and each is given back", "[queue]") {
  const std::uint64_t kind =
      GENERATE(thrum::detail::queue_fifo, thrum::detail::queue_lifo, thrum::detail::queue_priority);
  constexpr std::size_t many = 20 * largest;
  Store items(kind);
  for (int round = 0; round < 2; ++round) {
    for (std::size_t n = 0; n < many; ++n) {
      const std::size_t before_it = items.capacity();
      items.insert(n);
      REQUIRE(items.capacity() - before_it <= largest);
    }
    for (std::size_t left = many; left-- > 0;) {
      const std::size_t before_it = items.capacity();
      static_cast<void>(items.take());
      REQUIRE(items.capacity() <= before_it);
      REQUIRE(items.capacity() < left + 3 * largest);
    }
    CHECK(items.capacity() <= 64);
  }
}

TEST_CASE("a queue that goes back and forth over the edge of a segment keeps its memory", "[queue]") {
  Store items(GENERATE(thrum::detail::queue_lifo, thrum::detail::queue_priority));
  for (std::size_t n = 0; n < 3 * largest; ++n) items.insert(n);
  const std::size_t full = items.capacity();
  while (items.capacity() == full) items.insert(0);
  const std::size_t capacity = items.capacity();
  for (std::size_t n = 0; n < 100; ++n) {
    for (int i = 0; i < 3; ++i) static_cast<void>(items.take());
    REQUIRE(items.capacity() == capacity);
    for (int i = 0; i < 3; ++i) items.insert(n);
    REQUIRE(items.capacity() == capacity);
  }
}

TEST_CASE("a heap goes on over as many pages as it needs, and gives them back", "[queue]") {
  constexpr std::size_t of_a_rank = heap::kPage + 40;
  constexpr std::size_t many = 256 * of_a_rank;
  static_assert(many > heap::kPage * heap::kSegment);
  Store items(thrum::detail::queue_priority);
  for (std::size_t n = 0; n < many; ++n) items.insert(n);
  for (std::size_t n = 0; n < many; ++n) {
    REQUIRE(items.take() == n % of_a_rank * 256 + n / of_a_rank);
  }
  CHECK(items.capacity() <= 64);
}

TEST_CASE("items that flow through a queue leave no memory behind", "[queue]") {
  Store items(thrum::detail::queue_fifo);
  for (std::size_t n = 0; n < 3 * largest; ++n) items.insert(n);
  for (std::size_t n = 0; n < 20 * largest; ++n) {
    REQUIRE(items.take() == n);
    items.insert(n + 3 * largest);
    REQUIRE(items.capacity() < 6 * largest);
  }
}
