// queue_stress_test.cpp - queues that many threads use at once: no item is lost, none comes twice, none
// overtakes another, no poll is told a falsehood.
//
// A tag that begins with test_ names the case of CPython's Lib/test/test_queue.py that a test corresponds to.
#include <algorithm>
#include <atomic>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include "queue/turn_timeouts.hpp"
#include "support/contend.hpp"
#include "support/crew.hpp"
#include "support/eventually.hpp"
#include "support/items.hpp"
#include "support/queue_handles.hpp"
#include "support/scale.hpp"
#include "thrum/queue.hpp"

using support::Crew;
using support::eventually;
using support::Fragile;
using support::Moved;
using support::scaled;
using support::timeout_of;

#define FIFO thrum::Queue<int>, thrum::Queue<Moved>, thrum::Queue<Fragile>, handle::Queue
#define OTHERS                                                                                    \
  thrum::LifoQueue<int>, thrum::LifoQueue<Fragile>, handle::LifoQueue, thrum::PriorityQueue<int>, \
      thrum::PriorityQueue<Fragile>, handle::PriorityQueue
#define SIMPLE thrum::SimpleQueue<int>, handle::SimpleQueue

namespace {

/// What happened to one item: stamps from one clock that all threads share.
struct History {
  std::uint64_t put_began = 0;
  std::uint64_t put_ended = 0;
  std::uint64_t get_began = 0;
  std::uint64_t get_ended = 0;
  int times = 0;
};

/// Whether an item was got before another that had been put before it: put whole before it was put, and got
/// whole after it was got.
long overtakings(std::vector<History> items) {
  std::sort(items.begin(), items.end(),
            [](const History& a, const History& b) { return a.get_ended < b.get_ended; });
  std::vector<std::uint64_t> latest_put;  // of the items got up to each
  latest_put.reserve(items.size());
  for (const History& item : items) {
    latest_put.push_back(latest_put.empty() ? item.put_began : std::max(latest_put.back(), item.put_began));
  }
  long found = 0;
  for (const History& item : items) {
    const auto before =
        std::lower_bound(items.begin(), items.end(), item.get_began,
                         [](const History& other, std::uint64_t stamp) { return other.get_ended < stamp; });
    if (before == items.begin()) continue;
    if (latest_put[static_cast<std::size_t>(before - items.begin()) - 1] > item.put_ended) ++found;
  }
  return found;
}

}  // namespace

TEMPLATE_TEST_CASE("no item of a queue is lost, none comes twice, none overtakes another", "[queue][stress]",
                   FIFO) {
  const int maxsize = GENERATE(0, 1, 2, 3, 64, 100000);
  constexpr int putters = 3;
  constexpr int getters = 3;
  const int each = scaled(1500);
  TestType queue(maxsize);
  std::vector<History> items(static_cast<std::size_t>(putters * each));
  std::atomic<std::uint64_t> clock{1};
  std::atomic<int> left{putters * each};
  std::atomic<int> wrong{0};
  Crew crew(putters + getters, [&](int index) {
    if (index < putters) {
      for (int turn = 0; turn < each; ++turn) {
        const int number = index * each + turn;
        History& item = items[static_cast<std::size_t>(number)];
        for (;;) {
          item.put_began = clock.fetch_add(1);
          if (queue.try_put(number, timeout_of(turn))) break;
          // Those who would make room may be waiting for the processor.
          std::this_thread::yield();
        }
        item.put_ended = clock.fetch_add(1);
      }
      return;
    }
    for (int turn = 0; left > 0; ++turn) {
      const std::uint64_t began = clock.fetch_add(1);
      // Nobody waits for ever for what nobody will put.
      const auto got = queue.try_get(turn % 3 == 0 ? 0 : 1e-4);
      if (!got) continue;
      History& item = items[static_cast<std::size_t>(static_cast<int>(*got))];
      item.get_began = began;
      item.get_ended = clock.fetch_add(1);
      ++item.times;
      left.fetch_sub(1);
      queue.task_done();
    }
  });
  crew.join();
  for (const History& item : items) {
    if (item.times != 1) wrong.fetch_add(1);
  }
  CHECK(wrong == 0);
  CHECK(overtakings(items) == 0);
  CHECK(queue.empty());
  CHECK(queue.unfinished_tasks() == 0);
}

TEMPLATE_TEST_CASE("no item of a queue in another order is lost or comes twice", "[queue][stress]", OTHERS) {
  const int maxsize = GENERATE(0, 1, 3, 64);
  constexpr int threads = 3;
  const int each = scaled(1000);
  TestType queue(maxsize);
  std::vector<std::atomic<int>> times(static_cast<std::size_t>(threads * each));
  Crew crew(2 * threads, [&](int index) {
    for (int turn = 0; turn < each; ++turn) {
      if (index < threads) {
        eventually([&] { return queue.try_put(index * each + turn, timeout_of(turn)); });
      } else {
        // What is not there in time is got without limit.
        int number = -1;
        if (const auto item = queue.try_get(timeout_of(turn))) number = *item;
        if (number < 0) number = queue.get();
        times[static_cast<std::size_t>(number)].fetch_add(1);
        queue.task_done();
      }
    }
  });
  crew.join();
  CHECK(std::all_of(times.begin(), times.end(), [](const auto& count) { return count == 1; }));
  CHECK(queue.empty());
  CHECK(queue.join(0));
}

