// queue_test.cpp - what queues of every kind do, thrum::Queue and its kin and thrum_queue.
//
// A tag that begins with test_ names the case of CPython's Lib/test/test_queue.py that a test corresponds to.
// test_shrinking_queue has none: a bound does not change.
#include "thrum/queue.hpp"

#include <algorithm>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <random>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "queue/queues.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/items.hpp"
#include "support/queue_handles.hpp"
#include "support/raised.hpp"
#include "support/timeouts.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::Fragile;
using support::get_status;
using support::got;
using support::Moved;
using support::put_status;
using support::raised;
using support::seconds_since;

static_assert(!std::is_copy_constructible_v<thrum::Queue<int>>);
static_assert(!std::is_move_constructible_v<thrum::Queue<int>>);

#define SIMPLE thrum::SimpleQueue<int>, thrum::SimpleQueue<Moved>, handle::SimpleQueue

namespace {

constexpr int queue_size = 5;

template <class Queue>
std::string order_of() {
  if constexpr (std::is_same_v<Queue, handle::LifoQueue> || std::is_base_of_v<Queue, thrum::LifoQueue<int>> ||
                std::is_base_of_v<Queue, thrum::LifoQueue<Moved>> ||
                std::is_base_of_v<Queue, thrum::LifoQueue<Fragile>>) {
    return "lifo";
  } else if constexpr (std::is_same_v<Queue, handle::PriorityQueue> ||
                       std::is_base_of_v<Queue, thrum::PriorityQueue<int>> ||
                       std::is_base_of_v<Queue, thrum::PriorityQueue<Moved>> ||
                       std::is_base_of_v<Queue, thrum::PriorityQueue<Fragile>>) {
    return "priority";
  } else {
    return "fifo";
  }
}

/// A queue as it should be, for one thread.
class Model {
 public:
  explicit Model(std::string order) : order_(std::move(order)) {}
  std::size_t size() const { return items_.size(); }
  void put(int item) {
    const auto place =
        order_ == "priority" ? std::upper_bound(items_.begin(), items_.end(), item) : items_.end();
    items_.insert(place, item);
  }
  int get() {
    const auto place = order_ == "lifo" ? items_.end() - 1 : items_.begin();
    const int item = *place;
    items_.erase(place);
    return item;
  }

 private:
  std::string order_;
  std::deque<int> items_;
};

/// A call that has to wait runs in this thread while another one is about to make the queue let it go.
template <class Call, class LetGo>
auto blocked_until(Call call, LetGo let_go) {
  std::atomic<bool> about_to_wait{false};
  Crew crew(1, [&] {
    eventually([&] { return about_to_wait.load(); });
    for (int i = 0; i < 50; ++i) std::this_thread::yield();
    let_go();
  });
  about_to_wait = true;
  return call();
}

thrum::Queue<int> early_queue;

}  // namespace

TEMPLATE_TEST_CASE("a queue gives its items back in its order, blocks where it must, and can be used again",
                   "[queue][test_basic]", ALL_QUEUES) {
  TestType queue(queue_size);
  for (int time = 0; time < 2; ++time) {
    CHECK(queue.empty());
    CHECK_FALSE(queue.full());
    for (const int item : {111, 333, 222}) queue.put(item);
    std::vector<int> order{got(queue), got(queue), got(queue)};
    if (order_of<TestType>() == "lifo") CHECK(order == std::vector<int>{222, 333, 111});
    if (order_of<TestType>() == "priority") CHECK(order == std::vector<int>{111, 222, 333});
    if (order_of<TestType>() == "fifo") CHECK(order == std::vector<int>{111, 333, 222});

    for (int item = 0; item < queue_size - 1; ++item) {
      queue.put(item);
      CHECK(queue.qsize() == static_cast<std::size_t>(item) + 1);
    }
    CHECK_FALSE(queue.full());
    CHECK_FALSE(queue.empty());
    queue.put(10);
    CHECK(queue.full());
    CHECK(raised<thrum::Full>([&] { queue.put(20, 0); }) == THRUM_FULL);
    CHECK(raised<thrum::Full>([&] { queue.put(20, 0.01); }) == THRUM_FULL);
    const auto get = [&] { static_cast<void>(queue.get()); };
    blocked_until([&] { queue.put(20); }, get);
    blocked_until([&] { queue.put(20, 1000); }, get);
    for (int i = 0; i < queue_size; ++i) get();
    CHECK(queue.empty());
    CHECK(raised<thrum::Empty>([&] { queue.get(0); }) == THRUM_EMPTY);
    CHECK(raised<thrum::Empty>([&] { queue.get(0.01); }) == THRUM_EMPTY);
    CHECK(blocked_until([&] { return got(queue); }, [&] { queue.put(7); }) == 7);
    CHECK(blocked_until([&] { return got(queue, 1000); }, [&] { queue.put(8); }) == 8);
  }
}

