// built.hpp - what a library has not, made of its lock and its conditions as its user would make it.
#ifndef THRUM_BENCH_PEERS_BUILT_HPP
#define THRUM_BENCH_PEERS_BUILT_HPP

#include <deque>
#include <vector>

#include "rows/condition.hpp"
#include "rows/event.hpp"
#include "rows/growth_wakeups.hpp"
#include "rows/queue.hpp"
#include "rows/timeout.hpp"

namespace bench {

/// A flag under the lock.
template <class Monitor>
class alignas(cache_line) EventOf {
 public:
  void set() {
    monitor_.acquire();
    is_set_ = true;
    monitor_.notify_all(lead);
    monitor_.release();
  }
  void clear() {
    monitor_.acquire();
    is_set_ = false;
    monitor_.release();
  }
  void wait() {
    monitor_.acquire();
    while (!is_set_) monitor_.wait(lead);
    monitor_.release();
  }

 private:
  Monitor monitor_;
  bool is_set_ = false;
};

/// A ring of items.
template <class Monitor>
class alignas(cache_line) RingOf {
 public:
  explicit RingOf(std::size_t capacity) : ring_(capacity) {}
  void put(std::size_t item) {
    monitor_.acquire();
    while (count_ == ring_.size()) monitor_.wait(not_full);
    ring_[(first_ + count_++) % ring_.size()] = item;
    monitor_.release();
    monitor_.notify(not_empty);
  }
  std::size_t get() {
    monitor_.acquire();
    while (count_ == 0) monitor_.wait(not_empty);
    const std::size_t item = ring_[first_];
    first_ = (first_ + 1) % ring_.size();
    --count_;
    monitor_.release();
    monitor_.notify(not_full);
    return item;
  }

 private:
  static constexpr Side not_empty = lead;
  static constexpr Side not_full = partner;
  Monitor monitor_;
  std::vector<std::size_t> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

/// As long as it gets.
template <class Monitor>
class alignas(cache_line) DequeOf {
 public:
  explicit DequeOf(std::size_t) {}
  void put(std::size_t item) {
    monitor_.acquire();
    items_.push_back(item);
    monitor_.release();
    monitor_.notify(lead);
  }
  std::size_t get() {
    monitor_.acquire();
    while (items_.empty()) monitor_.wait(lead);
    const std::size_t item = items_.front();
    items_.pop_front();
    monitor_.release();
    return item;
  }

 private:
  Monitor monitor_;
  std::deque<std::size_t> items_;
};

/// Monitor::time_out(timeout) waits for it with the lock held.
template <class Monitor>
class TimeoutOf {
 public:
  void operator()() {
    monitor_.acquire();
    monitor_.time_out(timeout);
    monitor_.release();
  }

 private:
  Monitor monitor_;
};

template <class Monitor>
void add_monitor(const Peer& peer) {
  add_condition_rows<Monitor>(peer);
  add_condition_growth<Monitor>(peer);
  add_timeout_rows<TimeoutOf<Monitor>>(peer);
}

template <class Event>
void add_event(const Peer& peer) {
  add_event_rows<Event>(peer);
  add_event_growth<Event>(peer);
  add_event_neighbour_growth<Event>(peer);
}

template <class Monitor>
void add_built_queues(const Peer& peer) {
  add_bounded_queue_rows<RingOf<Monitor>>(peer);
  add_unbounded_queue_rows<DequeOf<Monitor>>(peer);
}

}  // namespace bench

#endif
