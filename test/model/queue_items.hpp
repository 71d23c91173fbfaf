// queue_items.hpp - the queues that the models have, and what threads do with them.
#ifndef THRUM_TEST_QUEUE_ITEMS_HPP
#define THRUM_TEST_QUEUE_ITEMS_HPP

#include <cstddef>
#include <utility>

#include "thrum/queue.hpp"
#include "thrum/sim.h"

namespace model {

/// An item whose move may throw: a queue of them looks at an item first, and takes it then. The boxes that
/// they are kept in are taken in turn from a few, since what a run that is left over has allocated stays.
struct Fragile {
  explicit Fragile(int value) noexcept : number(value) {}
  Fragile(const Fragile& other) noexcept(false) { number = other.number; }
  Fragile(Fragile&& other) noexcept(false) : number(other.number) {}
  Fragile& operator=(const Fragile&) = default;
  ~Fragile() = default;
  operator int() const noexcept { return number; }

  static void* operator new(std::size_t) { return boxes[used++ % kBoxes]; }
  static void operator delete(void*) {}

  int number;

 private:
  static constexpr unsigned kBoxes = 8;
  alignas(int) static inline unsigned char boxes[kBoxes][sizeof(int)];
  static inline unsigned used = 0;
};

using Fifo = thrum::Queue<int>;
using Lifo = thrum::LifoQueue<int>;
using Priority = thrum::PriorityQueue<int>;
using Peeking = thrum::Queue<Fragile>;

inline constexpr std::int64_t kNoBound = 0;
inline constexpr int kNothing = 0;
inline constexpr double kForever = thrum::no_timeout;
/// Some time: whether it has passed is for the explorer to say.
inline constexpr double kSome = 1;

template <class Queue>
bool put(Queue& queue, int number, double timeout = kForever) {
  using Item = decltype(std::declval<Queue&>().get());
  return queue.try_put(Item(number), timeout);
}

/// A number, which is above 0, or kNothing.
template <class Queue>
int get(Queue& queue, double timeout = kForever) {
  const auto item = queue.try_get(timeout);
  return item.has_value() ? static_cast<int>(*item) : kNothing;
}

/// Whether an empty queue is as good as new.
template <class Queue>
bool still_works(Queue& queue) {
  constexpr int kItem = 5;
  return queue.empty() && put(queue, kItem, 0) && get(queue, 0) == kItem && get(queue, 0) == kNothing;
}

}  // namespace model

#endif
