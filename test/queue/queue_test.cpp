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
#include <functional>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/handles.hpp"
#include "support/items.hpp"
#include "support/parked.hpp"
#include "support/raised.hpp"
#include "support/scale.hpp"
#include "support/timeouts.hpp"

using support::Clock;
using support::Crew;
using support::eventually;
using support::Fragile;
using support::Moved;
using support::outlast;
using support::parked_to_get;
using support::parked_to_join;
using support::parked_to_put;
using support::raised;
using support::seconds_since;

static_assert(!std::is_copy_constructible_v<thrum::Queue<int>>);
static_assert(!std::is_move_constructible_v<thrum::Queue<int>>);

#define FIFO_CLASSES thrum::Queue<int>, thrum::Queue<Moved>, thrum::Queue<Fragile>
#define FIFO FIFO_CLASSES, handle::Queue
#define LIFO thrum::LifoQueue<int>, thrum::LifoQueue<Moved>, thrum::LifoQueue<Fragile>, handle::LifoQueue
#define PRIORITY \
  thrum::PriorityQueue<int>, thrum::PriorityQueue<Moved>, thrum::PriorityQueue<Fragile>, handle::PriorityQueue
#define SIMPLE thrum::SimpleQueue<int>, thrum::SimpleQueue<Moved>, handle::SimpleQueue
#define ALL_QUEUES FIFO, LIFO, PRIORITY

// Those whose waiting threads are served strictly in turn, and can be seen to wait.
#define STRICT_CLASSES                                                                    \
  thrum::Queue<int>, thrum::Queue<Moved>, thrum::LifoQueue<int>, thrum::LifoQueue<Moved>, \
      thrum::PriorityQueue<int>, thrum::PriorityQueue<Moved>
#define ALL_CLASSES \
  STRICT_CLASSES, thrum::Queue<Fragile>, thrum::LifoQueue<Fragile>, thrum::PriorityQueue<Fragile>

