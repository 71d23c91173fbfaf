// growth_wakeups.hpp - what a wake-up costs where 10 to 10,000 threads wait: for the same condition, each for
// an event or a lock of its own, or for an event that the two at work have nothing to do with.
//
// All threads of a block run on one processor, so that a figure is the work of a wake-up and no journey from
// one processor to another. Each block makes its threads anew, one peer's at a time: their sleep is in the
// system's tables, too.
#ifndef THRUM_BENCH_ROWS_GROWTH_WAKEUPS_HPP
#define THRUM_BENCH_ROWS_GROWTH_WAKEUPS_HPP

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <memory>
#include <semaphore>

#include "harness/crowd.hpp"
#include "rows/condition.hpp"

namespace bench {

/// `size` threads that wait for a condition.
template <class Monitor>
class Audience {
 public:
  explicit Audience(std::size_t size) : size_(size), crowd_(size, [this](std::size_t) { attend(); }) {
    monitor_.acquire();
    wait_for_all();
  }
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;
  ~Audience() {
    last_ = true;
    ++generation_;
    monitor_.notify_all(partner);
    monitor_.release();
  }

  /// Wakes one of them, and returns when it is back.
  void signal() {
    notes_ = 1;
    monitor_.notify(partner);
    wait_for_all();
  }

  /// Wakes them all, and returns when they are back.
  void broadcast() {
    waiting_ = 0;
    ++generation_;
    monitor_.notify_all(partner);
    wait_for_all();
  }

 private:
  void wait_for_all() {
    while (notes_ != 0 || waiting_ < size_) monitor_.wait(lead);
  }

  void attend() {
    monitor_.acquire();
    while (!last_) {
      const long seen = generation_;
      if (++waiting_ == size_) monitor_.notify(lead);
      while (generation_ == seen && notes_ == 0) monitor_.wait(partner);
      if (generation_ != seen) continue;  // who has moved it on has set the count back, too
      --notes_;
      --waiting_;
    }
    monitor_.release();
  }

  Monitor monitor_;
  // Guarded by the monitor's lock, which the thread that measures holds where it does not wait.
  const std::size_t size_;
  std::size_t waiting_ = 0;
  long generation_ = 0;  // of broadcasts
  int notes_ = 0;        // signals that nobody has taken yet
  bool last_ = false;
  Crowd crowd_;  // the last: its threads have all the others, and end before they do
};

template <class Monitor>
Figures signal(std::size_t waiters, Nanoseconds budget) {
  const Pin pin(processors().front());
  Audience<Monitor> audience(waiters);
  repeat(batch_of_trips, [&] { audience.signal(); });
  return repeat_for(budget, batch_of_trips, [&] { audience.signal(); });
}

template <class Monitor>
Figures broadcast(std::size_t waiters, Nanoseconds budget) {
  const Pin pin(processors().front());
  Audience<Monitor> audience(waiters);
  audience.broadcast();
  const Figures figures = repeat_for(budget, 1, [&] { audience.broadcast(); });
  return {figures.nanoseconds / static_cast<double>(waiters)};
}

/// The same numbers in the same order every time, by Knuth's multiplier.
class Random {
 public:
  std::size_t below(std::size_t limit) {
    state_ = state_ * 6364136223846793005 + 1442695040888963407;
    return static_cast<std::size_t>((state_ >> 33) % limit);
  }

 private:
  std::uint64_t state_ = 1;
};

/// A round trip to any of many threads, each of which waits for an event of its own.
template <class Event>
Figures random_trips(std::size_t waiters, Nanoseconds budget) {
  const Pin pin(processors().front());
  const auto pings = std::make_unique<Event[]>(waiters);
  Event pong;
  std::atomic<bool> last{false};
  const Crowd crowd(waiters, [&](std::size_t number) {
    for (;;) {
      pings[number].wait();
      if (last.load(std::memory_order_relaxed)) return;  // ordered by the event
      pings[number].clear();
      pong.set();
    }
  });
  const auto trip_to = [&](std::size_t number) {
    pings[number].set();
    pong.wait();
    pong.clear();
  };
  for (std::size_t number = 0; number < waiters; ++number) trip_to(number);
  Random random;
  const Figures figures = repeat_for(budget, batch_of_trips, [&] { trip_to(random.below(waiters)); });
  last.store(true, std::memory_order_relaxed);
  for (std::size_t number = 0; number < waiters; ++number) pings[number].set();
  return figures;
}

/// Objects whose waiters thrum's parking lot keeps in one chain: the upper bits of their addresses' hashes
/// are the same. See core/park/lot.cpp; a lot with fewer chains has them together all the same.
template <class Object, std::size_t count>
class Neighbours {
 public:
  Neighbours() : memory_(new unsigned char[size]) {
    const auto begin = reinterpret_cast<std::uintptr_t>(memory_.get());
    const std::uintptr_t first = (begin + alignof(Object) - 1) / alignof(Object) * alignof(Object);
    for (std::uintptr_t place = first; place + sizeof(Object) <= begin + size; place += sizeof(Object)) {
      if (chain(place) != chain(first)) continue;
      objects_[found_++] = new (memory_.get() + (place - begin)) Object;
      if (found_ == count) return;
    }
    require(1, "the search for neighbours");
  }
  Neighbours(const Neighbours&) = delete;
  Neighbours& operator=(const Neighbours&) = delete;
  ~Neighbours() {
    for (Object* object : objects_) object->~Object();
  }
  Object& operator[](std::size_t index) { return *objects_[index]; }

