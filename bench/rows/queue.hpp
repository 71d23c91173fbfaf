// queue.hpp - an item put and got by one thread, a stream of items between threads, and a queue for one item.
#ifndef THRUM_BENCH_ROWS_QUEUE_HPP
#define THRUM_BENCH_ROWS_QUEUE_HPP

#include "harness/suite.hpp"
#include "harness/team.hpp"

namespace bench {

inline constexpr std::size_t usual_capacity = 1024;

/// Put and got by one thread. The loop may be the adapter's, see pairs.hpp.
template <class Queue>
Figures put_and_get(Queue& queue, Nanoseconds budget) {
  if constexpr (requires { queue.pairs(1L); }) {
    return batches_for(budget, batch_of_calls, [&](long count) { queue.pairs(count); });
  } else {
    return repeat_for(budget, batch_of_calls, [&] {
      queue.put(1);
      use(queue.get());
    });
  }
}

/// Lets `pairs` threads put and as many get, over and over, and counts what was got in a window: the time for
/// each item. A pair's two threads are on two processors, unless all are to be on one.
///
/// A queue without a bound may fill while it is measured: that is what users get. Who puts waits where
/// 100,000 items more have been put than got, so that neither the memory runs out nor the end takes long.
template <class Queue>
Figures stream(Queue& queue, int pairs, Placement placement, Nanoseconds window) {
  constexpr std::size_t last = 0;
  constexpr long most_ahead = 100'000;
  struct alignas(cache_line) Counter {
    std::atomic<long> items{0};
  };
  std::vector<Counter> got(static_cast<std::size_t>(pairs));
  std::atomic<bool> stop{false};
  std::vector<std::thread> producers;
  std::vector<std::thread> consumers;
  // Relaxed throughout: the counts are only read as numbers, and the flag guards nothing.
  const auto sample = [&] {
    return std::accumulate(got.begin(), got.end(), 0L, [](long sum, const Counter& counter) {
      return sum + counter.items.load(std::memory_order_relaxed);
    });
  };
  for (Counter& counter : got) {
    const std::size_t number = consumers.size();
    consumers.emplace_back([&, number] {
      const Pin pin(processor_of(placement, number + 1));
      for (long count = 1; queue.get() != last; ++count)
        counter.items.store(count, std::memory_order_relaxed);
    });
    producers.emplace_back([&, number] {
      const Pin pin(processor_of(placement, number));
      for (long put = 1; !stop.load(std::memory_order_relaxed); ++put) {
        queue.put(last + 1);
        // Looked at seldom, so as not to share the counters' lines.
        if (put % 1024 != 0) continue;
        while (put * pairs - sample() > most_ahead && !stop.load(std::memory_order_relaxed)) {
          std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
      }
    });
  }
  std::this_thread::sleep_for(window / 4);
  const Clock::time_point start = Clock::now();
  const double processor = processor_time();
  const long before = sample();
  std::this_thread::sleep_for(window);
  const Nanoseconds elapsed = Clock::now() - start;
  const double spent = processor_time() - processor;
  // In a window too short for one item, which took at least as long.
  const auto items = static_cast<double>(std::max(1L, sample() - before));
  stop.store(true, std::memory_order_relaxed);
  for (std::thread& thread : producers) thread.join();
  for (int i = 0; i < pairs; ++i) queue.put(last);
  for (std::thread& thread : consumers) thread.join();
  return {elapsed.count() / items, 0, spent / items};
}

/// A queue that one thread at a time may get from has no rows of several.
enum class Consumers { one, many };

template <class Queue>
void add_streams(const Peer& peer, const std::string& kind, std::size_t capacity, Consumers consumers) {
  for (const int pairs : {1, 2, 4, 8}) {
    if (pairs > 1 && consumers == Consumers::one) return;
    Row row = row_of_trips("queue/" + kind + "/" + std::to_string(pairs) + (pairs == 1 ? "-pair" : "-pairs"));
    row.budget = std::chrono::milliseconds(40);
    peer.add(with_processor_time(row), [=](Nanoseconds window) {
      Queue queue(capacity);
      return stream(queue, pairs, Placement::two_cpus, window);
    });
  }
}

/// Made with a capacity; put(item) and get() wait.
template <class Queue>
void add_bounded_queue_rows(const Peer& peer, Consumers consumers = Consumers::many) {
  peer.add(row_of_calls("queue/1024/free"), [](Nanoseconds budget) {
    Queue queue(usual_capacity);
    return put_and_get(queue, budget);
  });
  add_streams<Queue>(peer, "1024", usual_capacity, consumers);
  for (const Placement placement : placements()) {
    Row row = row_of_trips(std::string("queue/1/") + name_of(placement));
    row.budget = std::chrono::milliseconds(40);
    peer.add(with_processor_time(row), [placement](Nanoseconds window) {
      Queue queue(1);
      return stream(queue, 1, placement, window);
    });
  }
}

/// How many items are put and then got, by one thread: what one costs.
template <class Queue>
void add_queue_growth(const Peer& peer) {
  for (const long items : {10'000L, 100'000L, 1'000'000L, 10'000'000L}) {
    Row row{"growth/queue-put-get-filled/" + std::to_string(items), std::chrono::milliseconds(20)};
    peer.add(row, [items](Nanoseconds budget) {
      Queue queue(0);
      Figures figures = repeat_for(budget, 1, [&] {
        for (long i = 0; i < items; ++i) queue.put(1);
        for (long i = 0; i < items; ++i) use(queue.get());
      });
      figures.nanoseconds /= static_cast<double>(items);
      return figures;
    });
  }
}

/// The same with a capacity of 0 for none.
template <class Queue>
void add_unbounded_queue_rows(const Peer& peer, Consumers consumers = Consumers::many) {
  peer.add(row_of_calls("queue/unbounded/free"), [](Nanoseconds budget) {
    Queue queue(0);
    return put_and_get(queue, budget);
  });
  add_streams<Queue>(peer, "unbounded", 0, consumers);
  add_queue_growth<Queue>(peer);
}

}  // namespace bench

#endif
