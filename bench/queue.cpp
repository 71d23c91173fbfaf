// queue.cpp - an item put and got by one thread, a stream of items between threads, and a queue for one item.
#include "thrum/queue.hpp"

#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "team.hpp"
#include "workloads.hpp"

#if defined(THRUM_PEER_CROSSBEAM)
extern "C" {
struct Channel;
Channel* peer_crossbeam_create(std::size_t capacity);
void peer_crossbeam_destroy(Channel* channel);
int peer_crossbeam_put(const Channel* channel, std::size_t item);
int peer_crossbeam_get(const Channel* channel, std::size_t* item);
}
#endif

namespace bench {

namespace {

constexpr std::size_t usual_capacity = 1024;

template <std::size_t capacity>
class HandleQueue {
 public:
  static constexpr Column column = Column::thrum_c;
  HandleQueue() {
    require(thrum_queue_create(&queue_, THRUM_QUEUE_FIFO, capacity, nullptr), "thrum_queue_create");
  }
  HandleQueue(const HandleQueue&) = delete;
  HandleQueue& operator=(const HandleQueue&) = delete;
  ~HandleQueue() { require(thrum_queue_destroy(queue_), "thrum_queue_destroy"); }
  void put(std::size_t item) {
    require(thrum_queue_put(queue_, reinterpret_cast<void*>(item), THRUM_FOREVER), "thrum_queue_put");
  }
  std::size_t get() {
    void* item;
    require(thrum_queue_get(queue_, &item, THRUM_FOREVER), "thrum_queue_get");
    return reinterpret_cast<std::size_t>(item);
  }

 private:
  thrum_queue queue_;
};

template <std::size_t capacity>
class ClassQueue {
 public:
  static constexpr Column column = Column::thrum_cpp;
  void put(std::size_t item) { queue_.put(item); }
  std::size_t get() { return queue_.get(); }

 private:
  thrum::Queue<std::size_t> queue_{capacity};
};

template <std::size_t capacity>
class PthreadQueue {
 public:
  static constexpr Column column = Column::glibc;
  void put(std::size_t item) {
    require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock");
    while (count_ == capacity) require(pthread_cond_wait(&not_full_, &mutex_), "pthread_cond_wait");
    ring_[(first_ + count_++) % capacity] = item;
    require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock");
    require(pthread_cond_signal(&not_empty_), "pthread_cond_signal");
  }
  std::size_t get() {
    require(pthread_mutex_lock(&mutex_), "pthread_mutex_lock");
    while (count_ == 0) require(pthread_cond_wait(&not_empty_, &mutex_), "pthread_cond_wait");
    const std::size_t item = ring_[first_];
    first_ = (first_ + 1) % capacity;
    --count_;
    require(pthread_mutex_unlock(&mutex_), "pthread_mutex_unlock");
    require(pthread_cond_signal(&not_full_), "pthread_cond_signal");
    return item;
  }

 private:
  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t not_empty_ = PTHREAD_COND_INITIALIZER;
  pthread_cond_t not_full_ = PTHREAD_COND_INITIALIZER;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
  std::array<std::size_t, capacity> ring_;
};

template <std::size_t capacity>
class StandardQueue {
 public:
  static constexpr Column column = Column::standard;
  void put(std::size_t item) {
    {
      std::unique_lock held(mutex_);
      not_full_.wait(held, [&] { return items_.size() < capacity; });
      items_.push_back(item);
    }
    not_empty_.notify_one();
  }
  std::size_t get() {
    std::unique_lock held(mutex_);
    not_empty_.wait(held, [&] { return !items_.empty(); });
    const std::size_t item = items_.front();
    items_.pop_front();
    held.unlock();
    not_full_.notify_one();
    return item;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::condition_variable not_full_;
  std::deque<std::size_t> items_;
};

#if defined(THRUM_PEER_CROSSBEAM)
template <std::size_t capacity>
class CrossbeamQueue {
 public:
  static constexpr Column column = Column::peer;
  CrossbeamQueue() = default;
  CrossbeamQueue(const CrossbeamQueue&) = delete;
  CrossbeamQueue& operator=(const CrossbeamQueue&) = delete;
  ~CrossbeamQueue() { peer_crossbeam_destroy(channel_); }
  void put(std::size_t item) { require(peer_crossbeam_put(channel_, item), "send"); }
  std::size_t get() {
    std::size_t item;
    require(peer_crossbeam_get(channel_, &item), "recv");
    return item;
  }