TEMPLATE_TEST_CASE("a queue without waiting", "[queue][test_nowait]", ALL_QUEUES) {
  TestType queue(queue_size);
  for (int i = 0; i < queue_size; ++i) queue.put_nowait(1);
  CHECK(raised<thrum::Full>([&] { queue.put_nowait(1); }) == THRUM_FULL);
  for (int i = 0; i < queue_size; ++i) queue.get_nowait();
  CHECK(raised<thrum::Empty>([&] { queue.get_nowait(); }) == THRUM_EMPTY);
}

TEMPLATE_TEST_CASE("a queue answers without exceptions", "[queue]", ALL_QUEUES) {
  TestType queue(1);
  CHECK_FALSE(queue.try_get());
  CHECK_FALSE(queue.try_get(0.001));
  CHECK(queue.try_put(5));
  CHECK_FALSE(queue.try_put(6));
  CHECK_FALSE(queue.try_put(6, 0.001));
  CHECK(static_cast<int>(*queue.try_get()) == 5);
  queue.shutdown();
  CHECK_FALSE(queue.try_put(6));
  CHECK_FALSE(queue.try_get(thrum::no_timeout));
  CHECK(raised<thrum::ValueError>([&] { static_cast<void>(queue.try_get(-1)); }) == THRUM_E_VALUE);
  CHECK(raised<thrum::ValueError>([&] { queue.try_put(1, -1); }) == THRUM_E_VALUE);
}

TEMPLATE_TEST_CASE("a simple queue is a queue without a bound", "[queue][simple][test_basic]", SIMPLE) {
  TestType queue;
  CHECK(queue.empty());
  queue.put(1);
  CHECK_FALSE(queue.empty());
  CHECK(queue.qsize() == 1);
  queue.put(2);
  queue.put_nowait(3);
  queue.put(4);
  CHECK(queue.qsize() == 4);
  CHECK(got(queue) == 1);
  CHECK(got(queue, 0) == 2);
  CHECK(static_cast<int>(queue.get_nowait()) == 3);
  CHECK(got(queue, 0.1) == 4);
  CHECK(queue.qsize() == 0);
  CHECK(raised<thrum::Empty>([&] { queue.get(0); }) == THRUM_EMPTY);
  CHECK(raised<thrum::Empty>([&] { queue.get(1e-3); }) == THRUM_EMPTY);
  CHECK(raised<thrum::Empty>([&] { queue.get_nowait(); }) == THRUM_EMPTY);
  CHECK(queue.empty());
  CHECK_FALSE(queue.full());
  CHECK(queue.maxsize() == 0);
}

TEMPLATE_TEST_CASE("a simple queue refuses a negative timeout",
                   "[queue][simple][test_negative_timeout_raises_exception]", SIMPLE) {
  TestType queue;
  queue.put(1);
  CHECK(raised<thrum::ValueError>([&] { queue.get(-1); }) == THRUM_E_VALUE);
  CHECK(queue.qsize() == 1);
}

TEMPLATE_TEST_CASE("a queue refuses a negative timeout", "[queue][test_negative_timeout_raises_exception]",
                   ALL_QUEUES) {
  TestType queue(queue_size);
  for (const double timeout : support::negative) {
    CAPTURE(timeout);
    CHECK(raised<thrum::ValueError>([&] { queue.put(1, timeout); }) == THRUM_E_VALUE);
    CHECK(raised<thrum::ValueError>([&] { queue.get(timeout); }) == THRUM_E_VALUE);
    CHECK(raised<thrum::ValueError>([&] { queue.join(timeout); }) == THRUM_E_VALUE);
  }
  CHECK(queue.empty());
  CHECK(queue.unfinished_tasks() == 0);
}

TEMPLATE_TEST_CASE("a queue checks its timeout first", "[queue]", ALL_QUEUES) {
  // Empty, neither, full, shut down: none of it matters.
  for (const int state : {0, 1, 2, 3}) {
    TestType queue(2);
    for (int i = 0; i < state && i < 2; ++i) queue.put(i);
    if (state == 3) queue.shutdown();
    const std::size_t size = queue.qsize();
    for (const double timeout : support::no_number) {
      CHECK(raised<thrum::ValueError>([&] { queue.put(1, timeout); }) == THRUM_E_VALUE);
      CHECK(raised<thrum::ValueError>([&] { queue.get(timeout); }) == THRUM_E_VALUE);
      CHECK(raised<thrum::ValueError>([&] { queue.join(timeout); }) == THRUM_E_VALUE);
    }
    for (const double timeout : support::too_large) {
      CHECK(raised<thrum::OverflowError>([&] { queue.put(1, timeout); }) == THRUM_E_OVERFLOW);
      CHECK(raised<thrum::OverflowError>([&] { queue.get(timeout); }) == THRUM_E_OVERFLOW);
      CHECK(raised<thrum::OverflowError>([&] { queue.join(timeout); }) == THRUM_E_OVERFLOW);
    }
    CHECK(queue.qsize() == size);
  }
}