TEMPLATE_TEST_CASE("no poll is told that a queue is empty while it has an item", "[queue][stress]", FIFO,
                   OTHERS) {
  constexpr int threads = 4;
  TestType queue(GENERATE(0, 4, 8));
  std::atomic<int> refused{0};
  const int rounds = scaled(10000);
  // Who has put an item leaves one in the queue: others have put one for each that they get.
  Crew crew(threads, [&] {
    for (int round = 0; round < rounds; ++round) {
      if (!queue.try_put(round)) refused.fetch_add(1);
      if (!queue.try_get()) refused.fetch_add(1);
    }
  });
  crew.join();
  CHECK(refused == 0);
  CHECK(queue.empty());
}

TEMPLATE_TEST_CASE("no poll is told that a queue is full while it has room", "[queue][stress]", FIFO,
                   OTHERS) {
  constexpr int threads = 4;
  TestType queue(GENERATE(4, 7));
  while (queue.try_put(0)) {
  }
  std::atomic<int> refused{0};
  const int rounds = scaled(10000);
  Crew crew(threads, [&] {
    for (int round = 0; round < rounds; ++round) {
      if (!queue.try_get()) refused.fetch_add(1);
      if (!queue.try_put(round)) refused.fetch_add(1);
    }
  });
  crew.join();
  CHECK(refused == 0);
  CHECK(queue.full());
}

TEMPLATE_TEST_CASE("the size of a queue is never more than its bound nor less than nothing",
                   "[queue][stress]", FIFO, OTHERS) {
  constexpr std::size_t bound = 3;
  TestType queue(bound);
  std::atomic<int> wrong{0};
  std::atomic<bool> over{false};
  const int rounds = scaled(3000);
  Crew crew(3, [&](int index) {
    for (int round = 0; index < 2 && round < rounds; ++round) {
      if (index == 0) {
        queue.put(round);
      } else {
        static_cast<void>(queue.get());
      }
    }
    if (index == 1) over = true;
    while (index == 2 && !over) {
      if (queue.qsize() > bound) wrong.fetch_add(1);
      if (queue.unfinished_tasks() > static_cast<std::size_t>(rounds)) wrong.fetch_add(1);
      std::this_thread::yield();
    }
  });
  crew.join();
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE("one that puts and one that gets see the items in order", "[queue][stress][test_order]",
                   FIFO, SIMPLE) {
  TestType queue;
  const int rounds = scaled(10000);
  int wrong = 0;
  Crew crew(1, [&] {
    for (int round = 0; round < rounds; ++round) {
      if (static_cast<int>(queue.get()) != round) ++wrong;
    }
  });
  for (int round = 0; round < rounds; ++round) queue.put(round);
  crew.join();
  CHECK(wrong == 0);
}

TEMPLATE_TEST_CASE(
    "many threads at a simple queue",
    "[queue][stress][test_many_threads][test_many_threads_nonblock][test_many_threads_timeout]", SIMPLE) {
  constexpr int threads = 20;
  const double timeout = GENERATE(0.0, 1e-5, thrum::no_timeout);
  TestType queue;
  std::vector<std::atomic<int>> times(2000);
  std::atomic<int> next{0};
  Crew crew(2 * threads, [&](int index) {
    if (index < threads) {
      for (int item = next.fetch_add(1); item < 2000; item = next.fetch_add(1)) queue.put(item);
      queue.put(-1);
      return;
    }
    for (;;) {
      const auto item = queue.try_get(timeout);
      if (!item) {
        std::this_thread::yield();
        continue;
      }
      if (*item < 0) break;
      times[static_cast<std::size_t>(*item)].fetch_add(1);
    }
  });
  crew.join();
  CHECK(std::all_of(times.begin(), times.end(), [](const auto& count) { return count == 1; }));
  CHECK(queue.empty());
}

TEMPLATE_TEST_CASE("a hot queue starves nobody", "[queue][stress]", FIFO, OTHERS) {
  TestType queue(1);
  const auto shares = support::contend(4, [&] {
    queue.put(1);
    static_cast<void>(queue.get());
  });
  CHECK(shares.most <= shares.least * 100000);
}

TEST_CASE("a queue hands on what was written before the put", "[queue][stress]") {
  thrum::Queue<int*> there(2);
  thrum::LifoQueue<int*> back(2);
  const int rounds = scaled(30000);
  std::vector<int> cells(4);
  for (int& cell : cells) cell = 0;
  Crew crew(1, [&] {
    for (int round = 0; round < rounds; ++round) {
      int* cell = there.get();
      ++*cell;
      back.put(cell);
    }
  });
  long sum = 0;
  for (int round = 0; round < rounds; ++round) {
    int& cell = cells[static_cast<std::size_t>(round % 4)];
    ++cell;
    there.put(&cell);
    ++*back.get();
  }
  crew.join();
  for (const int cell : cells) sum += cell;
  CHECK(sum == 3L * rounds);
}