namespace {

constexpr int queue_size = 5;

/// What get answers, as a number.
template <class Queue>
int got(Queue& queue, double timeout = thrum::forever) {
  return queue.get(timeout);
}

template <class Queue>
thrum_status put_status(Queue& queue, int item, double timeout) {
  try {
    queue.put(item, timeout);
  } catch (const thrum::Error& error) {
    return error.status();
  }
  return THRUM_OK;
}

template <class Queue>
thrum_status get_status(Queue& queue, double timeout) {
  try {
    static_cast<void>(queue.get(timeout));
  } catch (const thrum::Error& error) {
    return error.status();
  }
  return THRUM_OK;
}

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

// ------------------------------------------------------------------------------------------- basics --

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
  CHECK_FALSE(queue.try_get(thrum::forever));
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

// -------------------------------------------------------------------------------------------- tasks --

TEMPLATE_TEST_CASE("no more tasks are done than items put", "[queue][test_queue_task_done]", ALL_QUEUES) {
  TestType queue;
  CHECK(raised<thrum::ValueError>([&] { queue.task_done(); }) == THRUM_E_VALUE);
  queue.put(1);
  queue.put(2);
  CHECK(queue.unfinished_tasks() == 2);
  queue.task_done();
  static_cast<void>(queue.get());
  CHECK(queue.unfinished_tasks() == 1);
  queue.task_done();
  CHECK(raised<thrum::ValueError>([&] { queue.task_done(); }) == THRUM_E_VALUE);
  CHECK(queue.unfinished_tasks() == 0);
  CHECK(queue.qsize() == 1);
}

TEMPLATE_TEST_CASE("join returns when the work on all items is done", "[queue][test_queue_join]",
                   ALL_QUEUES) {
  TestType queue;
  for (int time = 0; time < 2; ++time) {
    std::atomic<int> sum{0};
    Crew crew(2, [&] {
      for (;;) {
        const int item = got(queue);
        if (item >= 0) sum.fetch_add(item);
        queue.task_done();
        if (item < 0) break;
      }
    });
    for (int item = 0; item < 100; ++item) queue.put(item);
    CHECK(queue.join());
    CHECK(sum == 99 * 100 / 2);
    for (int i = 0; i < 2; ++i) queue.put(-1);
    CHECK(queue.join());
    crew.join();
  }
  CHECK(raised<thrum::ValueError>([&] { queue.task_done(); }) == THRUM_E_VALUE);
}

TEMPLATE_TEST_CASE("join waits for the last task and lets all go", "[queue]", ALL_CLASSES) {
  TestType queue(4);
  queue.put(1);
  queue.put(2);
  std::atomic<int> joined{0};
  Crew crew(5, [&](int index) {
    if (queue.join(index == 0 ? 0.002 : index % 2 == 0 ? thrum::forever : 1000)) joined.fetch_add(1);
  });
  eventually([&] { return crew.finished() == 1; });
  eventually([&] { return parked_to_join(queue); });
  queue.task_done();
  CHECK_FALSE(queue.join(0.001));
  CHECK(parked_to_join(queue));
  CHECK(joined == 0);
  queue.task_done();
  crew.join();
  CHECK(joined == 4);
}

TEMPLATE_TEST_CASE("join waits for items that are put meanwhile", "[queue]", ALL_CLASSES) {
  TestType queue(4);
  queue.put(1);
  std::atomic<bool> joined{false};
  Crew crew(1, [&] { joined = queue.join(); });
  eventually([&] { return parked_to_join(queue); });
  queue.put(2);
  queue.task_done();
  CHECK_FALSE(queue.join(0));
  CHECK(queue.unfinished_tasks() == 1);
  CHECK_FALSE(joined);
  queue.task_done();
  crew.join();
  CHECK(joined);
}

// ----------------------------------------------------------------------------------------- shutdown --

TEMPLATE_TEST_CASE("an empty queue that is shut down takes and gives nothing", "[queue][test_shutdown_empty]",
                   ALL_QUEUES) {
  TestType queue;
  queue.shutdown();
  CHECK(raised<thrum::ShutDown>([&] { queue.put(1); }) == THRUM_CLOSED);
  CHECK(raised<thrum::ShutDown>([&] { queue.get(); }) == THRUM_CLOSED);
}

TEMPLATE_TEST_CASE("a queue that is shut down gives what it has", "[queue][test_shutdown_nonempty]",
                   ALL_QUEUES) {
  TestType queue;
  queue.put(4);
  queue.shutdown();
  CHECK(queue.qsize() == 1);
  CHECK(got(queue) == 4);
  CHECK(raised<thrum::ShutDown>([&] { queue.get(); }) == THRUM_CLOSED);
}

TEMPLATE_TEST_CASE("a queue that is shut down at once is empty", "[queue][test_shutdown_immediate]",
                   ALL_QUEUES) {
  TestType queue(GENERATE(0, 3));
  queue.put(4);
  queue.shutdown(true);
  CHECK(raised<thrum::ShutDown>([&] { queue.get(); }) == THRUM_CLOSED);
  CHECK(queue.empty());
  CHECK(queue.unfinished_tasks() == 0);
  CHECK(queue.join());
}

TEMPLATE_TEST_CASE("a queue is shut down more than once", "[queue][test_shutdown_allowed_transitions]",
                   ALL_QUEUES) {
  TestType queue;
  queue.put(1);
  CHECK_FALSE(queue.is_shutdown());
  queue.shutdown();
  CHECK(queue.is_shutdown());
  queue.shutdown();
  CHECK(queue.qsize() == 1);
  queue.shutdown(true);
  CHECK(queue.is_shutdown());
  CHECK(queue.empty());
  queue.shutdown();
  CHECK(queue.is_shutdown());
}

TEMPLATE_TEST_CASE("all methods after a shutdown",
                   "[queue][test_shutdown_all_methods_in_one_thread]"
                   "[test_shutdown_immediate_all_methods_in_one_thread]",
                   ALL_QUEUES) {
  const bool immediate = GENERATE(false, true);
  TestType queue(2);
  queue.put(1);
  queue.put_nowait(2);
  queue.shutdown(immediate);
  CHECK(raised<thrum::ShutDown>([&] { queue.put(3); }) == THRUM_CLOSED);
  CHECK(raised<thrum::ShutDown>([&] { queue.put_nowait(4); }) == THRUM_CLOSED);
  if (immediate) {
    CHECK(raised<thrum::ShutDown>([&] { queue.get(); }) == THRUM_CLOSED);
    CHECK(raised<thrum::ShutDown>([&] { queue.get_nowait(); }) == THRUM_CLOSED);
    CHECK(raised<thrum::ValueError>([&] { queue.task_done(); }) == THRUM_E_VALUE);
    CHECK(queue.join());
    return;
  }
  for (int i = 0; i < 2; ++i) {
    CHECK(got(queue) <= 2);
    queue.task_done();
  }
  CHECK(queue.join());
  CHECK(raised<thrum::ShutDown>([&] { queue.get(); }) == THRUM_CLOSED);
  CHECK(raised<thrum::ShutDown>([&] { queue.get_nowait(); }) == THRUM_CLOSED);
  CHECK(raised<thrum::ShutDown>([&] { queue.get(1); }) == THRUM_CLOSED);
}

TEMPLATE_TEST_CASE("an immediate shutdown counts what it takes as done, and no more", "[queue]", ALL_QUEUES) {
  TestType queue;
  for (int item = 0; item < 4; ++item) queue.put(item);
  static_cast<void>(queue.get());
  queue.shutdown(true);
  CHECK(queue.unfinished_tasks() == 1);
  CHECK_FALSE(queue.join(0));
  queue.task_done();
  CHECK(queue.join());

  TestType early;
  for (int item = 0; item < 2; ++item) early.put(item);
  early.task_done();
  early.task_done();
  early.shutdown(true);
  CHECK(early.unfinished_tasks() == 0);
}

TEMPLATE_TEST_CASE("threads that wait to get are let go by a shutdown", "[queue][test_shutdown_pending_get]",
                   ALL_CLASSES) {
  TestType queue(GENERATE(0, 2));
  const bool immediate = GENERATE(false, true);
  std::atomic<int> told{0};
  Crew crew(3, [&](int index) {
    if (get_status(queue, index == 0 ? thrum::forever : 1000) == THRUM_CLOSED) told.fetch_add(1);
  });
  eventually([&] { return parked_to_get(queue); });
  queue.shutdown(immediate);
  crew.join();
  CHECK(told == 3);
  CHECK_FALSE(parked_to_get(queue));
}

TEMPLATE_TEST_CASE("threads that wait to put are let go by a shutdown",
                   "[queue][test_shutdown_put][test_shutdown_immediate_put]", ALL_CLASSES) {
  TestType queue(2);
  const bool immediate = GENERATE(false, true);
  queue.put(1);
  queue.put(2);
  std::atomic<int> told{0};
  Crew crew(3, [&](int index) {
    if (put_status(queue, 3, index == 0 ? thrum::forever : 1000) == THRUM_CLOSED) told.fetch_add(1);
  });
  eventually([&] { return parked_to_put(queue); });
  queue.shutdown(immediate);
  crew.join();
  CHECK(told == 3);
  CHECK(queue.qsize() == (immediate ? 0 : 2));
}

TEMPLATE_TEST_CASE("those that get from a queue that is shut down share what is left",
                   "[queue][test_shutdown_get][test_shutdown_immediate_get]", ALL_QUEUES) {
  const bool immediate = GENERATE(false, true);
  TestType queue(2);
  queue.put(1);
  queue.put(2);
  std::atomic<bool> go{false};
  std::atomic<int> told{0};
  std::atomic<int> served{0};
  Crew crew(3, [&] {
    eventually([&] { return go.load(); });
    (get_status(queue, thrum::forever) == THRUM_CLOSED ? told : served).fetch_add(1);
  });
  queue.shutdown(immediate);
  go = true;
  crew.join();
  CHECK(told == (immediate ? 3 : 1));
  CHECK(served == (immediate ? 0 : 2));
}

TEMPLATE_TEST_CASE("an immediate shutdown lets those in join go",
                   "[queue][test_shutdown_immediate_join][test_shutdown_join]", ALL_CLASSES) {
  const bool immediate = GENERATE(false, true);
  TestType queue;
  queue.put(1);
  std::atomic<int> joined{0};
  Crew crew(2, [&] {
    if (queue.join()) joined.fetch_add(1);
  });
  eventually([&] { return parked_to_join(queue); });
  queue.shutdown(immediate);
  if (!immediate) {
    CHECK(parked_to_join(queue));
    static_cast<void>(queue.get());
    queue.task_done();
  }
  crew.join();
  CHECK(joined == 2);
}

TEMPLATE_TEST_CASE("put and join around a shutdown",
                   "[queue][test_shutdown_put_join][test_shutdown_immediate_put_join]", ALL_QUEUES) {
  const bool immediate = GENERATE(false, true);
  TestType queue(2);
  queue.put(1);
  CHECK(queue.unfinished_tasks() == 1);
  std::atomic<bool> go{false};
  std::atomic<int> good{0};
  Crew crew(2, [&](int index) {
    if (index == 0) {
      eventually([&] { return go.load(); });
      if (put_status(queue, 2, thrum::forever) == THRUM_CLOSED) good.fetch_add(1);
    } else if (queue.join()) {
      good.fetch_add(1);
    }
  });
  queue.shutdown(immediate);
  go = true;
  if (immediate) {
    CHECK(raised<thrum::ShutDown>([&] { queue.get_nowait(); }) == THRUM_CLOSED);
  } else {
    CHECK(got(queue) == 1);
    queue.task_done();
  }
  crew.join();
  CHECK(good == 2);
}

TEMPLATE_TEST_CASE("get, task_done and join around a shutdown", "[queue][test_shutdown_get_task_done_join]",
                   ALL_QUEUES) {
  TestType queue(2);
  queue.put(1);
  queue.put(2);
  CHECK(queue.unfinished_tasks() == queue.qsize());
  std::atomic<int> good{0};
  Crew crew(4, [&](int index) {
    if (index < 2) {
      if (get_status(queue, thrum::forever) == THRUM_OK) good.fetch_add(1);
      queue.task_done();
    } else if (queue.join()) {
      good.fetch_add(1);
    }
  });
  queue.shutdown(false);
  crew.join();
  CHECK(good == 4);
}

TEMPLATE_TEST_CASE("many threads at a queue that is shut down",
                   "[queue][stress][test_shutdown_all_methods_in_many_threads]"
                   "[test_shutdown_immediate_all_methods_in_many_threads]",
                   FIFO, LIFO, PRIORITY) {
  const bool immediate = GENERATE(false, true);
  TestType queue(GENERATE(0, 8));
  constexpr int writers = 4;
  constexpr int readers = 6;
  constexpr int joiners = 2;
  const int messages = support::scaled(3000);
  std::atomic<bool> shut{false};
  std::atomic<long> put{0};
  std::atomic<long> taken{0};
  std::atomic<int> told_writers{0};
  std::atomic<int> told_readers{0};
  std::atomic<bool> drained{false};
  Crew crew(writers + readers + joiners + 1, [&](int index) {
    if (index < writers) {
      for (int message = 0; message < messages; ++message) {
        if (put_status(queue, message, thrum::forever) == THRUM_CLOSED) {
          told_writers.fetch_add(1);
          break;
        }
        put.fetch_add(1);
        if (message == messages / 2) shut = true;
      }
    } else if (index < writers + readers) {
      for (;;) {
        const thrum_status status = get_status(queue, index % 2 == 0 ? 0 : thrum::forever);
        if (status == THRUM_CLOSED) break;
        if (status == THRUM_EMPTY) {
          std::this_thread::yield();
          continue;
        }
        taken.fetch_add(1);
        queue.task_done();
      }
      told_readers.fetch_add(1);
    } else if (index < writers + readers + joiners) {
      eventually([&] { return shut.load(); });
      queue.join();
    } else {
      eventually([&] { return shut.load(); });
      queue.shutdown(immediate);
      drained = !immediate || queue.qsize() == 0;
    }
  });
  crew.join();
  CHECK(told_readers == readers);
  CHECK(drained);
  CHECK(queue.empty());
  CHECK(queue.unfinished_tasks() == 0);
  CHECK(taken <= put);
  if (!immediate) CHECK(taken == put);
}

// -------------------------------------------------------------------------------------- waiting turns --

TEMPLATE_TEST_CASE("an item goes to the thread that has waited, whoever is faster", "[queue]",
                   STRICT_CLASSES) {
  TestType queue(GENERATE(0, 1, 3));
  for (int round = 0; round < 20; ++round) {
    int received = 0;
    Crew crew(1, [&] { received = got(queue); });
    eventually([&] { return parked_to_get(queue); });
    queue.put(round);
    const bool overtaken = queue.try_get().has_value();
    CHECK(queue.empty());
    crew.join();
    CHECK_FALSE(overtaken);
    CHECK(received == round);
  }
  CHECK(queue.unfinished_tasks() == 20);
}

TEMPLATE_TEST_CASE("room goes to the thread that has waited, whoever is faster", "[queue]", STRICT_CLASSES) {
  TestType queue(GENERATE(1, 3, 4));
  for (int round = 0; round < 20; ++round) {
    while (!queue.full()) queue.put(round);
    bool put = false;
    Crew crew(1, [&] { put = queue.try_put(round, thrum::forever); });
    eventually([&] { return parked_to_put(queue); });
    CHECK(got(queue) == round);
    const bool overtaken = queue.try_put(-1);
    CHECK(queue.full());
    crew.join();
    CHECK_FALSE(overtaken);
    CHECK(put);
    while (!queue.empty()) CHECK(got(queue) == round);
  }
}

TEMPLATE_TEST_CASE("threads that wait to get have the items in turn", "[queue]", STRICT_CLASSES) {
  TestType queue(GENERATE(0, 2));
  std::vector<int> received(4, -1);
  std::atomic<int> waiting{0};
  Crew crew(4, [&](int index) {
    eventually([&] { return waiting == index; });
    if (index > 0) eventually([&] { return parked_to_get(queue); });
    waiting.fetch_add(1);
    received[static_cast<std::size_t>(index)] = got(queue);
  });
  // Another thread's time runs out in the midst of them.
  eventually([&] { return waiting == 4 && parked_to_get(queue); });
  CHECK(get_status(queue, 0.005) == THRUM_EMPTY);
  for (int item = 0; item < 4; ++item) queue.put(item);
  crew.join();
  std::sort(received.begin(), received.end());
  CHECK(received == std::vector<int>{0, 1, 2, 3});
  CHECK(queue.empty());
}

TEMPLATE_TEST_CASE("who gives up waiting at a queue takes nothing along", "[queue]", ALL_CLASSES) {
  TestType queue(1);
  std::atomic<int> served{0};
  {
    Crew crew(6, [&](int index) {
      if (queue.try_get(index % 3 == 0 ? 0.002 : thrum::forever)) served.fetch_add(1);
    });
    eventually([&] { return crew.finished() == 2; });
    eventually([&] { return parked_to_get(queue); });
    CHECK(served == 0);
    for (int item = 0; item < 4; ++item) queue.put(item);
    crew.join();
  }
  CHECK(served == 4);
  CHECK(queue.empty());
  CHECK_FALSE(parked_to_get(queue));

  queue.put(9);
  std::atomic<int> put{0};
  Crew crew(6, [&](int index) {
    if (queue.try_put(index, index % 3 == 0 ? 0.002 : thrum::forever)) put.fetch_add(1);
  });
  eventually([&] { return crew.finished() == 2; });
  eventually([&] { return parked_to_put(queue); });
  CHECK(put == 0);
  for (int item = 0; item < 5; ++item) static_cast<void>(queue.get());
  crew.join();
  CHECK(put == 4);
  CHECK(queue.empty());
  CHECK_FALSE(parked_to_put(queue));
}

TEMPLATE_TEST_CASE("the longest waits at a queue end when they should", "[queue]", ALL_CLASSES) {
  for (const double timeout : support::huge) {
    TestType queue(1);
    int received = 0;
    bool put = false;
    Crew getter(1, [&] { received = got(queue, timeout); });
    eventually([&] { return parked_to_get(queue); });
    queue.put(5);
    getter.join();
    CHECK(received == 5);
    queue.put(6);
    Crew putter(1, [&] { put = queue.try_put(7, timeout); });
    eventually([&] { return parked_to_put(queue); });
    CHECK(got(queue) == 6);
    putter.join();
    CHECK(put);
    CHECK(got(queue) == 7);
  }
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