TEMPLATE_TEST_CASE("no wait at a queue ends early", "[queue]", ALL_QUEUES) {
  TestType empty(1);
  TestType full(1);
  full.put(1);
  for (const double timeout : support::brief) {
    CAPTURE(timeout);
    auto start = Clock::now();
    CHECK(get_status(empty, timeout) == THRUM_EMPTY);
    CHECK(seconds_since(start) >= timeout);
    start = Clock::now();
    CHECK(put_status(full, 2, timeout) == THRUM_FULL);
    CHECK(seconds_since(start) >= timeout);
    start = Clock::now();
    CHECK_FALSE(full.join(timeout));
    CHECK(seconds_since(start) >= timeout);
  }
  CHECK(full.qsize() == 1);
  CHECK(empty.empty());
}

TEMPLATE_TEST_CASE("whatever the timeout, a queue with items or room does not wait", "[queue]", ALL_QUEUES) {
  TestType queue(queue_size);
  std::vector<double> timeouts(support::polls.begin(), support::polls.end());
  timeouts.insert(timeouts.end(), support::brief.begin(), support::brief.end());
  timeouts.insert(timeouts.end(), support::huge.begin(), support::huge.end());
  for (const double timeout : timeouts) {
    queue.put(3, timeout);
    CHECK(got(queue, timeout) == 3);
    queue.task_done();
    CHECK(queue.join(timeout));
  }
}

TEMPLATE_TEST_CASE("a queue without a bound is never full", "[queue]", ALL_QUEUES) {
  for (const std::int64_t maxsize : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN}) {
    TestType queue(maxsize);
    CHECK(queue.maxsize() == maxsize);
    for (int item = 0; item < 5000; ++item) queue.put(item, 0);
    CHECK_FALSE(queue.full());
    CHECK(queue.qsize() == 5000);
  }
  TestType queue;
  CHECK(queue.maxsize() == 0);
  queue.put(4, 0);
  CHECK(got(queue) == 4);
}

TEMPLATE_TEST_CASE("a bound may be any number", "[queue]", ALL_QUEUES) {
  for (const std::int64_t maxsize :
       {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, std::int64_t{1023}, std::int64_t{1024},
        std::int64_t{1025}, std::int64_t{65536}, std::int64_t{65537}}) {
    CAPTURE(maxsize);
    TestType queue(maxsize);
    CHECK(queue.maxsize() == maxsize);
    for (int time = 0; time < 2; ++time) {
      for (std::int64_t item = 0; item < maxsize; ++item) queue.put(static_cast<int>(item), 0);
      CHECK(queue.full());
      CHECK(put_status(queue, 1, 0) == THRUM_FULL);
      CHECK(queue.qsize() == static_cast<std::size_t>(maxsize));
      for (std::int64_t item = 0; item < maxsize; ++item) static_cast<void>(queue.get(0));
      CHECK(get_status(queue, 0) == THRUM_EMPTY);
    }
  }
  TestType queue(INT64_MAX);
  queue.put(1);
  CHECK_FALSE(queue.full());
  CHECK(got(queue) == 1);
}

TEMPLATE_TEST_CASE("a queue is what a model of it says", "[queue]", ALL_QUEUES) {
  std::mt19937 random(20240229);
  for (const int maxsize : {0, 1, 2, 3, 4, 5, 7, 8, 100, 70000}) {
    CAPTURE(maxsize);
    TestType queue(maxsize);
    Model model(order_of<TestType>());
    const auto bound =
        maxsize > 0 ? static_cast<std::size_t>(maxsize) : std::numeric_limits<std::size_t>::max();
    int wrong = 0;
    // In long waves, so that the memory grows and shrinks.
    for (int step = 0; step < 20000; ++step) {
      const bool rising = step / 2000 % 2 == 0;
      if (random() % 10 < (rising ? 7U : 3U)) {
        const int item = static_cast<int>(random() % 100);
        const bool has_room = model.size() < bound;
        if (queue.try_put(item) != has_room) ++wrong;
        if (has_room) model.put(item);
      } else {
        const auto item = queue.try_get();
        if (item.has_value() != (model.size() != 0)) ++wrong;
        if (item.has_value() && static_cast<int>(*item) != model.get()) ++wrong;
      }
      if (queue.qsize() != model.size() || queue.empty() != (model.size() == 0) ||
          queue.full() != (model.size() >= bound)) {
        ++wrong;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a static queue without a bound needs no initialiser", "[queue]") {
  early_queue.put(3);
  CHECK(early_queue.get() == 3);
}

// ------------------------------------------------------------------------------------- for a fork --

TEMPLATE_TEST_CASE("a queue is made new for a forked child", "[queue]", ALL_QUEUES) {
  TestType queue(GENERATE(0, 3));
  for (int round = 0; round < 3; ++round) {
    queue.put(1);
    queue.put(2);
    static_cast<void>(queue.get());
    if (round == 1) queue.shutdown();
    queue.reinit_after_fork();
    CHECK(queue.empty());
    CHECK(queue.unfinished_tasks() == 0);
    CHECK_FALSE(queue.is_shutdown());
    CHECK(get_status(queue, 0) == THRUM_EMPTY);
    CHECK(queue.join(0));
    queue.put(3, 0);
    CHECK(got(queue, 0) == 3);
    queue.task_done();
    CHECK(raised<thrum::ValueError>([&] { queue.task_done(); }) == THRUM_E_VALUE);
  }
}