 private:
  Channel* channel_ = peer_crossbeam_create(capacity);
};
#endif

/// A peer for each queue of this capacity.
template <std::size_t capacity, class Round>
std::vector<Peer> queues(Round round) {
  return peers<HandleQueue<capacity>, ClassQueue<capacity>, PthreadQueue<capacity>, StandardQueue<capacity>
#if defined(THRUM_PEER_CROSSBEAM)
               ,
               CrossbeamQueue<capacity>
#endif
               >(round);
}

/// Lets `pairs` threads put and as many get, over and over, and counts what was got in a window: the time for
/// each item. A pair's two threads are on two processors, unless all are to be on one.
template <class Queue>
Figures stream(Queue& queue, int pairs, Placement placement, Nanoseconds window) {
  constexpr std::size_t last = 0;
  struct alignas(cache_line) Counter {
    std::atomic<long> items{0};
  };
  std::vector<Counter> counters(static_cast<std::size_t>(pairs));
  std::atomic<bool> stop{false};
  std::vector<std::thread> producers;
  std::vector<std::thread> consumers;
  const auto processor = [&](std::size_t number) {
    return processors()[placement == Placement::one_cpu ? 0 : number % processors().size()];
  };
  for (Counter& counter : counters) {
    const std::size_t number = consumers.size();
    consumers.emplace_back([&, number] {
      const Pin pin(processor(number + 1));
      // Relaxed: the counts are only read as numbers, and the flag guards nothing.
      for (long got = 1; queue.get() != last; ++got) counter.items.store(got, std::memory_order_relaxed);
    });
    producers.emplace_back([&, number] {
      const Pin pin(processor(number));
      while (!stop.load(std::memory_order_relaxed)) queue.put(last + 1);
    });
  }
  const auto sample = [&] {
    return std::accumulate(counters.begin(), counters.end(), 0L, [](long sum, const Counter& counter) {
      return sum + counter.items.load(std::memory_order_relaxed);
    });
  };
  std::this_thread::sleep_for(window / 4);
  const Clock::time_point start = Clock::now();
  const long before = sample();
  std::this_thread::sleep_for(window);
  const Nanoseconds elapsed = Clock::now() - start;
  const long items = sample() - before;
  stop.store(true, std::memory_order_relaxed);
  for (std::thread& thread : producers) thread.join();
  for (int i = 0; i < pairs; ++i) queue.put(last);
  for (std::thread& thread : consumers) thread.join();
  return {elapsed.count() / static_cast<double>(items)};
}

template <std::size_t capacity>
Workload of_stream(const char* name, int pairs, Placement placement) {
  return {name,
          queues<capacity>([pairs, placement](auto& queue, Nanoseconds window) {
            return stream(queue, pairs, placement, window);
          }),
          std::chrono::milliseconds(40),
          {{"", &Figures::nanoseconds, 0.5}},
          1,
          "crossbeam"};
}

}  // namespace

void add_queue_workloads(std::vector<Workload>& workloads) {
  workloads.push_back({"queue/free",
                       queues<usual_capacity>([](auto& queue, Nanoseconds budget) {
                         return repeat_for(budget, batch_of_calls, [&] {
                           queue.put(1);
                           static_cast<void>(queue.get());
                         });
                       }),
                       std::chrono::microseconds(100),
                       {{"", &Figures::nanoseconds, 0.5}},
                       20,
                       "crossbeam"});
  workloads.push_back(of_stream<usual_capacity>("queue/1024/1-pair", 1, Placement::two_cpus));
  workloads.push_back(of_stream<usual_capacity>("queue/1024/2-pairs", 2, Placement::two_cpus));
  workloads.push_back(of_stream<usual_capacity>("queue/1024/4-pairs", 4, Placement::two_cpus));
  workloads.push_back(of_stream<usual_capacity>("queue/1024/8-pairs", 8, Placement::two_cpus));
  workloads.push_back(of_stream<1>("queue/1/one-cpu", 1, Placement::one_cpu));
  workloads.push_back(of_stream<1>("queue/1/two-cpus", 1, Placement::two_cpus));
}

}  // namespace bench