 private:
  // Of every 32,768 objects one is another's neighbour. Memory that nobody touches costs nothing.
  static constexpr std::size_t size = sizeof(Object) << 18;

  static std::uint64_t chain(std::uint64_t address) {
    constexpr unsigned stripe_bits = 5;
    constexpr unsigned chain_bits = 10;
    return address * 0x9E3779B97F4A7C15 >> (64 - stripe_bits - chain_bits);
  }

  const std::unique_ptr<unsigned char[]> memory_;
  std::array<Object*, count> objects_;
  std::size_t found_ = 0;
};

/// Two threads that set each other's event, while others wait for a third.
template <class Event>
Figures pair_beside(std::size_t waiters, Nanoseconds budget) {
  const Pin pin(processors().front());
  Neighbours<Event, 3> events;
  Event& ping = events[0];
  Event& pong = events[1];
  Event& other = events[2];
  std::latch all_there(static_cast<std::ptrdiff_t>(waiters));
  const Crowd crowd(waiters, [&](std::size_t) {
    all_there.count_down();
    other.wait();
  });
  all_there.wait();
  let_fall_asleep(waiters);
  const Figures figures = round_trips(
      Placement::one_cpu, budget,
      [&] {
        ping.set();
        pong.wait();
        pong.clear();
      },
      [&] {
        ping.wait();
        ping.clear();
      },
      [&] { pong.set(); });
  other.set();
  return figures;
}

/// The release of many locks, each of which one thread waits for, until all have had theirs.
template <class Lock>
Figures release_each(std::size_t waiters, Nanoseconds budget) {
  const Pin pin(processors().front());
  const auto locks = std::make_unique<Lock[]>(waiters);
  std::atomic<int> generation{0};
  std::atomic<bool> last{false};
  std::atomic<std::size_t> missing{0};
  std::binary_semaphore all_there{0};
  std::binary_semaphore all_through{0};
  const auto arrive = [&](std::binary_semaphore& all) {
    if (missing.fetch_sub(1) != 1) return;
    missing.store(waiters);
    all.release();
  };
  const Crowd crowd(waiters, [&](std::size_t number) {
    for (int seen = 0;; ++seen) {
      generation.wait(seen);
      if (last.load()) return;
      arrive(all_there);
      locks[number].acquire();
      locks[number].release();
      arrive(all_through);
    }
  });
  missing.store(waiters);
  const auto have_all_wait = [&] {
    for (std::size_t number = 0; number < waiters; ++number) locks[number].acquire();
    generation.fetch_add(1);
    generation.notify_all();
    all_there.acquire();
    let_fall_asleep(waiters);
  };
  const auto release_all = [&] {
    for (std::size_t number = 0; number < waiters; ++number) locks[number].release();
    all_through.acquire();
  };
  have_all_wait();
  release_all();
  Nanoseconds elapsed{0};
  std::size_t count = 0;
  for (; elapsed < budget; count += waiters) {
    have_all_wait();
    elapsed += stopwatch(release_all);
  }
  last.store(true);
  generation.fetch_add(1);
  generation.notify_all();
  return {elapsed.count() / static_cast<double>(count)};
}

template <class Round>
void add_growth_of(const Peer& peer, const std::string& name, std::size_t waiters, Round round) {
  const Row row{"growth/" + name + "/" + std::to_string(waiters), std::chrono::milliseconds(50)};
  peer.add(row, [waiters, round](Nanoseconds budget) { return round(waiters, budget); });
}

template <class Monitor>
void add_condition_growth(const Peer& peer) {
  for (const std::size_t waiters : crowd_sizes()) {
    add_growth_of(peer, "condition-signal", waiters, signal<Monitor>);
  }
  for (const std::size_t waiters : crowd_sizes()) {
    add_growth_of(peer, "condition-broadcast-each", waiters, broadcast<Monitor>);
  }
}

template <class Event>
void add_event_growth(const Peer& peer) {
  for (const std::size_t waiters : crowd_sizes()) {
    add_growth_of(peer, "event-random", waiters, random_trips<Event>);
  }
}

/// Not of handles, which do not say where their objects are.
template <class Event>
void add_event_neighbour_growth(const Peer& peer) {
  for (const std::size_t waiters : crowd_sizes()) {
    add_growth_of(peer, "event-pair-beside", waiters, pair_beside<Event>);
  }
}

template <class Lock>
void add_lock_release_growth(const Peer& peer) {
  for (const std::size_t waiters : crowd_sizes()) {
    add_growth_of(peer, "lock-release-each", waiters, release_each<Lock>);
  }
}

}  // namespace bench

#endif
