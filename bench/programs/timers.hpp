// timers.hpp - 1,000 connections with a timeout each, one of which is set anew with every packet.
#ifndef THRUM_BENCH_PROGRAMS_TIMERS_HPP
#define THRUM_BENCH_PROGRAMS_TIMERS_HPP

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "harness/team.hpp"
#include "programs/programs.hpp"

namespace bench {

inline constexpr std::size_t connections = 1000;
inline constexpr double silence_seconds = 30;  // after which a connection has timed out
inline constexpr double soon_seconds = 0.001;

/// How many timeouts have come. What a timer calls.
class Timeouts {
 public:
  static void come(void* self) {
    static_cast<Timeouts*>(self)->count_.fetch_add(1, std::memory_order_relaxed);  // no more than a number
  }
  long count() const { return count_.load(std::memory_order_relaxed); }

 private:
  std::atomic<long> count_{0};
};

/// Connections(timeouts) starts a timer for each; set_anew(number, seconds) cancels one and sets it anew;
/// after a batch of packets comes batch(), for who runs a loop of his own. The destructor cancels them.
template <class Connections>
class Packets {
 public:
  void receive(long packets) {
    for (long packet = 0; packet < packets; ++packet) {
      connections_.set_anew(numbers_() % connections, silence_seconds);
      clobber();
    }
    connections_.batch();
  }

  /// One connection falls silent: its timeout comes once, and nothing of all that was set anew has come.
  void check() {
    const long before = timeouts_.count();
    require(before == checks_ ? 0 : 1, "a timeout that was cancelled: the timers");
    connections_.set_anew(0, soon_seconds);
    while (timeouts_.count() == before) {
      std::this_thread::yield();
      connections_.batch();
    }
    ++checks_;
    connections_.set_anew(0, silence_seconds);
  }

 private:
  Timeouts timeouts_;
  Connections connections_{timeouts_};
  std::minstd_rand numbers_{7};
  long checks_ = 0;
};

/// The figure is of a packet.
template <class Connections>
void add_timers(const Peer& peer) {
  using Subject = Packets<Connections>;
  Row row = row_of_program("timers");
  row.budget = std::chrono::milliseconds(10);
  peer.add<Subject>(row, [](Subject& packets, Nanoseconds budget) {
    const Figures figures = batches_for(budget, 64, [&](long count) { packets.receive(count); });
    packets.check();
    return figures;
  });
}

/// Where a library has no timers: a thread that waits until the first of the timeouts, which are kept in
/// their order. Monitor has acquire(), release(), notify() and wait_until(deadline), which may return early.
template <class Monitor>
class TimeoutThread {
 public:
  explicit TimeoutThread(Timeouts& timeouts) : timeouts_(timeouts), places_(connections) {
    for (std::size_t number = 0; number < connections; ++number) {
      places_[number] = pending_.emplace(in(silence_seconds), number);
    }
    thread_ = std::thread([this] { serve(); });
  }
  TimeoutThread(const TimeoutThread&) = delete;
  TimeoutThread& operator=(const TimeoutThread&) = delete;
  ~TimeoutThread() {
    monitor_.acquire();
    stops_ = true;
    monitor_.release();
    monitor_.notify();
    thread_.join();
  }
  void set_anew(std::size_t number, double seconds) {
    monitor_.acquire();
    // Its node is used again. Nearly always it becomes the last one.
    if (places_[number] == pending_.end()) {
      places_[number] = pending_.emplace(in(seconds), number);
    } else {
      auto node = pending_.extract(places_[number]);
      node.key() = in(seconds);
      places_[number] = pending_.insert(pending_.end(), std::move(node));
    }
    // Who waits for a timeout that is not the first any more wakes for nothing, once in a while.
    const bool is_first = places_[number] == pending_.begin();
    monitor_.release();
    if (is_first) monitor_.notify();
  }
  static void batch() {}

 private:
  using Pending = std::multimap<Clock::time_point, std::size_t>;

  static Clock::time_point in(double seconds) {
    return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }
  void serve() {
    monitor_.acquire();
    while (!stops_) {
      const auto first = pending_.begin();
      if (first == pending_.end() || first->first > Clock::now()) {
        // With none left, until one is set.
        monitor_.wait_until(first == pending_.end() ? in(silence_seconds) : first->first);
        continue;
      }
      places_[first->second] = pending_.end();
      pending_.erase(first);
      monitor_.release();
      Timeouts::come(&timeouts_);
      monitor_.acquire();
    }
    monitor_.release();
  }

  Timeouts& timeouts_;
  Monitor monitor_;
  Pending pending_;                        // guarded by the monitor, as the rest
  std::vector<Pending::iterator> places_;  // by number
  bool stops_ = false;
  std::thread thread_;
};

}  // namespace bench

#endif
